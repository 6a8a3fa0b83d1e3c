import Foundation
import Kernels
import Networks
import TestSupport
import Testing

@Suite("Elementwise gradients")
struct ElementwiseGradientTests {
  static let sets = ConvolutionGradientTests.sets
  static let counts = [0, 1, 7, 8, 15, 16, 33]

  /// Numbers that bfloat16 has.
  private func noise(_ name: String, _ count: Int) -> [Float] {
    Formula.noise(name, count: count).map { roundedToBF16(Float($0)) }
  }

  /// Of float32, and of so many roundings by half a step of bfloat16 (2⁻⁸ of a value) each.
  private func tolerance(_ set: sk_variant, roundings: Float = 1) -> Float {
    1e-6 + (set.isBF16 ? roundings / 256 : 0)
  }

  @Test("a weight's gradient is a sum of products", arguments: sets, [1, 3, 4, 49])
  func dot(_ set: sk_variant, _ positions: Int) {
    let (a, b) = (noise("a", 19 * positions), noise("b", 19 * positions))
    let (first, second) = (
      Blocked(set, channels: 19, positions: positions, a),
      Blocked(set, channels: 19, positions: positions, b)
    )
    var sums = [Float](repeating: 2, count: 32)
    sk_dot_positions(set, first.blocks, positions, first.memory, second.memory, &sums)
    let expected = (0..<19).map { channel in
      (channel * positions..<(channel + 1) * positions).reduce(Float(2)) { $0 + a[$1] * b[$1] }
    }
    #expect(relativeError(Array(sums.prefix(19)), expected) < 1e-6)
  }

  @Test("a weighed channel's gradient, with and without each of its parts", arguments: sets)
  func scale(_ set: sk_variant) {
    let (g, y, before) = (noise("g", 19 * 6), noise("y", 19 * 6), noise("before", 19 * 6))
    let factor = Blocked.perChannel(set, noise("a", 19))
    let addend = Blocked.perChannel(set, noise("e", 19))
    for parts in 0..<32 {
      func has(_ part: Int) -> Bool { parts >> part & 1 == 1 }
      let gradient = Blocked(set, channels: 19, positions: 6, g)
      let rectified = Blocked(set, channels: 19, positions: 6, y)
      let output = Blocked(set, channels: 19, positions: 6, before)
      sk_scale_gradient(
        set, output.blocks, 6, has(0) ? factor : nil, has(1) ? addend : nil,
        has(2) ? gradient.memory : nil, has(3) ? rectified.memory : nil, has(4) ? 1 : 0,
        output.memory)
      let expected = g.indices.map { index -> Float in
        let scaled = (has(0) ? factor[index / 6] : 1) * (has(2) ? g[index] : 0)
        let shifted = scaled + (has(1) ? addend[index / 6] : 0)
        return (has(3) && y[index] <= 0 ? 0 : shifted) + (has(4) ? before[index] : 0)
      }
      #expect(relativeError(output.values, expected) < tolerance(set), "parts \(parts)")
    }
  }

  @Test(
    "a window's gradient goes to its first maximum", arguments: sets, [(7, 6), (1, 1), (4, 9)])
  func pool(_ set: sk_variant, _ size: (height: Int, width: Int)) {
    let area = size.height * size.width
    for padding in [0, 1] {
      func side(_ length: Int) -> Int {
        padding == 1 ? (length - 1) / 2 + 1 : length < 3 ? 1 : (length - 2) / 2 + 1
      }
      let (height, width) = (side(size.height), side(size.width))
      // Few different values, so that windows have several maxima.
      let values = noise("x", 10 * area).map { ($0 * 3).rounded() }
      let g = noise("g", 10 * height * width)
      let input = Blocked(set, channels: 10, positions: area, values)
      let gradient = Blocked(set, channels: 10, positions: height * width, g)
      let output = Blocked(set, channels: 10, positions: area)
      sk_max_pool_gradient(
        set, input.blocks, Int32(size.height), Int32(size.width), Int32(padding), Int32(height),
        Int32(width), input.memory, gradient.memory, output.memory)
      var expected = [Float](repeating: 0, count: values.count)
      for (index, g) in g.enumerated() {
        let channel = index / (height * width)
        let (y, x) = (index / width % height, index % width)
        let rows = (2 * y - padding...2 * y - padding + 2).filter((0..<size.height).contains)
        let columns = (2 * x - padding...2 * x - padding + 2).filter((0..<size.width).contains)
        let window = rows.flatMap { row in
          columns.map { (channel * size.height + row) * size.width + $0 }
        }
        let largest = window.map { values[$0] }.max()
        if let first = window.first(where: { values[$0] == largest }) { expected[first] += g }
      }
      // A pixel belongs to up to four windows.
      #expect(relativeError(output.values, expected) < tolerance(set, roundings: 4))
    }
  }

  @Test(
    "a mean's gradient is shared by its window", arguments: sets, [(7, 6), (1, 1), (4, 9)])
  func averagePool(_ set: sk_variant, _ size: (height: Int, width: Int)) {
    let area = size.height * size.width
    for (side, adds) in [(1, false), (2, false), (2, true), (3, true)] {
      let (height, width) = ((size.height + side - 1) / side, (size.width + side - 1) / side)
      let g = noise("g", 10 * height * width)
      let before = noise("before", 10 * area)
      let gradient = Blocked(set, channels: 10, positions: height * width, g)
      let output = Blocked(set, channels: 10, positions: area, before)
      sk_average_pool_gradient(
        set, output.blocks, Int32(size.height), Int32(size.width), Int32(side), adds ? 1 : 0,
        gradient.memory, output.memory)
      let expected = before.indices.map { index -> Float in
        let (channel, row, column) = (
          index / area, index / size.width % size.height, index % size.width
        )
        let (y, x) = (row / side, column / side)
        let count = min(side, size.height - side * y) * min(side, size.width - side * x)
        return g[(channel * height + y) * width + x] / Float(count) + (adds ? before[index] : 0)
      }
      // What comes in and what goes out.
      #expect(relativeError(output.values, expected) < tolerance(set, roundings: 3))
    }
  }

  @Test("a shuffle is undone, from one place or two", arguments: sets, [1, 7, 12, 24, 29, 58, 116])
  func unshuffle(_ set: sk_variant, _ half: Int) {
    let positions = 6
    let halves = ["x", "y"].map {
      Blocked(set, channels: half, positions: positions, noise($0, half * positions))
    }
    let whole = Blocked(set, channels: 2 * half, positions: positions)
    let parts = [0, 1].map { _ in Blocked(set, channels: half, positions: positions) }
    for joined in [true, false] {
      let first = joined ? whole : parts[0]
      sk_shuffle(
        set, Int32(half), positions, halves[0].memory, halves[1].memory, first.memory,
        joined ? nil : parts[1].memory)
      let found = [0, 1].map { _ in Blocked(set, channels: half, positions: positions) }
      sk_unshuffle(
        set, Int32(half), positions, first.memory, joined ? nil : parts[1].memory,
        found[0].memory, found[1].memory)
      for (found, half) in zip(found, halves) {
        #expect(found.values == half.values)
        #expect(found.fill.allSatisfy { $0 == 0 })
      }
    }
  }

  @Test(
    "select by position has the gradients of its formula", arguments: sets,
    [(1, true), (2, false), (2, true), (3, false)])
  func selectPositions(_ set: sk_variant, _ gate: (branches: Int, isSigmoid: Bool)) {
    let branches = gate.branches
    let (channels, positions) = (19, 5)
    let count = channels * positions
    let logits = (0..<branches).map { noise("z\($0)", count).map { 4 * $0 } }
    let inputs = (0..<branches).map { noise("x\($0)", count) }
    let gradient = noise("g", count)
    func blocked(_ values: [Float]) -> Blocked {
      Blocked(set, channels: channels, positions: positions, values)
    }
    let (maps, sources, slope) = (logits.map(blocked), inputs.map(blocked), blocked(gradient))
    // In place, as the header promises where the format is float.
    let slopes =
      set.isBF16
      ? maps.map { _ in Blocked(set.floats, channels: channels, positions: positions) } : maps
    sk_select_positions_gradient(
      set, slope.blocks, positions, Int32(branches), gate.isSigmoid ? 1 : 0,
      maps.map { UnsafeRawPointer($0.memory) }, sources.map { UnsafeRawPointer($0.memory) },
      slope.memory, slopes.map { $0.floats }, sources.map { $0.memory })
    for m in 0..<branches {
      var byLogit: [Float] = []
      var byInput: [Float] = []
      for i in 0..<count {
        let e = logits.map { exp(Double($0[i])) }
        let a = e.map { gate.isSigmoid ? $0 / (1 + $0) : $0 / e.reduce(0, +) }
        let x = inputs.map { Double($0[i]) }
        let g = Double(gradient[i])
        let mean = gate.isSigmoid ? a[m] * x[m] : zip(a, x).reduce(0) { $0 + $1.0 * $1.1 }
        byInput.append(Float(a[m] * g))
        byLogit.append(Float(a[m] * g * (x[m] - mean)))
      }
      #expect(relativeError(sources[m].values, byInput) < 1e-5 + tolerance(set))
      #expect(relativeError(slopes[m].values, byLogit) < 1e-5)
    }
    withExtendedLifetime((slope, maps)) {}
  }

  @Test(
    "numbers of the format become floats as they are, and take sums rounded", arguments: sets,
    counts)
  func widen(_ set: sk_variant, _ count: Int) {
    let before = noise("x", count)
    let values = Formula.noise("y", count: count).map { Float($0) }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 4 * count + 64, alignment: 64)
    defer { memory.deallocate() }
    sk_convert(set, count, before, memory)
    var widened = [Float](repeating: .nan, count: count)
    sk_widen(set, count, memory, &widened)
    #expect(widened == before)
    sk_add_converted(set, count, values, memory)
    sk_widen(set, count, memory, &widened)
    let sums = zip(before, values).map { $0 + $1 }
    #expect(widened == (set.isBF16 ? sums.map { roundedToBF16($0) } : sums))
  }

  @Test("vectors are added", arguments: sets, counts)
  func add(_ set: sk_variant, _ count: Int) {
    let (values, before) = (noise("x", count), noise("y", count))
    var sum = before
    sk_add(set, count, values, &sum)
    #expect(sum == zip(values, before).map { $0 + $1 })
  }

  @Test("a matrix takes an outer product", arguments: sets, [(1, 1), (5, 3), (3, 64), (7, 33)])
  func outer(_ set: sk_variant, _ size: (rows: Int, columns: Int)) {
    let (rows, columns) = (noise("r", size.rows), noise("c", size.columns))
    let before = noise("m", size.rows * size.columns)
    var matrix = before
    sk_add_outer(set, Int32(size.rows), Int32(size.columns), rows, columns, &matrix)
    let expected = before.indices.map {
      before[$0] + rows[$0 / size.columns] * columns[$0 % size.columns]
    }
    #expect(relativeError(matrix, expected) < 1e-6)
  }

  /// PyTorch 2's `torch.optim.SGD(lr=0.1, momentum=0.9, weight_decay=0.01)` on one weight, 1, whose
  /// gradient is always 0.5: three steps by hand.
  @Test("descent with momentum takes PyTorch's steps", arguments: sets, counts.dropFirst())
  func descent(_ set: sk_variant, _ count: Int) {
    for nesterov in [false, true] {
      var weights = [Float](repeating: 1, count: count)
      var velocity = [Float](repeating: 0, count: count)
      let gradient = [Float](repeating: 0.5, count: count)
      // Step 1: d = 0.51, v = 0.51. Plain: w = 0.949. Nesterov: w = 1 - 0.1 (0.51 + 0.459) = 0.9031.
      let steps: [Float] =
        nesterov
        // 2: d = 0.509031, v = 0.968031, w -= 0.1 (0.509031 + 0.8712279).
        // 3: d = 0.5076507411, v = 1.3788786411, w -= 0.1 (0.5076507411 + 1.24099077699).
        ? [0.9031, 0.76507411, 0.590209958191]
        // 2: d = 0.50949, v = 0.96849, w = 0.852151. 3: d = 0.50852151, v = 1.38016251.
        : [0.949, 0.852151, 0.714134749]
      for expected in steps {
        sk_descend(set, count, 0.1, 0.9, 0.01, nesterov ? 1 : 0, gradient, &velocity, &weights)
        #expect(weights.allSatisfy { abs($0 - expected) < 3e-7 })
      }
    }
  }

  @Test("a moving average of a constant approaches it geometrically", arguments: sets, counts)
  func average(_ set: sk_variant, _ count: Int) {
    let values = noise("x", count)
    var average = [Float](repeating: 0, count: count)
    for _ in 0..<3 { sk_average(set, count, 0.75, values, &average) }
    // 1 - 0.75³.
    #expect(relativeError(average, values.map { $0 * 0.578125 }) < 1e-6)
  }
}
