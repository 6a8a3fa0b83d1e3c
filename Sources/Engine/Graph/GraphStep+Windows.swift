import Networks

/// Steps over windows, whole axes and resampled positions.
extension GraphStep {
  // MARK: Pools

  func pool(_ pool: Graph.Operation.Pool) {
    let source = inputs[0].values
    forEachWindow(pool.window) { channel, place, taps, divisor in
      let map = source + channel * inputs[0].shape[2] * inputs[0].shape[3]
      switch pool.kind {
      case .maximum:
        var largest = -Float.infinity
        for tap in taps where map[tap] > largest || map[tap].isNaN { largest = map[tap] }
        output[place] = largest
      case .mean, .meanWithPadding:
        var sum = 0.0
        for tap in taps { sum += Double(map[tap]) }
        output[place] = Float(sum / Double(pool.kind == .mean ? max(taps.count, 1) : divisor))
      }
    }
  }

  func poolBackward(
    _ pool: Graph.Operation.Pool, _ gradient: UnsafeMutablePointer<Float>,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let source = inputs[0].values
    let plane = inputs[0].shape[2] * inputs[0].shape[3]
    forEachWindow(pool.window) { channel, place, taps, divisor in
      let (map, result) = (source + channel * plane, target + channel * plane)
      switch pool.kind {
      case .maximum:
        // Of equals the first has it, as in PyTorch.
        if let tap = taps.max(by: { map[$0] < map[$1] || (map[$0] == map[$1] && $0 > $1) }) {
          result[tap] += gradient[place]
        }
      case .mean, .meanWithPadding:
        let share =
          gradient[place] / Float(pool.kind == .mean ? max(taps.count, 1) : divisor)
        for tap in taps { result[tap] += share }
      }
    }
  }

  /// Every window of every channel: where its value goes, the positions of its taps within the map, and
  /// how many taps lie within the padded map.
  private func forEachWindow(
    _ window: Graph.Operation.Window,
    _ body: (_ channel: Int, _ place: Int, _ taps: [Int], _ divisor: Int) -> Void
  ) {
    let input = inputs[0].shape
    func lines(_ part: KeyPath<Graph.Operation.Pair, Int>, _ axis: Int) -> [(
      inside: [Int], count: Int
    )] {
      (0..<shape[axis]).map { position in
        let first = position * window.stride[keyPath: part] - window.before[keyPath: part]
        let taps = (0..<window.kernel[keyPath: part]).map {
          first + $0 * window.dilation[keyPath: part]
        }
        let end = input[axis] + window.after[keyPath: part]
        return (taps.filter { (0..<input[axis]).contains($0) }, taps.count { $0 < end })
      }
    }
    let (rows, columns) = (lines(\.rows, 2), lines(\.columns, 3))
    for (y, row) in rows.enumerated() {
      for (x, column) in columns.enumerated() {
        let taps = row.inside.flatMap { line in column.inside.map { line * input[3] + $0 } }
        for channel in 0..<shape[1] {
          body(channel, (channel * shape[2] + y) * shape[3] + x, taps, row.count * column.count)
        }
      }
    }
  }

  // MARK: Whole axes

  func reduce(_ kind: Graph.Operation.Reduction, _ axes: [Int]) {
    let source = inputs[0].values
    let walk = reduction(axes)
    if kind == .maximum {
      output.update(repeating: -.infinity, count: count)
      walk.forEach { index, place in
        if source[index] > output[place] || source[index].isNaN { output[place] = source[index] }
      }
      return
    }
    var sums = [Double](repeating: 0, count: count)
    sums.withUnsafeMutableBufferPointer { sums in
      walk.forEach { index, place in sums[place] += Double(source[index]) }
    }
    let divisor = kind == .mean ? Double(inputs[0].count / count) : 1
    for place in 0..<count { output[place] = Float(sums[place] / divisor) }
  }

  func reduceBackward(
    _ kind: Graph.Operation.Reduction, _ axes: [Int], _ gradient: UnsafeMutablePointer<Float>,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let walk = reduction(axes)
    switch kind {
    case .sum: walk.forEach { index, place in target[index] += gradient[place] }
    case .mean:
      let share = 1 / Float(inputs[0].count / count)
      walk.forEach { index, place in target[index] += gradient[place] * share }
    case .maximum:
      let source = inputs[0].values
      var isTaken = [Bool](repeating: false, count: count)
      isTaken.withUnsafeMutableBufferPointer { isTaken in
        walk.forEach { index, place in
          guard !isTaken[place], source[index] == output[place] else { return }
          isTaken[place] = true
          target[index] += gradient[place]
        }
      }
    }
  }

  /// Every value of the input beside where it goes.
  private func reduction(_ axes: [Int]) -> StridedWalk {
    let input = inputs[0].shape
    let kept = input.indices.map { axes.contains($0) ? 1 : input[$0] }
    return StridedWalk(shape: input, strides: StridedWalk.broadcast(kept, to: input))
  }

  // MARK: Resampled positions

  func resize(_ resizing: Graph.Operation.Resizing) {
    let source = inputs[0].values
    let plane = inputs[0].shape[2] * inputs[0].shape[3]
    forEachResampled(resizing) { channel, place, taps in
      var sum: Float = 0
      for tap in taps { sum += tap.weight * source[channel * plane + tap.place] }
      output[place] = sum
    }
  }

  func resizeBackward(
    _ resizing: Graph.Operation.Resizing, _ gradient: UnsafeMutablePointer<Float>,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let plane = inputs[0].shape[2] * inputs[0].shape[3]
    forEachResampled(resizing) { channel, place, taps in
      for tap in taps { target[channel * plane + tap.place] += tap.weight * gradient[place] }
    }
  }

  private func forEachResampled(
    _ resizing: Graph.Operation.Resizing,
    _ body: (_ channel: Int, _ place: Int, _ taps: [(place: Int, weight: Float)]) -> Void
  ) {
    let input = inputs[0].shape
    let rows = resizing.taps(from: input[2], to: shape[2])
    let columns = resizing.taps(from: input[3], to: shape[3])
    for (y, row) in rows.enumerated() {
      for (x, column) in columns.enumerated() {
        let taps = row.flatMap { line in
          column.map { (line.0 * input[3] + $0.0, line.1 * $0.1) }
        }
        for channel in 0..<shape[1] {
          body(
            channel, (channel * shape[2] + y) * shape[3] + x,
            taps.map { (place: $0.0, weight: $0.1) })
        }
      }
    }
  }
}

extension Graph.Operation.Resizing {
  /// For each position that goes out the positions that it is made of, with their weights.
  func taps(from extent: Int, to target: Int) -> [[(Int, Float)]] {
    (0..<target).map { position -> [(Int, Float)] in
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
