import Kernels
import Networks

/// The gradients of a convolution with numbers, by the vector kernels and by their scalar twins.
struct ConvolutionGradientProblem {
  struct Result {
    /// `[C, H, W]`, of the first picture.
    var input: [Float]
    /// `[O, C/G, K, K]` of each branch, summed over pictures.
    var weights: [[Float]]
  }

  let test: ConvolutionCase
  let pictures: Int
  let shape: sk_shape
  /// `[pictures, C, H, W]`.
  let input: [Float]
  let weights: [[Float]]
  /// `[pictures, O, H', W']` of each branch.
  let gradients: [[Float]]
  private let before: [Float]

  /// - Parameters:
  ///   - test: The shape; its `relu` is not looked at.
  ///   - pictures: Over how many the weights' gradient is summed.
  ///   - spoiling: The place in the input and in each branch's gradient that is not a number, if any.
  init(_ test: ConvolutionCase, pictures: Int = 2, spoiling: Int? = nil) {
    self.test = test
    self.pictures = pictures
    // Of numbers that bfloat16 has, but for the outputs' gradients, which are always float32.
    func noise(_ name: String, _ count: Int, rounds: Bool = true) -> [Float] {
      var values = Formula.noise(name, count: count).map {
        rounds ? roundedToBF16(Float($0)) : Float($0)
      }
      if let spoiling, name == "input" || name.hasPrefix("g") { values[spoiling] = .nan }
      return values
    }
    let height = (test.height - 1) / test.stride + 1
    let width = (test.width - 1) / test.stride + 1
    shape = sk_shape(
      input_channels: Int32(test.inputs), output_channels: Int32(test.outputs),
      groups: Int32(test.groups), height: Int32(test.height), width: Int32(test.width),
      output_height: Int32(height), output_width: Int32(width), stride: Int32(test.stride),
      relu: 0, accumulate: 0)
    input = noise("input", pictures * test.inputs * test.height * test.width)
    weights = test.branches.enumerated().map {
      noise("w\($0)", test.outputs * test.inputs / test.groups * $1.kernel * $1.kernel)
    }
    gradients = test.branches.indices.map {
      noise("g\($0)", pictures * test.outputs * height * width, rounds: false)
    }
    before = noise("before", test.inputs * test.height * test.width)
  }

  private var positions: Int { Int(shape.output_height * shape.output_width) }

  private func branch(_ m: Int) -> sk_branch_gradient {
    let (kernel, dilation) = test.branches[m]
    return sk_branch_gradient(
      kernel: Int32(kernel), dilation: Int32(dilation),
      padding: Int32(dilation * (kernel - 1) / 2), weights: nil, gradient: nil,
      weight_gradient: nil)
  }

  /// By the scalar twins.
  func reference() -> Result {
    var shape = shape
    var result = Result(input: before, weights: [])
    for m in test.branches.indices {
      var sums = [Float](repeating: 0, count: weights[m].count)
      weights[m].withUnsafeBufferPointer { weights in
        gradients[m].withUnsafeBufferPointer { gradient in
          sums.withUnsafeMutableBufferPointer { sums in
            var call = branch(m)
            call.weights = UnsafeRawPointer(weights.baseAddress)
            call.gradient = gradient.baseAddress
            call.weight_gradient = sums.baseAddress
            sk_input_gradient_reference(
              &shape, &call, 1, m > 0 || test.accumulate ? 1 : 0, &result.input)
            sk_weight_gradient_reference(&shape, &call, 1, Int32(pictures), input)
          }
        }
      }
      result.weights.append(sums)
    }
    return result
  }

  /// By an instruction set's kernels, all branches in one call.
  func run(_ set: sk_variant) -> Result {
    var shape = shape
    // Everything starts as NaN, so that nothing unwritten passes for a result.
    var owned: [UnsafeMutableRawPointer] = []
    defer { for pointer in owned { pointer.deallocate() } }
    func memory(bytes: Int) -> UnsafeMutableRawPointer {
      let pointer = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      pointer.initializeMemory(as: UInt8.self, repeating: 0xff, count: bytes)
      owned.append(pointer)
      return pointer
    }
    /// Blocks pictures one after another.
    func blocked(
      _ values: [Float], channels: Int, positions: Int, _ set: sk_variant
    ) -> UnsafeMutableRawPointer {
      let lanes = Int(sk_lanes(set))
      let size = (channels + lanes - 1) / lanes * lanes * positions * (set.isBF16 ? 2 : 4)
      let count = values.count / (channels * positions)
      let maps = memory(bytes: size * count)
      values.withUnsafeBufferPointer { values in
        for n in 0..<count {
          guard let base = values.baseAddress else { return }
          sk_block(
            set, Int32(channels), positions, base + n * channels * positions, maps + n * size)
        }
      }
      return maps
    }
    var calls = test.branches.indices.map { branch($0) }
    let accumulatorBytes = calls.map { sk_packed_bytes(set, &shape, $0.kernel) }
    for m in calls.indices {
      let packed = memory(bytes: sk_transposed_bytes(set, &shape, calls[m].kernel))
      sk_pack_transposed(set, &shape, &calls[m], weights[m], packed)
      calls[m].weights = UnsafeRawPointer(packed)
      calls[m].gradient = UnsafePointer(
        blocked(gradients[m], channels: test.outputs, positions: positions, set.floats)
          .assumingMemoryBound(to: Float.self))
      let sums = memory(bytes: accumulatorBytes[m])
      sums.initializeMemory(as: UInt8.self, repeating: 0, count: accumulatorBytes[m])
      calls[m].weight_gradient = sums.assumingMemoryBound(to: Float.self)
    }
    let area = test.height * test.width
    let source = blocked(input, channels: test.inputs, positions: area, set)
    let target = blocked(
      test.accumulate ? before : before.map { _ in .nan }, channels: test.inputs, positions: area,
      set)
    let count = Int32(calls.count)
    sk_input_gradient(
      set, &shape, calls, count,
      memory(bytes: sk_input_gradient_scratch_bytes(set, &shape, calls, count)),
      test.accumulate ? 1 : 0, target)
    sk_weight_gradient(
      set, &shape, calls, count, Int32(pictures), source,
      memory(bytes: sk_weight_gradient_scratch_bytes(set, &shape, calls, count)))
    var plain = [Float](repeating: .nan, count: test.inputs * area)
    sk_unblock(set, shape.input_channels, area, target, &plain)
    let sums = calls.indices.map { m in
      // Added to zeros, as a worker's would be to another's.
      var sums = [Float](repeating: 0, count: weights[m].count)
      sk_add_weight_gradient(set, &shape, calls[m].kernel, calls[m].weight_gradient, &sums)
      return sums
    }
    return Result(input: plain, weights: sums)
  }
}
