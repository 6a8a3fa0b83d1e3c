import Networks

/// Steps that move values: parts, edges, joins.
extension GraphStep {
  func place() {
    let source = inputs[0].values
    var empty: Float = 0
    if case .padding(let padding) = node.operation { empty = padding.value }
    forEachPlace { index, offset in output[index] = offset.map { source[$0] } ?? empty }
  }

  func placeBackward(
    _ gradient: UnsafeMutablePointer<Float>, _ target: UnsafeMutablePointer<Float>
  ) {
    forEachPlace { index, offset in
      if let offset { target[offset] += gradient[index] }
    }
  }

  /// Every position of the output beside the input's that it shows; nil for an edge's own value.
  private func forEachPlace(_ body: (_ index: Int, _ offset: Int?) -> Void) {
    let input = inputs[0].shape
    let strides = StridedWalk.contiguous(input)
    let maps = input.indices.map { axis in
      places(axis, extent: input[axis]).map { $0.map { $0 * strides[axis] } }
    }
    var counters = [Int](repeating: 0, count: maps.count)
    for index in 0..<count {
      var offset: Int? = 0
      for axis in maps.indices {
        guard let part = maps[axis][counters[axis]], let sum = offset else {
          offset = nil
          break
        }
        offset = sum + part
      }
      body(index, offset)
      for axis in maps.indices.reversed() {
        counters[axis] += 1
        if counters[axis] < maps[axis].count { break }
        counters[axis] = 0
      }
    }
  }

  /// For each position along an axis of the output the input's position.
  private func places(_ axis: Int, extent: Int) -> [Int?] {
    switch node.operation {
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

  func concatenate(_ axis: Int) {
    forEachPart(axis) { input, from, to, run in
      (output + to).update(from: inputs[input].values + from, count: run)
    }
  }

  func concatenateBackward(
    _ axis: Int, _ gradient: UnsafeMutablePointer<Float>,
    _ targets: [UnsafeMutablePointer<Float>?]
  ) {
    forEachPart(axis) { input, from, to, run in
      guard let target = targets[input] else { return }
      for i in 0..<run { target[from + i] += gradient[to + i] }
    }
  }

  private func forEachPart(
    _ axis: Int, _ body: (_ input: Int, _ from: Int, _ to: Int, _ run: Int) -> Void
  ) {
    let inner = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    var before = 0
    for (index, input) in inputs.enumerated() {
      let run = input.shape[axis] * inner
      for line in 0..<outer {
        body(index, line * run, line * shape[axis] * inner + before, run)
      }
      before += run
    }
  }
}
