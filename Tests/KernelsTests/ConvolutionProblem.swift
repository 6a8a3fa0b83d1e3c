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

  init(_ test: ConvolutionCase) {
    self.test = test
    func noise(_ name: String, _ count: Int) -> [Float] {
      Formula.noise(name, count: count).map { Float($0) }
    }
    let height = (test.height - 1) / test.stride + 1
    let width = (test.width - 1) / test.stride + 1
    shape = sk_shape(
      input_channels: Int32(test.inputs), output_channels: Int32(test.outputs),
      groups: Int32(test.groups), height: Int32(test.height), width: Int32(test.width),
      output_height: Int32(height), output_width: Int32(width), stride: Int32(test.stride),
      relu: test.relu ? 1 : 0, accumulate: test.accumulate ? 1 : 0)
    input = noise("input", test.inputs * test.height * test.width)
    weights = test.branches.enumerated().map {
      noise("w\($0)", test.outputs * test.inputs / test.groups * $1.kernel * $1.kernel)
    }
    biases = test.branches.indices.map { noise("b\($0)", test.outputs) }
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
            call.weights = weights.baseAddress
            call.bias = bias.baseAddress
            call.output = output.baseAddress
            sk_convolve_reference(&shape, &call, 1, input, &sums)
          }
        }
      }
      return output
    }
    return Result(outputs: outputs, sums: sums)
  }

  /// By an instruction set's kernels, all branches in one call.
  func run(_ set: sk_isa) -> Result {
    var shape = shape
    let lanes = Int(sk_lanes(set))
    let blocks = (test.outputs + lanes - 1) / lanes
    var calls = test.branches.indices.map { branch($0) }
    // Scratch, outputs and weights start as NaN, so that nothing unwritten passes for a result.
    func memory(_ count: Int) -> UnsafeMutablePointer<Float> {
      let pointer = UnsafeMutablePointer<Float>.allocate(capacity: count)
      pointer.initialize(repeating: .nan, count: count)
      return pointer
    }
    var owned: [UnsafeMutablePointer<Float>] = []
    defer { for pointer in owned { pointer.deallocate() } }
    for m in calls.indices {
      let packed = memory(sk_packed_count(set, &shape, calls[m].kernel))
      sk_pack_weights(set, &shape, calls[m].kernel, weights[m], packed)
      let bias = memory(blocks * lanes)
      for o in 0..<blocks * lanes { bias[o] = o < test.outputs ? biases[m][o] : 0 }
      let output = memory(blocks * lanes * positions)
      if test.accumulate { sk_block(set, shape.output_channels, positions, before, output) }
      calls[m].weights = UnsafePointer(packed)
      calls[m].bias = UnsafePointer(bias)
      calls[m].output = output
      owned += [packed, bias, output]
    }
    let source = memory((test.inputs + lanes - 1) / lanes * lanes * test.height * test.width)
    sk_block(set, shape.input_channels, test.height * test.width, input, source)
    let scratch = memory(sk_scratch_count(set, &shape, calls, Int32(calls.count)))
    owned += [source, scratch]
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
