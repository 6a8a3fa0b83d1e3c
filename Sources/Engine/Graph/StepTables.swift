import Networks

/// What a plain step knows before it sees a value: which places belong together.
///
/// Made once, so that running allocates nothing.
struct StepTables: Sendable {
  /// Every value of the output beside the first input's (of a reduction: the reverse; of parts and edges: the
  /// shape alone).
  private(set) var walk = StridedWalk(shape: [], strides: [])
  /// Strides of the second input over the output's shape.
  private(set) var second: [Int] = []
  /// Of parts and edges: for each axis and position what the input's place has of it; nil for an edge's own
  /// value.
  private(set) var places: [[Int?]] = []
  /// Of pools: for each row and each column of outputs what a window sees.
  private(set) var rows: [WindowLine] = []
  private(set) var columns: [WindowLine] = []
  /// Of resampling: for each row and each column of outputs what it is made of.
  private(set) var rowTaps: [[(place: Int, weight: Float)]] = []
  private(set) var columnTaps: [[(place: Int, weight: Float)]] = []
  /// Of matrix products: which of the left and of the right matrices go together.
  private(set) var matrices: [(left: Int, right: Int)] = []

  /// What a window sees along an axis.
  struct WindowLine: Sendable {
    /// The taps within the map.
    var inside: [Int]
    /// How many taps lie within the padded map.
    var count: Int
  }

  /// The tables of an operation.
  ///
  /// - Parameters:
  ///   - operation: What the step does.
  ///   - inputs: The shapes of what it takes.
  ///   - output: The shape of its value.
  init(_ operation: Graph.Operation, inputs: [[Int]], output: [Int]) {
    guard let input = inputs.first else { return }
    switch operation {
    case .transpose(let order):
      let strides = StridedWalk.contiguous(input)
      walk = StridedWalk(shape: output, strides: order.map { strides[$0] })
    case .expansion:
      walk = StridedWalk(shape: output, strides: StridedWalk.broadcast(input, to: output))
    case .combination:
      walk = StridedWalk(shape: output, strides: StridedWalk.broadcast(input, to: output))
      second = StridedWalk.broadcast(inputs[1], to: output)
    case .reduction(_, let axes, _):
      let kept = input.indices.map { axes.contains($0) ? 1 : input[$0] }
      walk = StridedWalk(shape: input, strides: StridedWalk.broadcast(kept, to: input))
    case .slice, .selection, .padding:
      let strides = StridedWalk.contiguous(input)
      places = input.indices.map { axis in
        operation.places(axis, extent: input[axis]).map { $0.map { $0 * strides[axis] } }
      }
      walk = StridedWalk(shape: places.map(\.count), strides: [])
    case .pool(let pool):
      rows = pool.window.lines(\.rows, from: input[2], to: output[2])
      columns = pool.window.lines(\.columns, from: input[3], to: output[3])
    case .resizing(let resizing):
      rowTaps = resizing.taps(from: input[2], to: output[2])
      columnTaps = resizing.taps(from: input[3], to: output[3])
    case .matrixProduct: matrices = Self.pairs(inputs[0], inputs[1], output)
    default: break
    }
  }

  private static func pairs(
    _ left: [Int], _ right: [Int], _ output: [Int]
  ) -> [(left: Int, right: Int)] {
    let batch = Array(output.dropLast(2))
    func places(_ shape: [Int]) -> [Int] {
      var result = [Int](repeating: 0, count: batch.reduce(1, *))
      StridedWalk(shape: batch, strides: StridedWalk.broadcast(Array(shape.dropLast(2)), to: batch))
        .forEach { result[$0] = $1 }
      return result
    }
    return zip(places(left), places(right)).map { ($0, $1) }
  }
}

extension Graph.Operation {
  /// For each position along an axis of the output the input's position.
  fileprivate func places(_ axis: Int, extent: Int) -> [Int?] {
    switch self {
    case .slice(axis, let start, let count, let step): return (0..<count).map { start + $0 * step }
    case .selection(axis, let indices, _): return indices
    case .padding(let padding):
      return (-padding.before[axis]..<extent + padding.after[axis]).map { position in
        switch padding.mode {
        case .constant: return (0..<extent).contains(position) ? position : nil
        case .edge: return min(max(position, 0), extent - 1)
        case .reflect:
          return position < 0
            ? -position : position >= extent ? 2 * (extent - 1) - position : position
        }
      }
    default: return Array(0..<extent)
    }
  }
}

extension Graph.Operation.Window {
  /// What each output's window sees along an axis.
  fileprivate func lines(
    _ part: KeyPath<Graph.Operation.Pair, Int>, from extent: Int, to outputs: Int
  ) -> [StepTables.WindowLine] {
    (0..<outputs).map { position in
      let first = position * stride[keyPath: part] - before[keyPath: part]
      let taps = (0..<kernel[keyPath: part]).map { first + $0 * dilation[keyPath: part] }
      let end = extent + after[keyPath: part]
      return .init(
        inside: taps.filter { (0..<extent).contains($0) }, count: taps.count { $0 < end })
    }
  }
}

extension Graph.Operation.Resizing {
  /// For each position that goes out the positions that it is made of, with their weights.
  fileprivate func taps(from extent: Int, to target: Int) -> [[(place: Int, weight: Float)]] {
    (0..<target).map { position in
      let scale = Double(extent) / Double(target)
      let place: Double
      switch coordinates {
      case .halfPixel: place = (Double(position) + 0.5) * scale - 0.5
      case .asymmetric: place = Double(position) * scale
      case .alignedCorners:
        place = target > 1 ? Double(position * (extent - 1)) / Double(target - 1) : 0
      }
      if mode == .nearest { return [(min(max(Int(place.rounded(.down)), 0), extent - 1), 1)] }
      let kept = min(max(place, 0), Double(extent - 1))
      let first = Int(kept)
      let weight = Float(kept - Double(first))
      guard weight > 0 else { return [(first, 1)] }
      return [(first, 1 - weight), (first + 1, weight)]
    }
  }
}
