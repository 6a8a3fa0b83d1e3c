import Foundation
import Kernels
import Networks
import TestSupport
import Testing

@Suite("Elementwise kernels")
struct ElementwiseTests {
  static let sets = ConvolutionTests.sets

  /// Rounding of one result to the set's number format, and of float32 sums.
  private func tolerance(_ set: sk_variant) -> Float { set.isBF16 ? 1 / 256 : 1e-6 }

  private func noise(_ name: String, _ count: Int, _ set: sk_variant) -> [Float] {
    Formula.noise(name, count: count).map {
      set.isBF16 ? roundedToBF16(Float($0)) : Float($0)
    }
  }

  @Test("blocking and unblocking is the identity", arguments: sets, [1, 8, 13, 16, 40])
  func blocking(_ set: sk_variant, _ channels: Int) {
    let values = noise("x", channels * 15, set)
    #expect(Blocked(set, channels: channels, positions: 15, values).values == values)
  }

  @Test("select weighs any number of branches", arguments: sets, [1, 2, 3, 5])
  func select(_ set: sk_variant, _ branches: Int) {
    let (channels, positions) = (20, 11)
    let inputs = (0..<branches).map { noise("x\($0)", channels * positions, set) }
    let blocked = inputs.map { Blocked(set, channels: channels, positions: positions, $0) }
    let row = Int(blocked[0].blocks * sk_lanes(set))
    let weights = Formula.noise("w", count: branches * row).map { Float($0) }
    // Over one of its inputs, as the engine never does but the kernel promises.
    sk_select(
      set, blocked[0].blocks, positions, Int32(branches),
      blocked.map { UnsafeRawPointer($0.memory) }, weights, blocked[0].memory)
    let expected = (0..<channels * positions).map { index in
      (0..<branches).reduce(Float(0)) {
        $0 + weights[$1 * row + index / positions] * inputs[$1][index]
      }
    }
    #expect(relativeError(blocked[0].values, expected) < tolerance(set))
  }

  @Test("sums over positions add to what is there", arguments: sets, [1, 3, 4, 49])
  func sums(_ set: sk_variant, _ positions: Int) {
    let values = noise("x", 19 * positions, set)
    let blocked = Blocked(set, channels: 19, positions: positions, values)
    var sums = [Float](repeating: 2, count: 32)
    sk_sum_positions(set, blocked.blocks, positions, blocked.memory, &sums)
    let expected = (0..<19).map { channel in
      2 + values[channel * positions..<(channel + 1) * positions].reduce(0, +)
    }
    #expect(relativeError(Array(sums.prefix(19)), expected) < 1e-6)
  }

  @Test("the end of an excited unit scales, adds and rectifies", arguments: sets)
  func scaleAddRelu(_ set: sk_variant) {
    let values = noise("x", 18 * 9, set)
    let shortcut = noise("y", 18 * 9, set)
    let scale = Formula.noise("s", count: 32).map { Float($0) }
    let input = Blocked(set, channels: 18, positions: 9, values)
    let output = Blocked(set, channels: 18, positions: 9, shortcut)
    sk_scale_add_relu(set, input.blocks, 9, scale, input.memory, output.memory)
    let expected = values.indices.map { max(0, scale[$0 / 9] * values[$0] + shortcut[$0]) }
    #expect(relativeError(output.values, expected) < tolerance(set))
  }

  @Test(
    "a shuffle takes channels of both halves in turn, into one place or two", arguments: sets,
    [1, 7, 12, 24, 29, 58, 116])
  func shuffle(_ set: sk_variant, _ half: Int) {
    let positions = 6
    let values = noise("x", 2 * half * positions, set)
    let halves = [0, 1].map { side in
      Blocked(
        set, channels: half, positions: positions,
        Array(values[side * half * positions..<(side + 1) * half * positions]))
    }
    let expected = (0..<2 * half).flatMap { channel in
      let first = (channel % 2 * half + channel / 2) * positions
      return values[first..<first + positions]
    }
    let whole = Blocked(set, channels: 2 * half, positions: positions)
    sk_shuffle(
      set, Int32(half), positions, halves[0].memory, halves[1].memory, whole.memory, nil)
    #expect(whole.values == expected)
    #expect(whole.fill.allSatisfy { $0 == 0 })
    let parts = [0, 1].map { _ in Blocked(set, channels: half, positions: positions) }
    sk_shuffle(
      set, Int32(half), positions, halves[0].memory, halves[1].memory, parts[0].memory,
      parts[1].memory)
    #expect(parts[0].values + parts[1].values == expected)
    #expect(parts.allSatisfy { $0.fill.allSatisfy { $0 == 0 } })
    // Their last use is here; without this they would be freed while the kernel reads them.
    withExtendedLifetime(halves) {}
  }

  @Test("pools take the maximum of clipped windows", arguments: sets, [(7, 6), (1, 1), (4, 9)])
  func pool(_ set: sk_variant, _ size: (height: Int, width: Int)) {
    for padding in [0, 1] {
      func side(_ length: Int) -> Int {
        padding == 1 ? (length - 1) / 2 + 1 : length < 3 ? 1 : (length - 2) / 2 + 1
      }
      let (height, width) = (side(size.height), side(size.width))
      let values = noise("x", 10 * size.height * size.width, set)
      let input = Blocked(set, channels: 10, positions: size.height * size.width, values)
      let output = Blocked(set, channels: 10, positions: height * width)
      sk_max_pool(
        set, input.blocks, Int32(size.height), Int32(size.width), Int32(padding), Int32(height),
        Int32(width), input.memory, output.memory)
      var expected: [Float] = []
      for channel in 0..<10 {
        for y in 0..<height {
          for x in 0..<width {
            var largest = -Float.infinity
            for row in 2 * y - padding...2 * y - padding + 2
            where (0..<size.height).contains(row) {
              for column in 2 * x - padding...2 * x - padding + 2
              where (0..<size.width).contains(column) {
                largest = max(
                  largest, values[(channel * size.height + row) * size.width + column])
              }
            }
            expected.append(largest)
          }
        }
      }
      #expect(output.values == expected)
    }
  }

  @Test(
    "pools take the mean of clipped windows", arguments: sets,
    [(7, 6), (1, 1), (4, 9), (3, 2), (10, 11)])
  func averagePool(_ set: sk_variant, _ size: (height: Int, width: Int)) {
    for side in 1...3 {
      let (height, width) = ((size.height + side - 1) / side, (size.width + side - 1) / side)
      let values = noise("x", 10 * size.height * size.width, set)
      let input = Blocked(set, channels: 10, positions: size.height * size.width, values)
      let output = Blocked(set, channels: 10, positions: height * width)
      sk_average_pool(
        set, input.blocks, Int32(size.height), Int32(size.width), Int32(side), input.memory,
        output.memory)
      let expected = (0..<10 * height * width).map { index in
        let (channel, y, x) = (index / (height * width), index / width % height, index % width)
        let window = (side * y..<min(side * y + side, size.height)).flatMap { row in
          (side * x..<min(side * x + side, size.width)).map {
            Double(values[(channel * size.height + row) * size.width + $0])
          }
        }
        return Float(window.reduce(0, +) / Double(window.count))
      }
      #expect(relativeError(output.values, expected) < (set.isBF16 ? 0.005 : 1e-6))
      #expect(output.fill.allSatisfy { $0 == 0 })
    }
  }

  @Test("products with a vector", arguments: sets, [(5, 3), (7, 64), (1, 200), (33, 32)])
  func products(_ set: sk_variant, _ size: (rows: Int, columns: Int)) {
    let (rows, columns) = size
    let lanes = Int(sk_lanes(set))
    let padded = (rows + lanes - 1) / lanes * lanes
    let matrix = Formula.noise("m", count: rows * columns).map { Float($0) }
    let vector = Formula.noise("v", count: columns).map { Float($0) }
    let bias = Formula.noise("b", count: padded).map { Float($0) }
    let plain = (0..<rows).map { row in
      (0..<columns).reduce(Double(bias[row])) {
        $0 + Double(matrix[row * columns + $1]) * Double(vector[$1])
      }
    }.map { Float($0) }
    var result = [Float](repeating: .nan, count: padded)
    sk_multiply(set, Int32(rows), Int32(columns), matrix, vector, bias, 0, &result)
    #expect(relativeError(Array(result.prefix(rows)), plain) < 1e-6)
    sk_multiply(set, Int32(rows), Int32(columns), matrix, vector, bias, 1, &result)
    #expect(relativeError(Array(result.prefix(rows)), plain.map { max(0, $0) }) < 1e-6)
    var transposed = [Float](repeating: 0, count: columns * padded)
    for row in 0..<rows {
      for column in 0..<columns {
        transposed[column * padded + row] = matrix[row * columns + column]
      }
    }
    sk_multiply_columns(
      set, Int32(padded / lanes), Int32(columns), transposed, vector, bias, &result)
    #expect(relativeError(Array(result.prefix(rows)), plain) < 1e-6)
  }

  @Test("softmax over branches, from tiny to huge logits", arguments: sets, [1, 2, 3])
  func softmax(_ set: sk_variant, _ branches: Int) {
    for scale in [Float(0), 1e-3, 1, 30, 1e4] {
      let logits = Formula.noise("l", count: branches * 32).map { Float($0) * scale }
      var result = logits
      sk_softmax(set, 32 / sk_lanes(set), Int32(branches), &result)
      for channel in 0..<32 {
        let values = (0..<branches).map { Double(logits[$0 * 32 + channel]) }
        let largest = values.max() ?? 0
        let total = values.reduce(0) { $0 + exp($1 - largest) }
        for m in 0..<branches {
          let expected = exp(values[m] - largest) / total
          // The difference of two large logits is itself rounded.
          #expect(abs(Double(result[m * 32 + channel]) - expected) < 3e-7 + 1e-37)
        }
      }
    }
  }

  @Test("sigmoids, from tiny to huge numbers", arguments: sets)
  func sigmoids(_ set: sk_variant) {
    for scale in [Float(0), 1e-3, 1, 30, 1e4] {
      let values = Formula.noise("s", count: 32).map { Float($0) * scale }
      var result = values
      sk_sigmoid(set, 32 / sk_lanes(set), &result)
      for (value, found) in zip(values, result) {
        #expect(abs(Double(found) - 1 / (1 + exp(-Double(value)))) < 2e-7)
      }
    }
  }

  @Test("select by position weighs by each place's logits", arguments: sets, [false, true])
  func selectPositions(_ set: sk_variant, _ isSigmoid: Bool) {
    let (channels, positions, count) = (20, 7, 3)
    func make(_ name: String, _ scale: Float) -> [[Float]] {
      (0..<count).map { m in noise("\(name)\(m)", channels * positions, set).map { $0 * scale } }
    }
    // Powers of two keep bfloat16 exact.
    let (logits, inputs) = (make("l", 4), make("x", 1))
    func blocked(_ values: [[Float]]) -> [Blocked] {
      values.map { Blocked(set, channels: channels, positions: positions, $0) }
    }
    let (a, b) = (blocked(logits), blocked(inputs))
    let output = Blocked(set, channels: channels, positions: positions)
    let row = Int(output.blocks * sk_lanes(set))
    var sums = [Float](repeating: .nan, count: count * row)
    sk_select_positions(
      set, output.blocks, positions, Int32(count), isSigmoid ? 1 : 0,
      a.map { UnsafeRawPointer($0.memory) }, b.map { UnsafeRawPointer($0.memory) }, output.memory,
      &sums)
    var expected: [Float] = []
    var totals = [Double](repeating: 0, count: count * row)
    for i in 0..<channels * positions {
      let e = logits.map { exp(Double($0[i])) }
      let weights = e.map { isSigmoid ? $0 / (1 + $0) : $0 / e.reduce(0, +) }
      expected.append(Float(zip(weights, inputs).reduce(0) { $0 + $1.0 * Double($1.1[i]) }))
      for m in 0..<count { totals[m * row + i / positions] += weights[m] }
    }
    #expect(relativeError(output.values, expected) < tolerance(set))
    for m in 0..<count {
      for c in 0..<channels { #expect(abs(Double(sums[m * row + c]) - totals[m * row + c]) < 3e-6) }
    }
    // As above.
    withExtendedLifetime((a, b)) {}
  }

  @Test("conversion rounds to nearest, ties to even", arguments: sets)
  func conversion(_ set: sk_variant) {
    let values: [Float] = (0..<37).map { 1 + Float($0) / 512 } + [0, -1.5, 3e38, 1e-3]
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 4 * values.count, alignment: 64)
    defer { memory.deallocate() }
    sk_convert(set, values.count, values, memory)
    if set.isBF16 {
      let result = values.indices.map {
        Float(
          bitPattern: UInt32(memory.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)) << 16)
      }
      #expect(result == values.map { roundedToBF16($0) })
    } else {
      #expect(
        values.indices.map { memory.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
          == values)
    }
  }
}
