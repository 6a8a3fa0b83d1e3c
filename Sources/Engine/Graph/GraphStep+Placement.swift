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
    let places = tables.places
    guard let inner = places.last else { return }
    var index = 0
    StridedWalk.forEachRow(of: tables.walk.shape) { row in
      var begin: Int? = 0
      for (axis, position) in row.positions.enumerated() {
        begin = begin.flatMap { sum in places[axis][position].map { sum + $0 } }
      }
      for place in inner {
        body(index, begin.flatMap { sum in place.map { sum + $0 } })
        index += 1
      }
    }
  }

  func concatenate(_ axis: Int) {
    forEachPart(axis) { input, from, to, run in
      (output + to).update(from: inputs[input].values + from, count: run)
    }
  }

  func concatenateBackward(
    _ axis: Int, _ gradient: UnsafeMutablePointer<Float>
  ) {
    forEachPart(axis) { input, from, to, run in
      guard let target = inputs[input].gradient else { return }
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
