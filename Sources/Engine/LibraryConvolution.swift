import CDNNL
import Kernels
import Networks

/// Throws what a oneDNN status says; the only place that looks at one.
package func check(_ status: dnnl_status_t, _ call: String) throws(EngineError) {
  if status != dnnl_success { throw .library(call: call, status: Int(status.rawValue)) }
}

/// The process's one oneDNN engine: it has no state that calls change.
package enum Library {
  /// `nonisolated(unsafe)`: set once, never written again; oneDNN's engines may be shared by threads.
  nonisolated(unsafe) private static let shared: dnnl_engine_t? = {
    var engine: dnnl_engine_t?
    return dnnl_engine_create(&engine, dnnl_cpu, 0) == dnnl_success ? engine : nil
  }()

  package static func engine() throws(EngineError) -> dnnl_engine_t {
    guard let shared else { throw .library(call: "dnnl_engine_create", status: -1) }
    return shared
  }

  /// Runs a body with one OpenMP thread, and puts the calling thread's count back.
  ///
  /// oneDNN takes the count of the thread that creates or runs a primitive. One picture belongs to one
  /// core here, so that every primitive is made for one thread.
  package static func single<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let count = omp_get_max_threads()
    if count != 1 { omp_set_num_threads(1) }
    defer { if count != 1 { omp_set_num_threads(count) } }
    return try body()
  }

  /// Attributes of a primitive whose scratchpad is the caller's, which the caller destroys.
  package static func attributes() throws(EngineError) -> dnnl_primitive_attr_t {
    var attributes: dnnl_primitive_attr_t?
    try check(dnnl_primitive_attr_create(&attributes), "dnnl_primitive_attr_create")
    guard let attributes else { throw .library(call: "dnnl_primitive_attr_create", status: -1) }
    do {
      try check(
        dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user),
        "dnnl_primitive_attr_set_scratchpad_mode")
    } catch {
      dnnl_primitive_attr_destroy(attributes)
      throw error
    }
    return attributes
  }

  /// What oneDNN would do for a descriptor, which the caller destroys; nil if it does not implement it.
  ///
  /// - Parameters:
  ///   - operation: A descriptor of oneDNN's.
  ///   - attributes: nil for the usual ones.
  ///   - hint: For a way back, what goes forward.
  /// - Returns: The description.
  /// - Throws: `EngineError` if the call fails for another reason.
  package static func description(
    of operation: UnsafeRawPointer, _ attributes: dnnl_primitive_attr_t? = nil,
    hint: dnnl_primitive_desc_t? = nil
  ) throws(EngineError) -> dnnl_primitive_desc_t? {
    guard let attributes else {
      let usual = try self.attributes()
      defer { dnnl_primitive_attr_destroy(usual) }
      return try description(of: operation, usual, hint: hint)
    }
    var found: dnnl_primitive_desc_t?
    let status = dnnl_primitive_desc_create(&found, operation, attributes, try engine(), hint)
    if status == dnnl_unimplemented { return nil }
    try check(status, "dnnl_primitive_desc_create")
    return found
  }

  /// The primitive that a description promises, which the caller destroys.
  package static func primitive(
    _ description: dnnl_primitive_desc_t
  ) throws(EngineError) -> dnnl_primitive_t {
    var created: dnnl_primitive_t?
    try check(dnnl_primitive_create(&created, description), "dnnl_primitive_create")
    guard let created else { throw .library(call: "dnnl_primitive_create", status: -1) }
    return created
  }

  /// Whether an implementation is generated code; reference code is a thousand times slower and must never
  /// run unnoticed.
  package static func isGenerated(_ implementation: String) -> Bool {
    implementation.hasPrefix("jit") || implementation.hasPrefix("brg")
  }

  /// What oneDNN calls the implementation that it picked.
  package static func implementation(
    _ description: dnnl_primitive_desc_t
  ) throws(EngineError) -> String {
    var name: UnsafePointer<CChar>?
    try check(
      dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &name),
      "dnnl_primitive_desc_query")
    return name.map { String(cString: $0) } ?? ""
  }
}

/// What a convolution by oneDNN is, dense or of each channel apart: everything but its numbers.
struct DenseShape: Equatable, Sendable {
  var inputChannels: Int
  var outputChannels: Int
  var from: Extent
  var to: Extent
  var window: Graph.Operation.Window
  /// Whether the input is `[C, H, W]` rather than blocked.
  var isPlainInput: Bool
  /// Whether the result is added to what the output holds.
  var accumulates = false
  /// What is done to the sum, one of those that are fused.
  var activation: Activation?
  /// Whether each channel is convolved for itself.
  var isDepthwise = false

  /// `[O, C, K, K]`, or of each channel apart `[C, 1, 1, K, K]`.
  var weightDimensions: [Int] {
    (isDepthwise ? [outputChannels, 1, 1] : [outputChannels, inputChannels])
      + [window.kernel.rows, window.kernel.columns]
  }

  /// The windows as oneDNN takes them.
  var spacing: LibrarySpacing { LibrarySpacing(window, from: from, to: to) }
}

/// Windows between two maps as oneDNN takes them, which counts dilation from 0; rows, then columns.
struct LibrarySpacing {
  let kernel: [dnnl_dim_t]
  let strides: [dnnl_dim_t]
  let dilations: [dnnl_dim_t]
  let before: [dnnl_dim_t]
  /// As far as the last window reaches.
  let after: [dnnl_dim_t]

  init(_ window: Graph.Operation.Window, from: Extent, to: Extent) {
    func pair(_ rows: Int, _ columns: Int) -> [dnnl_dim_t] {
      [dnnl_dim_t(rows), dnnl_dim_t(columns)]
    }
    let reach = window.reach(to)
    kernel = pair(window.kernel.rows, window.kernel.columns)
    strides = pair(window.stride.rows, window.stride.columns)
    dilations = pair(window.dilation.rows - 1, window.dilation.columns - 1)
    before = pair(window.before.rows, window.before.columns)
    after = pair(
      reach.height - from.height - window.before.rows,
      reach.width - from.width - window.before.columns)
  }
}

/// A convolution by oneDNN, created once and shared by all runners.
///
/// The scratchpad is the caller's: with oneDNN's own, running a primitive on another thread than the one
/// that created it crashes (2.6.3).
///
/// `@unchecked Sendable`: nothing is written after `init`, and oneDNN allows concurrent executions of a
/// primitive with a scratchpad each.
final class LibraryConvolution: @unchecked Sendable {
  let shape: DenseShape
  /// The implementation that oneDNN picked, as it names it.
  let implementation: String
  let scratchpadBytes: Int
  let weightBytes: Int
  /// Of bfloat16.
  let growth: Growth?
  private let primitive: dnnl_primitive_t
  private let packed: PackedWeights
  private let bias: dnnl_memory_t
  private let biasValues: Buffer
  private let sourceDescription: dnnl_memory_desc_t
  private let outputDescription: dnnl_memory_desc_t
  private let scratchpadDescription: dnnl_memory_desc_t

  /// Creates the primitive and packs the weights; nil if oneDNN has only reference code for it.
  ///
  /// - Parameters:
  ///   - shape: What to convolve.
  ///   - source: `[O, C, K, K]`, O and C whole blocks (C as it is with a plain input, 1 of each channel apart).
  ///   - variant: The kernels whose layout and number format to use.
  /// - Throws: `EngineError` if a call fails for another reason.
  init?(_ shape: DenseShape, weights source: FoldedConvolution, variant: sk_variant) throws {
    let blocked = variant.lanes == 16 ? dnnl_nChw16c : dnnl_nChw8c
    let type = variant == sk_avx512_bf16 ? dnnl_bf16 : dnnl_f32
    let sourceTag = shape.isPlainInput ? dnnl_nchw : blocked
    var sourceDescription = try describe(
      [1, shape.inputChannels, shape.from.height, shape.from.width], sourceTag, type)
    var outputDescription = try describe(
      [1, shape.outputChannels, shape.to.height, shape.to.width], blocked, type)
    let weightDimensions = shape.weightDimensions
    var anyWeights = try describe(weightDimensions, dnnl_format_tag_any, type)
    var biasDescription = try describe([shape.outputChannels], dnnl_x, dnnl_f32)

    let attributes = try Library.attributes()
    defer { dnnl_primitive_attr_destroy(attributes) }
    var operations: dnnl_post_ops_t?
    try check(dnnl_post_ops_create(&operations), "dnnl_post_ops_create")
    defer { dnnl_post_ops_destroy(operations) }
    if shape.accumulates {
      try check(dnnl_post_ops_append_sum(operations, 1), "dnnl_post_ops_append_sum")
    }
    if let function = shape.activation?.libraryFunction {
      try check(
        dnnl_post_ops_append_eltwise(
          operations, 1, function.kind, function.alpha, function.beta),
        "dnnl_post_ops_append_eltwise")
    }
    try check(
      dnnl_primitive_attr_set_post_ops(attributes, operations), "dnnl_primitive_attr_set_post_ops")

    let spacing = shape.spacing
    var convolution = dnnl_convolution_desc_t()
    try check(
      dnnl_dilated_convolution_forward_desc_init(
        &convolution, dnnl_forward_inference, dnnl_convolution_direct, &sourceDescription,
        &anyWeights, &biasDescription, &outputDescription, spacing.strides, spacing.dilations,
        spacing.before, spacing.after),
      "dnnl_dilated_convolution_forward_desc_init")
    guard let description = try Library.description(of: &convolution, attributes) else {
      return nil
    }
    defer { dnnl_primitive_desc_destroy(description) }

    implementation = try Library.implementation(description)
    guard Library.isGenerated(implementation) else { return nil }

    guard
      let packedDescription = dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0),
      let scratchpad = dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0)
    else { throw EngineError.library(call: "dnnl_primitive_desc_query_md", status: -1) }
    scratchpadDescription = scratchpad.pointee
    scratchpadBytes = dnnl_memory_desc_get_size(scratchpad)
    weightBytes = dnnl_memory_desc_get_size(packedDescription)
    let packed = try PackedWeights(source.weights, weightDimensions, packedDescription)
    let biasValues = try Buffer(source.bias)
    self.shape = shape
    growth = Growth(source, variant)
    self.sourceDescription = sourceDescription
    self.outputDescription = outputDescription

    let bias = try makeMemory(&biasDescription, biasValues.raw)
    primitive = try Library.primitive(description)
    self.packed = packed
    self.biasValues = biasValues
    self.bias = bias
  }

  deinit {
    dnnl_primitive_destroy(primitive)
    dnnl_memory_destroy(bias)
  }

  /// A call's arguments: made once by a runner, used at every run.
  func call(
    source: UnsafeMutableRawPointer, output: UnsafeMutableRawPointer,
    scratchpad: UnsafeMutableRawPointer
  ) throws -> LibraryCall {
    try LibraryCall(
      primitive, owner: self,
      [
        dnnl_exec_arg_t(arg: DNNL_ARG_WEIGHTS_0, memory: packed.memory),
        dnnl_exec_arg_t(arg: DNNL_ARG_BIAS, memory: bias),
      ],
      [
        (DNNL_ARG_SRC_0, sourceDescription, source), (DNNL_ARG_DST_0, outputDescription, output),
        (DNNL_ARG_SCRATCHPAD, scratchpadDescription, scratchpad),
      ])
  }
}

/// A convolution's weights in the layout that a primitive asked for.
///
/// `@unchecked Sendable`: nothing is written after `init`.
final class PackedWeights: @unchecked Sendable {
  let memory: dnnl_memory_t
  private let buffer: Buffer

  /// Packs `[O, C, K, K]` or `[G, O, C, K, K]`.
  init(
    _ values: [Float], _ dimensions: [Int], _ description: UnsafePointer<dnnl_memory_desc_t>
  ) throws {
    buffer = try Buffer(bytes: dnnl_memory_desc_get_size(description))
    memory = try makeMemory(description, buffer.raw)
    var plain = try describe(
      dimensions, dimensions.count == 5 ? dnnl_goihw : dnnl_oihw, dnnl_f32)
    try values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      let from = try makeMemory(&plain, UnsafeMutableRawPointer(mutating: base))
      defer { dnnl_memory_destroy(from) }
      try reorder(from, &plain, to: memory, description)
    }
  }

  deinit { dnnl_memory_destroy(memory) }
}

extension Activation {
  /// oneDNN's name of a function that is 0 or finite at 0, and its two numbers; nil if it has none.
  var libraryFunction: (kind: dnnl_alg_kind_t, alpha: Float, beta: Float)? {
    switch self {
    case .relu: (dnnl_eltwise_relu, 0, 0)
    case .leakyReLU(let slope): (dnnl_eltwise_relu, slope, 0)
    case .clip(let lower, let upper): (dnnl_eltwise_clip, lower, upper)
    case .sigmoid: (dnnl_eltwise_logistic, 0, 0)
    case .swish: (dnnl_eltwise_swish, 1, 0)
    case .hardSwish: (dnnl_eltwise_hardswish, 0, 0)
    case .gelu: (dnnl_eltwise_gelu_erf, 0, 0)
    case .geluTanh: (dnnl_eltwise_gelu_tanh, 0, 0)
    case .tanh: (dnnl_eltwise_tanh, 0, 0)
    case .elu(let alpha): (dnnl_eltwise_elu, alpha, 0)
    default: nil
    }
  }
}

package func describe(
  _ dimensions: [Int], _ tag: dnnl_format_tag_t, _ type: dnnl_data_type_t
) throws -> dnnl_memory_desc_t {
  var description = dnnl_memory_desc_t()
  let extents = dimensions.map { dnnl_dim_t($0) }
  try check(
    dnnl_memory_desc_init_by_tag(&description, Int32(extents.count), extents, type, tag),
    "dnnl_memory_desc_init_by_tag")
  return description
}

package func makeMemory(
  _ description: UnsafePointer<dnnl_memory_desc_t>, _ pointer: UnsafeMutableRawPointer?
) throws -> dnnl_memory_t {
  var memory: dnnl_memory_t?
  try check(
    dnnl_memory_create(&memory, description, try Library.engine(), pointer), "dnnl_memory_create")
  guard let memory else { throw EngineError.library(call: "dnnl_memory_create", status: -1) }
  return memory
}

package func reorder(
  _ from: dnnl_memory_t, _ fromDescription: UnsafePointer<dnnl_memory_desc_t>,
  to: dnnl_memory_t, _ toDescription: UnsafePointer<dnnl_memory_desc_t>
) throws {
  let engine = try Library.engine()
  var description: dnnl_primitive_desc_t?
  try check(
    dnnl_reorder_primitive_desc_create(
      &description, fromDescription, engine, toDescription, engine, nil),
    "dnnl_reorder_primitive_desc_create")
  defer { dnnl_primitive_desc_destroy(description) }
  var primitive: dnnl_primitive_t?
  try check(dnnl_primitive_create(&primitive, description), "dnnl_primitive_create")
  defer { dnnl_primitive_destroy(primitive) }
  let stream = try Stream()
  let arguments = [
    dnnl_exec_arg_t(arg: DNNL_ARG_SRC_0, memory: from),
    dnnl_exec_arg_t(arg: DNNL_ARG_DST_0, memory: to),
  ]
  try check(
    dnnl_primitive_execute(primitive, stream.handle, 2, arguments), "dnnl_primitive_execute")
  try check(dnnl_stream_wait(stream.handle), "dnnl_stream_wait")
}

/// A oneDNN stream: a thread's own.
package final class Stream {
  package let handle: dnnl_stream_t

  package init() throws {
    var stream: dnnl_stream_t?
    try check(
      dnnl_stream_create(&stream, try Library.engine(), dnnl_stream_in_order.rawValue),
      "dnnl_stream_create")
    guard let stream else { throw EngineError.library(call: "dnnl_stream_create", status: -1) }
    handle = stream
  }

  deinit { dnnl_stream_destroy(handle) }
}
