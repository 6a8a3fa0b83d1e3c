import Networks

extension ONNXReader {
  /// Adds a node that moves values: shapes, axes, parts, joins, edges, sizes.
  ///
  /// - Returns: Whether the node was dealt with.
  mutating func addRearrangement(
    _ node: ONNXNode, _ inputs: [Value?]
  ) throws(CheckpointError) -> Bool {
    guard let first = inputs.first ?? nil, let shape = shape(of: first) else { return false }
    switch node.type {
    case "Reshape", "Flatten", "Squeeze", "Unsqueeze":
      guard let target = try reshaped(node, inputs, from: shape) else { return false }
      return try put(node, .reshape(target), [first])
    case "Transpose":
      return try put(
        node, .transpose(node.integers("perm") ?? Array(shape.indices.reversed())), [first])
    case "Expand":
      guard inputs.count > 1, let target = known(inputs[1])?.integers,
        target.count <= Graph.Limits.rank, target.allSatisfy({ $0 > 0 })
      else { return false }
      return try put(node, .expansion(target), [first])
    case "Concat":
      guard inputs.allSatisfy({ $0.flatMap { self.shape(of: $0) } != nil }) else { return false }
      guard let axis = places([node.integer("axis", default: 1)], rank: shape.count)?.first else {
        throw fault(node.name, "axis of \(shape.count)")
      }
      return try put(node, .concatenation(axis: axis), inputs)
    case "Split": return try addSplit(node, inputs, shape)
    case "Slice": return try addSlice(node, inputs, shape)
    case "Gather": return try addSelection(node, inputs, shape)
    case "GatherND":
      // With one index a row it selects of the first axis.
      guard inputs.count > 1, let indices = known(inputs[1]), indices.shape.last == 1,
        node.integer("batch_dims", default: 0) == 0
      else { return false }
      let rows = indices.shaped(indices.shape.dropLast())
      return try addSelection(node, [first, .known(rows)], shape)
    case "Pad": return try addPadding(node, inputs, shape)
    case "Resize": return try addResizing(node, inputs, shape)
    default: return false
    }
  }

  /// The shape that a node gives to a value; nil if that is not known.
  func reshaped(
    _ node: ONNXNode, _ inputs: [Value?], from shape: [Int]
  ) throws(CheckpointError) -> [Int]? {
    var axes = node.integers("axes")
    if node.type != "Flatten", inputs.count > 1, let value = inputs[1] {
      guard let numbers = known(value) else { return nil }
      axes = numbers.integers
    }
    switch node.type {
    case "Reshape":
      guard let target = axes ?? node.integers("shape"), let count = Graph.count(shape) else {
        return nil
      }
      guard
        let resolved = resolved(
          target, count: count, from: shape,
          keepsZero: node.integer("allowzero", default: 0) == 1)
      else { throw fault(node.name, "\(shape) cannot become \(target.prefix(10))") }
      return resolved
    case "Flatten":
      let axis = node.integer("axis", default: 1)
      let place = axis < 0 ? axis &+ shape.count : axis
      guard (0...shape.count).contains(place) else {
        throw fault(node.name, "axis \(axis) of \(shape.count)")
      }
      return [shape[..<place].reduce(1, *), shape[place...].reduce(1, *)]
    case "Squeeze":
      guard let axes else { return shape.filter { $0 != 1 } }
      guard let places = places(axes, rank: shape.count), places.allSatisfy({ shape[$0] == 1 })
      else {
        throw fault(node.name, "axes \(axes.prefix(10)) of \(shape)")
      }
      return shape.indices.filter { !places.contains($0) }.map { shape[$0] }
    default:
      guard let axes, axes.count <= Graph.Limits.rank,
        let places = places(axes, rank: shape.count + axes.count)
      else { throw fault(node.name, "axes \((axes ?? []).prefix(10)) beside \(shape)") }
      var rest = shape[...]
      return (0..<shape.count + axes.count).map { place in
        places.contains(place) ? 1 : rest.popFirst() ?? 1
      }
    }
  }

  /// A target shape with −1 and 0 filled in; nil if it does not hold as many values.
  func resolved(_ target: [Int], count: Int, from shape: [Int], keepsZero: Bool) -> [Int]? {
    guard target.count <= Graph.Limits.rank, target.filter({ $0 == -1 }).count <= 1 else {
      return nil
    }
    var result: [Int] = []
    for (index, extent) in target.enumerated() {
      if extent == 0, !keepsZero {
        guard shape.indices.contains(index) else { return nil }
        result.append(shape[index])
      } else {
        guard extent >= -1 else { return nil }
        result.append(extent)
      }
    }
    if let open = result.firstIndex(of: -1) {
      guard let rest = Graph.count(result.filter { $0 != -1 }), rest > 0, count % rest == 0 else {
        return nil
      }
      result[open] = count / rest
    }
    return Graph.count(result) == count ? result : nil
  }

  /// Some positions of an axis; indices of several axes are taken as one list and shaped afterwards.
  private mutating func addSelection(
    _ node: ONNXNode, _ inputs: [Value?], _ shape: [Int]
  ) throws(CheckpointError) -> Bool {
    guard inputs.count > 1, let indices = known(inputs[1]), indices.isInteger,
      let axis = places([node.integer("axis", default: 0)], rank: shape.count)?.first
    else { return false }
    let places = indices.integers.map { $0 < 0 ? $0 &+ shape[axis] : $0 }
    guard indices.shape.count > 1 else {
      return try put(
        node,
        .selection(axis: axis, indices: places, dropsAxis: indices.shape.isEmpty), [inputs[0]])
    }
    let result = node.outputs[0]
    let flat = try add(
      free(result + "/flat"), .selection(axis: axis, indices: places, dropsAxis: false),
      [try self.node(inputs[0] ?? .node(0), named: node.inputs[0])])
    let target = shape[..<axis] + indices.shape + shape[(axis + 1)...]
    values[result] = .node(try add(result, .reshape(Array(target)), [flat]))
    return true
  }

  private mutating func addSplit(
    _ node: ONNXNode, _ inputs: [Value?], _ shape: [Int]
  ) throws(CheckpointError) -> Bool {
    guard let axis = places([node.integer("axis", default: 0)], rank: shape.count)?.first else {
      throw fault(node.name, "axis of \(shape.count)")
    }
    var parts = node.integers("split")
    if inputs.count > 1, let value = inputs[1] {
      guard let numbers = known(value) else { return false }
      parts = numbers.integers
    }
    let count = node.outputs.count
    let equal = (shape[axis] + count - 1) / count
    let sizes =
      parts ?? (0..<count).map { min(equal, shape[axis] - equal * $0) }
    guard sizes.count == count, sizes.allSatisfy({ (1...shape[axis]).contains($0) }),
      sizes.reduce(0, +) == shape[axis]
    else {
      throw fault(node.name, "\(shape[axis]) positions do not split into \(sizes.prefix(10))")
    }
    let source = try self.node(inputs[0] ?? .node(0), named: node.inputs[0])
    var start = 0
    for (output, size) in zip(node.outputs, sizes) {
      if !output.isEmpty {
        values[output] = .node(
          try add(output, .slice(axis: axis, start: start, count: size, step: 1), [source]))
      }
      start += size
    }
    return true
  }

  /// What a slice keeps of an axis.
  struct KeptPlaces {
    let axis: Int
    let start: Int
    let count: Int
    let step: Int

    var places: [Int] { (0..<count).map { start + $0 * step } }
  }

  /// What a slice keeps of each of its axes.
  ///
  /// - Parameters:
  ///   - node: The slice.
  ///   - inputs: What is sliced, starts, ends, axes and steps.
  ///   - shape: Of what is sliced.
  /// - Returns: In the order of the axes named; nil if that is not known.
  /// - Throws: `CheckpointError` for an axis that there is not.
  func slices(
    _ node: ONNXNode, _ inputs: [KnownNumbers?], of shape: [Int]
  ) throws(CheckpointError) -> [KeptPlaces]? {
    func list(_ index: Int) -> [Int]? {
      inputs.indices.contains(index) ? inputs[index]?.integers : nil
    }
    guard let starts = list(1), let ends = list(2), starts.count == ends.count else { return nil }
    let axes = list(3) ?? Array(0..<starts.count)
    let steps = list(4) ?? starts.map { _ in 1 }
    guard axes.count == starts.count, steps.count == starts.count, !starts.isEmpty,
      steps.allSatisfy({ $0 != 0 && $0.magnitude <= Graph.Limits.values }),
      axes.count <= Graph.Limits.rank
    else { return nil }
    var kept: [KeptPlaces] = []
    for index in axes.indices {
      guard let axis = places([axes[index]], rank: shape.count)?.first else {
        throw fault(node.name, "axis \(axes[index]) of \(shape.count)")
      }
      let (extent, step) = (shape[axis], steps[index])
      // Backwards a slice may begin at the last position and end before the first.
      let range = step > 0 ? 0...extent : -1...max(extent, 0) - 1
      func place(_ value: Int) -> Int {
        min(max(value < 0 ? value &+ extent : value, range.lowerBound), range.upperBound)
      }
      let (start, end) = (place(starts[index]), place(ends[index]))
      let isEmpty = step > 0 ? start >= end : start <= end
      kept.append(
        KeptPlaces(
          axis: axis, start: start, count: isEmpty ? 0 : (abs(end - start) - 1) / abs(step) + 1,
          step: step))
    }
    return kept
  }

  private mutating func addSlice(
    _ node: ONNXNode, _ inputs: [Value?], _ shape: [Int]
  ) throws(CheckpointError) -> Bool {
    // Axes or steps that are there and not known are no default.
    guard inputs.dropFirst().allSatisfy({ $0 == nil || known($0) != nil }),
      let parts = try slices(node, inputs.map { known($0) }, of: shape)
    else { return false }
    var source = try self.node(inputs[0] ?? .node(0), named: node.inputs[0])
    let result = node.outputs[0]
    for (index, part) in parts.enumerated() {
      guard part.count > 0 else { throw fault(node.name, "leaves nothing of axis \(part.axis)") }
      guard part.step > 0 || part.count <= KnownNumbers.most else { return false }
      source = try add(
        index == parts.count - 1 ? result : free("\(result)/\(index)"),
        part.step > 0
          ? .slice(axis: part.axis, start: part.start, count: part.count, step: part.step)
          : .selection(axis: part.axis, indices: part.places, dropsAxis: false), [source])
    }
    values[result] = .node(source)
    return true
  }

  private mutating func addPadding(
    _ node: ONNXNode, _ inputs: [Value?], _ shape: [Int]
  ) throws(CheckpointError) -> Bool {
    guard inputs.count > 1, let pads = known(inputs[1])?.integers,
      let mode = Graph.Operation.Padding.Mode(rawValue: node.text("mode", default: "constant"))
    else { return false }
    var axes = Array(shape.indices)
    if inputs.count > 3, let value = inputs[3] {
      guard let given = known(value)?.integers, let all = places(given, rank: shape.count),
        all == given.map({ $0 < 0 ? $0 &+ shape.count : $0 })
      else { return false }
      axes = all
    }
    guard pads.count == 2 * axes.count, pads.allSatisfy({ $0.magnitude <= 65_536 })
    else { throw fault(node.name, "pads \(pads.prefix(16)) for \(axes.count) axes") }
    var before = [Int](repeating: 0, count: shape.count)
    var after = before
    for (index, axis) in axes.enumerated() {
      (before[axis], after[axis]) = (pads[index], pads[axes.count + index])
    }
    if mode != .constant {
      // A mirror shows no more than there is.
      for axis in shape.indices
      where max(before[axis], after[axis]) >= shape[axis] && mode == .reflect {
        throw fault(node.name, "mirrors more than the \(shape[axis]) positions of axis \(axis)")
      }
    }
    var value: Float = 0
    if inputs.count > 2, let given = inputs[2] {
      guard let number = known(given)?.values.first else { return false }
      value = Float(number)
    }
    return try put(
      node, .padding(.init(before: before, after: after, mode: mode, value: value)), [inputs[0]])
  }

  private mutating func addResizing(
    _ node: ONNXNode, _ inputs: [Value?], _ shape: [Int]
  ) throws(CheckpointError) -> Bool {
    guard shape.count == 4, !node.has("axes"),
      node.integer("antialias", default: 0) == 0,
      node.text("keep_aspect_ratio_policy", default: "stretch") == "stretch"
    else { return false }
    let size: [Int]
    if inputs.count > 3, let sizes = known(inputs[3])?.integers {
      size = sizes
    } else if inputs.count > 2, let scales = known(inputs[2])?.values, scales.count == 4 {
      size = zip(shape, scales).map { KnownNumbers.integer((Double($0) * $1).rounded(.down)) }
    } else {
      return false
    }
    guard size.count == 4, Array(size.prefix(2)) == Array(shape.prefix(2)) else { return false }
    let coordinates: Graph.Operation.Resizing.Coordinates
    switch node.text("coordinate_transformation_mode", default: "half_pixel") {
    case "half_pixel": coordinates = .halfPixel
    // The two differ only where one position goes out.
    case "pytorch_half_pixel" where size[2] > 1 && size[3] > 1: coordinates = .halfPixel
    case "asymmetric": coordinates = .asymmetric
    case "align_corners": coordinates = .alignedCorners
    default: return false
    }
    let mode: Graph.Operation.Resizing.Mode
    switch node.text("mode", default: "nearest") {
    case "linear": mode = .bilinear
    case "nearest":
      // Nearest is taken as PyTorch does it; other roundings differ at halves.
      guard coordinates == .asymmetric,
        node.text("nearest_mode", default: "round_prefer_floor") == "floor"
      else { return false }
      mode = .nearest
    default: return false
    }
    return try put(
      node,
      .resizing(
        .init(size: .init(size[2], size[3]), mode: mode, coordinates: coordinates)), [inputs[0]])
  }
}
