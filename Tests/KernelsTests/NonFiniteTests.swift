import Kernels
import Networks
import TestSupport
import Testing

/// What is not a number has to stay visible to the end: where the scalar twin, or the formula, says that a
/// value is none, the kernels must say so too, and nowhere else.
@Suite("What is not a number")
struct NonFiniteTests {
  static let sets = ConvolutionTests.sets
  static let trained = ConvolutionGradientTests.sets

  private static let shapes =
    [
      (32, 32, 32), (64, 64, 16), (64, 64, 8), (64, 64, 4), (64, 64, 1), (36, 36, 3), (24, 24, 8),
      (7, 7, 7), (48, 48, 1), (3, 16, 1), (16, 32, 4),
    ].map { inputs, outputs, groups in
      ConvolutionCase(
        inputs: inputs, outputs: outputs, groups: groups, height: 9, width: 11,
        branches: [(3, 1), (3, 2)])
    }

  private func isNotANumber(_ values: [Float]) -> [Bool] { values.map(\.isNaN) }

  @Test("passes a convolution and its ReLU as in the twin", arguments: shapes, sets)
  func convolution(_ shape: ConvolutionCase, _ set: sk_variant) {
    let problem = ConvolutionProblem(shape, rounds: set.isBF16, spoiling: shape.width + 3)
    let (expected, actual) = (problem.reference(), problem.run(set))
    for m in shape.branches.indices {
      #expect(expected.outputs[m].contains { $0.isNaN })
      #expect(isNotANumber(actual.outputs[m]) == isNotANumber(expected.outputs[m]))
    }
    #expect(isNotANumber(actual.sums) == isNotANumber(expected.sums))
  }

  @Test("passes a convolution's gradients as in the twins", arguments: shapes, trained)
  func gradients(_ shape: ConvolutionCase, _ set: sk_variant) {
    let problem = ConvolutionGradientProblem(shape, spoiling: shape.width + 3)
    let (expected, actual) = (problem.reference(), problem.run(set))
    #expect(expected.input.contains { $0.isNaN })
    #expect(isNotANumber(actual.input) == isNotANumber(expected.input))
    for m in shape.branches.indices {
      // The twin leaves out what lies beyond the borders; zeros that stand there are multiplied here.
      let lost = zip(actual.weights[m], expected.weights[m]).filter { $1.isNaN && !$0.isNaN }
      #expect(lost.isEmpty)
    }
  }

  /// `[20, positions]` of 1, 2, …, with a NaN at one position of channel 2.
  private func map(_ set: sk_variant, _ positions: Int, at place: Int?) -> Blocked {
    var values = (0..<20 * positions).map { Float($0 % 13) + 1 }
    if let place { values[2 * positions + place] = .nan }
    return Blocked(set, channels: 20, positions: positions, values)
  }

  private func spoilt(_ positions: Int, _ places: Set<Int>) -> [Bool] {
    (0..<20 * positions).map { $0 / positions == 2 && places.contains($0 % positions) }
  }

  @Test("passes what weighs, adds, rectifies and converts", arguments: sets)
  func elementwise(_ set: sk_variant) {
    let ones = [Float](repeating: 1, count: 3 * 32)
    let one = spoilt(9, [4])
    for branch in 0..<3 {
      let maps = (0..<3).map { map(set, 9, at: $0 == branch ? 4 : nil) }
      let output = map(set, 9, at: nil)
      for count in [2, 3] where branch < count {
        sk_select(
          set, output.blocks, 9, Int32(count), maps.map { UnsafeRawPointer($0.memory) }, ones,
          output.memory)
        #expect(isNotANumber(output.values) == one)
      }
      withExtendedLifetime(maps) {}
    }
    for isInput in [true, false] {
      let (input, output) = (map(set, 9, at: isInput ? 4 : nil), map(set, 9, at: isInput ? nil : 4))
      sk_scale_add_relu(set, input.blocks, 9, ones, input.memory, output.memory)
      #expect(isNotANumber(output.values) == one)
    }
    var sums = [Float](repeating: 0, count: 32)
    let input = map(set, 9, at: 4)
    sk_sum_positions(set, input.blocks, 9, input.memory, &sums)
    #expect(sums.indices.allSatisfy { sums[$0].isNaN == ($0 == 2) })
    // A tail that fills no vector, and payloads that rounding to bfloat16 would carry away.
    let values = (0..<37).map { Float(bitPattern: 0x7f80_0001 + UInt32($0) * 0x3_7fff) }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 4 * 48, alignment: 64)
    defer { memory.deallocate() }
    sk_convert(set, values.count, values, memory)
    for index in values.indices {
      let bits =
        set.isBF16
        ? UInt32(memory.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)) << 16
        : memory.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
      #expect(Float(bitPattern: bits).isNaN, "\(values[index].bitPattern)")
    }
  }

  /// Windows of 3 × 3 at stride 2 over 7 × 7: the middle one's corners, middle and last place.
  @Test("passes pools wherever it lies in a window", arguments: sets, [16, 18, 24, 30, 32])
  func pools(_ set: sk_variant, _ place: Int) {
    let input = map(set, 49, at: place)
    let (row, column) = (place / 7, place % 7)
    let windows = (0..<9).filter {
      (2 * ($0 / 3)...2 * ($0 / 3) + 2).contains(row)
        && (2 * ($0 % 3)...2 * ($0 % 3) + 2).contains(column)
    }
    let output = Blocked(set, channels: 20, positions: 9)
    sk_max_pool(set, input.blocks, 7, 7, 0, 3, 3, input.memory, output.memory)
    #expect(isNotANumber(output.values) == spoilt(9, Set(windows)))
    let means = Blocked(set, channels: 20, positions: 16)
    sk_average_pool(set, input.blocks, 7, 7, 2, input.memory, means.memory)
    #expect(isNotANumber(means.values) == spoilt(16, [row / 2 * 4 + column / 2]))
    guard Self.trained.contains(set) else { return }
    // PyTorch's takes the gradient to what is not a number: `val > max || isnan(val)`.
    let gradient = Blocked(
      set, channels: 20, positions: 9, [Float](repeating: 1, count: 20 * 9))
    let target = Blocked(set, channels: 20, positions: 49)
    sk_max_pool_gradient(
      set, input.blocks, 7, 7, 0, 3, 3, input.memory, gradient.memory, target.memory)
    #expect(target.values[2 * 49 + place] == Float(windows.count))
  }

  @Test("passes gates wherever it comes in", arguments: sets, [1, 2, 3])
  func gates(_ set: sk_variant, _ branches: Int) {
    let blocks = 32 / sk_lanes(set)
    for branch in 0..<branches {
      var logits = (0..<branches * 32).map { Float($0 % 7) }
      logits[branch * 32 + 5] = .nan
      var shares = logits
      sk_softmax(set, blocks, Int32(branches), &shares)
      #expect(shares.indices.allSatisfy { shares[$0].isNaN == ($0 % 32 == 5) })
      sk_sigmoid(set, blocks * Int32(branches), &logits)
      #expect(logits.indices.allSatisfy { logits[$0].isNaN == ($0 == branch * 32 + 5) })
      for isSigmoid in [false, true] {
        let maps = (0..<branches).map { map(set, 9, at: $0 == branch ? 4 : nil) }
        let inputs = (0..<branches).map { _ in map(set, 9, at: nil) }
        let output = map(set, 9, at: nil)
        var sums = [Float](repeating: 0, count: branches * 32)
        sk_select_positions(
          set, output.blocks, 9, Int32(branches), isSigmoid ? 1 : 0,
          maps.map { UnsafeRawPointer($0.memory) }, inputs.map { UnsafeRawPointer($0.memory) },
          output.memory, &sums)
        #expect(isNotANumber(output.values) == spoilt(9, [4]))
        let row = Int(output.blocks * sk_lanes(set))
        #expect(sums[branch * row + 2].isNaN)
        withExtendedLifetime((maps, inputs)) {}
      }
    }
    for columns in [3, 70] {
      for place in [0, columns - 1] {
        var vector = [Float](repeating: -1, count: columns)
        vector[place] = .nan
        let matrix = [Float](repeating: 1, count: columns * 32)
        var result = [Float](repeating: 0, count: 32)
        sk_multiply(set, 32, Int32(columns), matrix, vector, nil, 1, &result)
        #expect(result.allSatisfy { $0.isNaN })
        sk_multiply_columns(set, blocks, Int32(columns), matrix, vector, nil, &result)
        #expect(result.allSatisfy { $0.isNaN })
      }
    }
  }

  @Test("passes batch norm's ReLU, and opens it for gradients", arguments: trained)
  func normalization(_ set: sk_variant) {
    let (ones, zeros) = ([Float](repeating: 1, count: 32), [Float](repeating: 0, count: 32))
    let input = map(set, 9, at: 4)
    let (output, plain) = (map(set, 9, at: nil), map(set, 9, at: nil))
    ones.withUnsafeBufferPointer { ones in
      zeros.withUnsafeBufferPointer { zeros in
        var norm = sk_norm(
          scale: ones.baseAddress, shift: zeros.baseAddress, mean: zeros.baseAddress)
        for residual in [nil, plain] {
          sk_normalize(
            set, input.blocks, 9, &norm, 1, input.memory, residual?.memory, output.memory, nil)
          #expect(isNotANumber(output.values) == spoilt(9, [4]))
        }
        for count in [1, 2, 3] {
          let norms = [sk_norm](repeating: norm, count: count)
          let maps = (0..<count).map { $0 == count - 1 ? input : plain }
          sk_normalize_select(
            set, input.blocks, 9, Int32(count), norms,
            maps.map { UnsafeRawPointer($0.memory) }, nil, output.memory)
          #expect(isNotANumber(output.values) == spoilt(9, [4]))
        }
      }
    }
    // As PyTorch's `threshold_backward`: 0 where the output is at most 0, which this is not.
    let target = map(set, 9, at: nil)
    sk_scale_gradient(
      set, input.blocks, 9, nil, nil, plain.memory, input.memory, 0, target.memory)
    #expect(target.values == plain.values)
    var sums = [Float](repeating: 0, count: 32)
    sk_dot_positions(set, input.blocks, 9, input.memory, plain.memory, &sums)
    #expect(sums.indices.allSatisfy { sums[$0].isNaN == ($0 == 2) })
  }
}
