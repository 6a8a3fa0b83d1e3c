import Networks

/// Steps over windows, whole axes and resampled positions.
extension GraphStep {
  // MARK: Pools

  func pool(_ pool: Graph.Operation.Pool) {
    let source = inputs[0].values
    forEachWindow { map, place, row, column in
      switch pool.kind {
      case .maximum:
        var largest = -Float.infinity
        forEachTap(row, column) { tap in
          let value = source[map + tap]
          if value > largest || value.isNaN { largest = value }
        }
        output[place] = largest
      case .mean, .meanWithPadding:
        var sum = 0.0
        forEachTap(row, column) { sum += Double(source[map + $0]) }
        output[place] = Float(sum / Double(divisor(pool, row, column)))
      }
    }
  }

  func poolBackward(
    _ pool: Graph.Operation.Pool, _ gradient: UnsafeMutablePointer<Float>,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let source = inputs[0].values
    forEachWindow { map, place, row, column in
      switch pool.kind {
      case .maximum:
        // Of equals the first has it, as in PyTorch.
        var best: Int?
        forEachTap(row, column) { tap in
          let value = source[map + tap]
          let largest = best.map { source[map + $0] } ?? value
          if best == nil || largest < value || (largest == value && tap < best ?? 0) { best = tap }
        }
        if let best { target[map + best] += gradient[place] }
      case .mean, .meanWithPadding:
        let share = gradient[place] / Float(divisor(pool, row, column))
        forEachTap(row, column) { target[map + $0] += share }
      }
    }
  }

  /// Every window of every channel: where its channel's map begins, where its value goes, and what it sees along
  /// rows and columns.
  @inline(__always)
  private func forEachWindow(
    _ body: (
      _ map: Int, _ place: Int, _ row: StepTables.WindowLine, _ column: StepTables.WindowLine
    ) -> Void
  ) {
    let plane = inputs[0].shape[2] * inputs[0].shape[3]
    for y in tables.rows.indices {
      for x in tables.columns.indices {
        for channel in 0..<shape[1] {
          body(
            channel * plane, (channel * shape[2] + y) * shape[3] + x, tables.rows[y],
            tables.columns[x])
        }
      }
    }
  }

  @inline(__always)
  private func forEachTap(
    _ row: StepTables.WindowLine, _ column: StepTables.WindowLine, _ body: (_ tap: Int) -> Void
  ) {
    let width = inputs[0].shape[3]
    for line in row.inside {
      for tap in column.inside { body(line * width + tap) }
    }
  }

  /// What a mean divides by.
  private func divisor(
    _ pool: Graph.Operation.Pool, _ row: StepTables.WindowLine, _ column: StepTables.WindowLine
  ) -> Int {
    pool.kind == .mean ? max(row.inside.count * column.inside.count, 1) : row.count * column.count
  }

  // MARK: Whole axes

  func reduce(_ kind: Graph.Operation.Reduction, _ axes: [Int]) {
    let source = inputs[0].values
    let walk = tables.walk
    if kind == .maximum {
      output.update(repeating: -.infinity, count: count)
      walk.forEach { index, place in
        if source[index] > output[place] || source[index].isNaN { output[place] = source[index] }
      }
      return
    }
    let sums = UnsafeMutableRawPointer(scratch).bindMemory(to: Double.self, capacity: count)
    sums.update(repeating: 0, count: count)
    walk.forEach { index, place in sums[place] += Double(source[index]) }
    let divisor = kind == .mean ? Double(inputs[0].count / count) : 1
    for place in 0..<count { output[place] = Float(sums[place] / divisor) }
    UnsafeMutableRawPointer(scratch).bindMemory(to: Float.self, capacity: 2 * count)
  }

  func reduceBackward(
    _ kind: Graph.Operation.Reduction, _ axes: [Int], _ gradient: UnsafeMutablePointer<Float>,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let walk = tables.walk
    switch kind {
    case .sum: walk.forEach { index, place in target[index] += gradient[place] }
    case .mean:
      let share = 1 / Float(inputs[0].count / count)
      walk.forEach { index, place in target[index] += gradient[place] * share }
    case .maximum:
      let source = inputs[0].values
      scratch.update(repeating: 0, count: count)
      walk.forEach { index, place in
        // The first of equals has it.
        guard scratch[place] == 0, source[index] == output[place] else { return }
        scratch[place] = 1
        target[index] += gradient[place]
      }
    }
  }

  // MARK: Resampled positions

  func resize() {
    let source = inputs[0].values
    forEachResampled { map, place, row, column in
      var sum: Float = 0
      forEachTap(row, column) { tap, weight in sum += weight * source[map + tap] }
      output[place] = sum
    }
  }

  func resizeBackward(
    _ gradient: UnsafeMutablePointer<Float>, _ target: UnsafeMutablePointer<Float>
  ) {
    forEachResampled { map, place, row, column in
      forEachTap(row, column) { tap, weight in target[map + tap] += weight * gradient[place] }
    }
  }

  private typealias Taps = [(place: Int, weight: Float)]

  @inline(__always)
  private func forEachResampled(
    _ body: (_ map: Int, _ place: Int, _ row: Taps, _ column: Taps) -> Void
  ) {
    let plane = inputs[0].shape[2] * inputs[0].shape[3]
    for y in tables.rowTaps.indices {
      for x in tables.columnTaps.indices {
        for channel in 0..<shape[1] {
          body(
            channel * plane, (channel * shape[2] + y) * shape[3] + x, tables.rowTaps[y],
            tables.columnTaps[x])
        }
      }
    }
  }

  @inline(__always)
  private func forEachTap(
    _ row: Taps, _ column: Taps, _ body: (_ tap: Int, _ weight: Float) -> Void
  ) {
    let width = inputs[0].shape[3]
    for line in row {
      for tap in column { body(line.place * width + tap.place, line.weight * tap.weight) }
    }
  }
}
