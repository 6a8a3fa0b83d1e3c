import CDNNL
import Engine
import Kernels
import Wording

/// What a dense convolution is, channels filled up to whole blocks.
struct BlockedShape: Hashable {
  var inputChannels: Int
  var outputChannels: Int
  var height: Int
  var width: Int
  var outputHeight: Int
  var outputWidth: Int
  var kernel: Int
  var stride: Int
  var dilation: Int
  var padding: Int
  /// Whether the input is `[C, H, W]` rather than blocked: the stem's pixels.
  var isPlainInput: Bool

  /// Values of a picture in the input or the output, whichever has more.
  var largestMap: Int {
    max(inputChannels * height * width, outputChannels * outputHeight * outputWidth)
  }
}

/// One of the three passes of a dense convolution by oneDNN.
///
/// Primitives are for one thread and a fixed number of pictures; those for other numbers are made when
/// they are first needed, and share the layout of the weights.
final class ConvolutionPass {
  enum Kind {
    case forward, inputGradient, weightGradient
  }

  let kind: Kind
  let shape: BlockedShape
  /// The implementation that oneDNN picked, as it names it.
  private(set) var implementation = ""
  /// The most scratch that any of the primitives needs.
  private(set) var scratchpadBytes = 0
  /// The most bytes of an input or output as floats, where maps are bfloat16; else 0.
  private(set) var widenedBytes = 0
  /// Layout of the weights, or of their gradient.
  private(set) var weightsDescription = dnnl_memory_desc_t()
  private let blocked: dnnl_format_tag_t
  private let workers: Int
  private let widens: Bool
  /// For each number of pictures a call for each worker.
  private var calls: [Int: [Call]] = [:]

  /// Creates the pass; nil if oneDNN has only reference code for it.
  ///
  /// The weights' layout is chosen for `count` pictures.
  init?(
    _ kind: Kind, _ shape: BlockedShape, count: Int, variant: sk_variant, workers: Int
  ) throws {
    self.kind = kind
    self.shape = shape
    self.workers = workers
    widens = variant.size < 4
    blocked = variant.lanes == 16 ? dnnl_nChw16c : dnnl_nChw8c
    let any = try describe(weightDimensions, dnnl_format_tag_any, dnnl_f32)
    guard let description = try Library.single({ try describePass(count, weights: any) }) else {
      return nil
    }
    defer { dnnl_primitive_desc_destroy(description) }
    implementation = try Library.implementation(description)
    guard Library.isGenerated(implementation) else { return nil }
    let query = kind == .weightGradient ? dnnl_query_diff_weights_md : dnnl_query_weights_md
    guard let weights = dnnl_primitive_desc_query_md(description, query, 0) else {
      throw EngineError.library(call: "dnnl_primitive_desc_query_md", status: -1)
    }
    weightsDescription = weights.pointee
    // Reference code for another number of pictures would be found out at once as well.
    for count in 1...2 where try Library.single({ try make(count) }) == nil { return nil }
  }

  var weightBytes: Int {
    withUnsafePointer(to: weightsDescription) { dnnl_memory_desc_get_size($0) }
  }

  /// Makes what chunks of so many pictures need.
  func prepare(_ count: Int) throws {
    guard calls[count] == nil else { return }
    guard try Library.single({ try make(count) }) != nil else {
      throw EngineError.library(call: "convolution for \(counted(count, "picture"))", status: -1)
    }
  }

  /// Runs the pass over neighbouring pictures.
  ///
  /// `input` and `output` are the convolution's, or their gradients; `weights` those in the layout of the
  /// pass, or where their gradient goes. What is computed is overwritten.
  func run(
    _ worker: Worker, count: Int, input: UnsafeMutableRawPointer,
    output: UnsafeMutableRawPointer, weights: UnsafeMutableRawPointer
  ) throws(EngineError) {
    guard let call = calls[count]?[worker.index] else {
      throw .library(call: "convolution for \(counted(count, "picture"))", status: -1)
    }
    try call.run(worker, [input, weights, output])
  }

  private var weightDimensions: [Int] {
    [shape.outputChannels, shape.inputChannels, shape.kernel, shape.kernel]
  }

  /// A primitive and its calls for a number of pictures; nil if there is only reference code.
  private func make(_ count: Int) throws -> [Call]? {
    guard let description = try describePass(count, weights: weightsDescription) else { return nil }
    defer { dnnl_primitive_desc_destroy(description) }
    guard Library.isGenerated(try Library.implementation(description)),
      let scratchpad = dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0)
    else { return nil }
    scratchpadBytes = max(scratchpadBytes, dnnl_memory_desc_get_size(scratchpad))
    let primitive = Primitive(try Library.primitive(description))
    let maps = try describeMaps(count)
    let made = try (0..<workers).map { _ in
      try Call(
        primitive, kind,
        descriptions: [maps.input, weightsDescription, maps.output, scratchpad.pointee])
    }
    calls[count] = made
    if widens { widenedBytes = max(widenedBytes, 4 * count * shape.largestMap) }
    return made
  }

  private func describeMaps(
    _ count: Int
  ) throws -> (input: dnnl_memory_desc_t, output: dnnl_memory_desc_t) {
    (
      try describe(
        [count, shape.inputChannels, shape.height, shape.width],
        shape.isPlainInput ? dnnl_nchw : blocked, dnnl_f32),
      try describe(
        [count, shape.outputChannels, shape.outputHeight, shape.outputWidth], blocked, dnnl_f32)
    )
  }

  /// Describes the pass; nil if oneDNN does not implement it.
  private func describePass(
    _ count: Int, weights: dnnl_memory_desc_t
  ) throws -> dnnl_primitive_desc_t? {
    var (input, output) = try describeMaps(count)
    var weights = weights
    let strides = [dnnl_dim_t](repeating: dnnl_dim_t(shape.stride), count: 2)
    // oneDNN counts dilation from 0.
    let dilations = [dnnl_dim_t](repeating: dnnl_dim_t(shape.dilation - 1), count: 2)
    let before = [dnnl_dim_t](repeating: dnnl_dim_t(shape.padding), count: 2)
    let span = shape.dilation * (shape.kernel - 1) + 1
    let after = [
      dnnl_dim_t((shape.outputHeight - 1) * shape.stride + span - shape.height - shape.padding),
      dnnl_dim_t((shape.outputWidth - 1) * shape.stride + span - shape.width - shape.padding),
    ]
    var operation = dnnl_convolution_desc_t()
    var forwardWeights =
      kind == .forward
      ? weights
      : try describe(
        weightDimensions, dnnl_format_tag_any, dnnl_f32)
    try check(
      dnnl_dilated_convolution_forward_desc_init(
        &operation, dnnl_forward_training, dnnl_convolution_direct, &input, &forwardWeights, nil,
        &output, strides, dilations, before, after),
      "dnnl_dilated_convolution_forward_desc_init")
    guard let forward = try Library.description(of: &operation) else { return nil }
    switch kind {
    case .forward: return forward
    case .inputGradient:
      defer { dnnl_primitive_desc_destroy(forward) }
      try check(
        dnnl_dilated_convolution_backward_data_desc_init(
          &operation, dnnl_convolution_direct, &input, &weights, &output, strides, dilations,
          before, after),
        "dnnl_dilated_convolution_backward_data_desc_init")
      return try Library.description(of: &operation, hint: forward)
    case .weightGradient:
      defer { dnnl_primitive_desc_destroy(forward) }
      try check(
        dnnl_dilated_convolution_backward_weights_desc_init(
          &operation, dnnl_convolution_direct, &input, &weights, nil, &output, strides, dilations,
          before, after),
        "dnnl_dilated_convolution_backward_weights_desc_init")
      return try Library.description(of: &operation, hint: forward)
    }
  }
}

/// A oneDNN primitive, freed with its last user.
final class Primitive {
  let handle: dnnl_primitive_t

  init(_ handle: dnnl_primitive_t) { self.handle = handle }

  deinit { dnnl_primitive_destroy(handle) }
}

/// A primitive and one worker's memory objects for it.
private final class Call {
  private let primitive: Primitive
  private let memories: [dnnl_memory_t]
  private let arguments: [dnnl_exec_arg_t]

  /// Takes the descriptions of input, weights, output and scratchpad.
  init(
    _ primitive: Primitive, _ kind: ConvolutionPass.Kind, descriptions: [dnnl_memory_desc_t]
  ) throws {
    self.primitive = primitive
    let names =
      switch kind {
      case .forward: [DNNL_ARG_SRC_0, DNNL_ARG_WEIGHTS_0, DNNL_ARG_DST_0]
      case .inputGradient: [DNNL_ARG_DIFF_SRC_0, DNNL_ARG_WEIGHTS_0, DNNL_ARG_DIFF_DST_0]
      case .weightGradient: [DNNL_ARG_SRC_0, DNNL_ARG_DIFF_WEIGHTS_0, DNNL_ARG_DIFF_DST_0]
      }
    memories = try descriptions.map { try withUnsafePointer(to: $0) { try makeMemory($0, nil) } }
    arguments = zip(names + [DNNL_ARG_SCRATCHPAD], memories).map {
      dnnl_exec_arg_t(arg: $0, memory: $1)
    }
  }

  deinit { for memory in memories { dnnl_memory_destroy(memory) } }

  func run(_ worker: Worker, _ pointers: [UnsafeMutableRawPointer]) throws(EngineError) {
    for (memory, pointer) in zip(memories, pointers + [worker.scratch.raw]) {
      try check(
        dnnl_memory_set_data_handle_v2(memory, pointer, worker.stream.handle),
        "dnnl_memory_set_data_handle_v2")
    }
    try check(
      dnnl_primitive_execute(
        primitive.handle, worker.stream.handle, Int32(arguments.count), arguments),
      "dnnl_primitive_execute")
  }
}
