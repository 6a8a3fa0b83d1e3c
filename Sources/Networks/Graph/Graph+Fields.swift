extension Graph {
  /// The theoretical receptive field of every node, for shapes from `shapes(picture:)`.
  ///
  /// - SeeAlso: Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural
  ///   networks", for the arithmetic.
  public func theoreticalFields(_ shapes: [[Int]?]) -> [TheoreticalField] {
    var fields: [TheoreticalField] = []
    fields.reserveCapacity(nodes.count)
    for (index, node) in nodes.enumerated() {
      let inputs = node.inputs.map { (field: fields[$0], shape: shapes[$0]) }
      fields.append(Self.field(of: node, shape: shapes[index], inputs: inputs))
    }
    return fields
  }

  private typealias Input = (field: TheoreticalField, shape: [Int]?)

  private static func field(
    of node: Node, shape: [Int]?, inputs: [Input]
  ) -> TheoreticalField {
    switch node.operation {
    case .picture:
      return TheoreticalField(
        status: .local, rows: .pixel, columns: .pixel, rowAxis: 2, columnAxis: 3)
    case .constant: return .none
    default: break
    }
    guard let shape, !inputs.contains(where: { $0.field.status == .unknown || $0.shape == nil })
    else {
      return inputs.allSatisfy { $0.field.status == .none } && !inputs.isEmpty
        && !node.operation.isUnknown ? .none : .unknown
    }
    if inputs.allSatisfy({ $0.field.status == .none }) { return .none }
    guard let first = inputs.first, let before = first.shape else { return .unknown }
    switch node.operation {
    case .unknown, .resizing: return .unknown
    case .convolution(let convolution):
      return windowed(first.field, convolution.window)
    case .pool(let pool): return windowed(first.field, pool.window)
    case .activation, .batchNorm: return first.field
    case .softmax(let axis): return touched(first.field, axes: [axis])
    case .normalization(let normalization):
      switch normalization.scope {
      case .axes(let from): return touched(first.field, axes: Array(before.indices.dropFirst(from)))
      case .groups: return touched(first.field, axes: Array(before.indices.dropFirst(2)))
      }
    case .linear: return joined(first.field, shape: before, axes: [before.count - 1], keeps: true)
    case .reduction(_, let axes, let keeps):
      return joined(first.field, shape: before, axes: axes, keeps: keeps)
    case .matrixProduct: return multiplied(inputs, shape: shape)
    case .combination, .expansion:
      return merged(inputs.map { aligned($0, rank: shape.count) }, shape: shape)
    case .concatenation(let axis):
      let isSpatial = inputs.contains { $0.field.rowAxis == axis || $0.field.columnAxis == axis }
      return isSpatial && inputs.count > 1 ? .unknown : merged(inputs, shape: shape)
    case .slice(let axis, let start, _, let step):
      return moved(first.field, axis: axis) {
        $0.after(kernel: 1, stride: step, dilation: 1, padding: -start)
      }
    case .selection(let axis, let indices, let drops):
      return selected(first.field, axis: axis, indices: indices, drops: drops)
    case .padding(let padding):
      var field = first.field
      for axis in before.indices where padding.before[axis] != 0 || padding.after[axis] != 0 {
        field = moved(field, axis: axis) {
          $0.after(kernel: 1, stride: 1, dilation: 1, padding: padding.before[axis])
        }
      }
      return field
    case .transpose(let order):
      var field = first.field
      field.rowAxis = field.rowAxis.flatMap { order.firstIndex(of: $0) }
      field.columnAxis = field.columnAxis.flatMap { order.firstIndex(of: $0) }
      return field
    case .reshape: return reshaped(first.field, from: before, to: shape)
    case .picture, .constant: return .none
    }
  }

  private static func windowed(
    _ field: TheoreticalField, _ window: Operation.Window
  ) -> TheoreticalField {
    let rows = moved(field, axis: 2) {
      $0.after(
        kernel: window.kernel.rows, stride: window.stride.rows, dilation: window.dilation.rows,
        padding: window.before.rows)
    }
    return moved(rows, axis: 3) {
      $0.after(
        kernel: window.kernel.columns, stride: window.stride.columns,
        dilation: window.dilation.columns, padding: window.before.columns)
    }
  }

  /// The field with the part that lies along an axis changed.
  private static func moved(
    _ field: TheoreticalField, axis: Int, by change: (AxisField) -> AxisField?
  ) -> TheoreticalField {
    var field = field
    if field.rowAxis == axis, let rows = field.rows {
      guard let changed = change(rows) else { return .unknown }
      field.rows = changed
    }
    if field.columnAxis == axis, let columns = field.columns {
      guard let changed = change(columns) else { return .unknown }
      field.columns = changed
    }
    return field
  }

  /// The field of values that also depend on all positions along some axes.
  private static func touched(_ field: TheoreticalField, axes: [Int]) -> TheoreticalField {
    var field = field
    if axes.contains(where: { $0 == field.rowAxis || $0 == field.columnAxis }) {
      field.status = .whole
    }
    return field
  }

  /// The field after all positions along some axes became one.
  private static func joined(
    _ field: TheoreticalField, shape: [Int], axes: [Int], keeps: Bool
  ) -> TheoreticalField {
    var field = field
    let isSpatial = axes.contains {
      ($0 == field.rowAxis || $0 == field.columnAxis) && shape[$0] > 1
    }
    if isSpatial {
      field.status = .whole
      field.rows = nil
      field.columns = nil
      field.rowAxis = nil
      field.columnAxis = nil
      return field
    }
    guard !keeps else { return field }
    func kept(_ axis: Int?) -> Int? {
      axis.flatMap { axis in
        axes.contains(axis) ? nil : axis - axes.count { $0 < axis }
      }
    }
    (field.rowAxis, field.columnAxis) = (kept(field.rowAxis), kept(field.columnAxis))
    return field
  }

  private static func selected(
    _ field: TheoreticalField, axis: Int, indices: [Int], drops: Bool
  ) -> TheoreticalField {
    var field = field
    if axis == field.rowAxis || axis == field.columnAxis {
      let step = indices.count > 1 ? indices[1] - indices[0] : 1
      guard step > 0, zip(indices, indices.dropFirst()).allSatisfy({ $1 - $0 == step }) else {
        return .unknown
      }
      field = moved(field, axis: axis) {
        $0.after(kernel: 1, stride: step, dilation: 1, padding: -indices[0])
      }
    }
    if drops, indices.count == 1 {
      func kept(_ own: Int?) -> Int? { own.flatMap { $0 == axis ? nil : $0 > axis ? $0 - 1 : $0 } }
      (field.rowAxis, field.columnAxis) = (kept(field.rowAxis), kept(field.columnAxis))
    }
    return field
  }

  /// Rows and columns stay apart where as many values lie before and within them as before.
  private static func reshaped(
    _ field: TheoreticalField, from old: [Int], to new: [Int]
  ) -> TheoreticalField {
    func place(_ axis: Int?) -> Int?? {
      guard let axis else { return .some(nil) }
      if old[axis] == 1 { return .some(nil) }
      let before = old[..<axis].reduce(1, *)
      var product = 1
      for (index, extent) in new.enumerated() {
        if product == before, extent == old[axis] { return .some(index) }
        product *= extent
      }
      return nil
    }
    var field = field
    guard let rows = place(field.rowAxis), let columns = place(field.columnAxis) else {
      return TheoreticalField(status: .whole)
    }
    (field.rowAxis, field.columnAxis) = (rows, columns)
    return field
  }

  private static func multiplied(_ inputs: [Input], shape: [Int]) -> TheoreticalField {
    let (left, right) = (inputs[0], inputs[1])
    guard let leftShape = left.shape, let rightShape = right.shape else { return .unknown }
    // What the product sums over: the last axis of one, the last but one of the other.
    let sums = [
      joined(left.field, shape: leftShape, axes: [leftShape.count - 1], keeps: true),
      joined(right.field, shape: rightShape, axes: [rightShape.count - 2], keeps: true),
    ]
    let parts = zip(sums, inputs).map { aligned((field: $0, shape: $1.shape), rank: shape.count) }
    return merged(parts, shape: shape)
  }

  /// An input with leading axes of 1 added up to a rank.
  private static func aligned(_ input: Input, rank: Int) -> Input {
    guard let shape = input.shape else { return input }
    let more = max(0, rank - shape.count)
    var field = input.field
    field.rowAxis = field.rowAxis.map { $0 + more }
    field.columnAxis = field.columnAxis.map { $0 + more }
    return (field, [Int](repeating: 1, count: more) + shape)
  }

  /// Where several values meet, entry by entry.
  ///
  /// A value that is repeated over rows or columns is one that all positions see.
  private static func merged(_ inputs: [Input], shape: [Int]) -> TheoreticalField {
    var result = TheoreticalField.none
    for (field, own) in inputs where field.status != .none {
      var field = field
      guard let own else { return .unknown }
      let isRepeated = [field.rowAxis, field.columnAxis].contains { axis in
        axis.map { own[$0] == 1 && shape[$0] > 1 } ?? false
      }
      // A value of one position that goes to all of them: with it each depends on one and the same
      // place, which no size and stride can say.
      if isRepeated || (field.rows != nil && field.rowAxis == nil && result.rowAxis != nil) {
        field.status = .whole
        field.rows = nil
        field.columns = nil
      }
      result = merged(result, field, shape: shape)
      if result.status == .unknown { return .unknown }
    }
    return result
  }

  private static func merged(
    _ a: TheoreticalField, _ b: TheoreticalField, shape: [Int]
  ) -> TheoreticalField {
    if a.status == .none { return b }
    if b.status == .none { return a }
    var result = a
    result.status = a.status == .whole || b.status == .whole ? .whole : .local
    guard let bRows = b.rows, let bColumns = b.columns else { return result }
    guard let aRows = a.rows, let aColumns = a.columns else {
      (result.rows, result.columns) = (bRows, bColumns)
      (result.rowAxis, result.columnAxis) = (b.rowAxis, b.columnAxis)
      return result
    }
    guard a.rowAxis == b.rowAxis, a.columnAxis == b.columnAxis,
      let rows = aRows.merged(with: bRows, positions: a.rowAxis.map { shape[$0] } ?? 1),
      let columns = aColumns.merged(with: bColumns, positions: a.columnAxis.map { shape[$0] } ?? 1)
    else { return .unknown }
    (result.rows, result.columns) = (rows, columns)
    return result
  }
}

extension Graph.Operation {
  var isUnknown: Bool { if case .unknown = self { true } else { false } }
}
