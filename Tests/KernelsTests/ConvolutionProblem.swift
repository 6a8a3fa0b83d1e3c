import Kernels
import Networks

/// A convolution with numbers, run by the vector kernels and by their scalar twin.
struct ConvolutionProblem {
  struct Result {
    /// `[O, H', W']` of each branch.
    var outputs: [[Float]]
    var sums: [Float]
  }

  let test: ConvolutionCase
  private let shape: sk_shape
  private let input: [Float]
  private let weights: [[Float]]
  private let biases: [[Float]]
  private let before: [Float]

  /// - Parameters:
  ///   - test: The shape.
  ///   - rounds: Whether input and weights are rounded to bfloat16.
  ///   - spoiling: The place in the input that is not a number, if any.
  init(_ test: ConvolutionCase, rounds: Bool = false, spoiling: Int? = nil) {
    self.test = test
    func noise(_ name: String, _ count: Int, rounds: Bool = rounds) -> [Float] {
      Formula.noise(name, count: count).map { rounds ? roundedToBF16(Float($0)) : Float($0) }
    }
    let height = (test.height - 1) / test.stride + 1
    let width = (test.width - 1) / test.stride + 1
    shape = sk_shape(
      input_channels: Int32(test.inputs), output_channels: Int32(test.outputs),
      groups: Int32(test.groups), height: Int32(test.height), width: Int32(test.width),
      output_height: Int32(height), output_width: Int32(width), stride: Int32(test.stride),
      relu: test.relu ? 1 : 0, accumulate: test.accumulate ? 1 : 0)
    var input = noise("input", test.inputs * test.height * test.width)
    if let spoiling { input[spoiling] = .nan }
    self.input = input
    weights = test.branches.enumerated().map {
      noise("w\($0)", test.outputs * test.inputs / test.groups * $1.kernel * $1.kernel)
    }
    biases = test.branches.indices.map { noise("b\($0)", test.outputs, rounds: false) }
    before = noise("before", test.outputs * height * width)
  }

  private var positions: Int { Int(shape.output_height * shape.output_width) }

  private func branch(_ m: Int) -> sk_branch {
    let (kernel, dilation) = test.branches[m]
    return sk_branch(
      kernel: Int32(kernel), dilation: Int32(dilation),
      padding: Int32(dilation * (kernel - 1) / 2), weights: nil, bias: nil, output: nil)
  }

  /// By the scalar twin.
  func reference() -> Result {
    var shape = shape
    var sums = [Float](repeating: 0, count: test.outputs)
    let outputs = test.branches.indices.map { m in
      var output = before
      weights[m].withUnsafeBufferPointer { weights in
        biases[m].withUnsafeBufferPointer { bias in
          output.withUnsafeMutableBufferPointer { output in
            var call = branch(m)
            call.weights = UnsafeRawPointer(weights.baseAddress)
            call.bias = bias.baseAddress
            call.output = UnsafeMutableRawPointer(output.baseAddress)
            sk_convolve_reference(&shape, &call, 1, input, &sums)
          }
        }
      }
      return output
    }
    return Result(outputs: outputs, sums: sums)
  }

  /// By an instruction set's kernels, all branches in one call.
  func run(_ set: sk_variant) -> Result {
    var shape = shape
    let lanes = Int(sk_lanes(set))
    let blocks = (test.outputs + lanes - 1) / lanes
    var calls = test.branches.indices.map { branch($0) }
    // Scratch, outputs and weights start as NaN, so that nothing unwritten passes for a result.
    var owned: [UnsafeMutableRawPointer] = []
    defer { for pointer in owned { pointer.deallocate() } }
    func memory(bytes: Int) -> UnsafeMutableRawPointer {
      let pointer = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      pointer.initializeMemory(as: UInt8.self, repeating: 0xff, count: bytes)
      owned.append(pointer)
      return pointer
    }
    let size = set.isBF16 ? 2 : 4
    for m in calls.indices {
      let packed = memory(bytes: sk_packed_bytes(set, &shape, calls[m].kernel))
      sk_pack_weights(set, &shape, calls[m].kernel, weights[m], packed)
      let bias = memory(bytes: 4 * blocks * lanes).assumingMemoryBound(to: Float.self)
      for o in 0..<blocks * lanes { bias[o] = o < test.outputs ? biases[m][o] : 0 }
      let output = memory(bytes: size * blocks * lanes * positions)
      if test.accumulate { sk_block(set, shape.output_channels, positions, before, output) }
      calls[m].weights = UnsafeRawPointer(packed)
      calls[m].bias = UnsafePointer(bias)
      calls[m].output = output
    }
    let source = memory(
      bytes: size * (test.inputs + lanes - 1) / lanes * lanes * test.height * test.width)
    sk_block(set, shape.input_channels, test.height * test.width, input, source)
    let scratch = memory(bytes: sk_scratch_bytes(set, &shape, calls, Int32(calls.count)))
    var sums = [Float](repeating: 0, count: blocks * lanes)
    sk_convolve(set, &shape, calls, Int32(calls.count), source, scratch, &sums)
    let outputs = calls.map { call in
      var plain = [Float](repeating: .nan, count: test.outputs * positions)
      sk_unblock(set, shape.output_channels, positions, call.output, &plain)
      return plain
    }
    return Result(outputs: outputs, sums: Array(sums.prefix(test.outputs)))
  }
}

extension sk_variant {
  /// The instruction set's name.
  var name: String {
    switch self {
    case sk_portable: "any processor"
    case sk_avx2: "AVX2"
    case sk_avx512: "AVX-512"
    default: "AVX512-BF16"
    }
  }

  /// Whether its activations are bfloat16.
  var isBF16: Bool { self == sk_avx512_bf16 || self == sk_avx512_mixed }

  /// The same instruction set with activations in float32.
  var floats: sk_variant { isBF16 ? sk_avx512 : self }
}

/// The nearest bfloat16, ties to even.
func roundedToBF16(_ value: Float) -> Float {
  let bits = value.bitPattern
  return Float(bitPattern: (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff_0000)
}
