import CDNNL
import Kernels
import Networks

/// A pool, a batch norm or a function of each value by oneDNN, created once and shared by all runners.
///
/// `@unchecked Sendable`: nothing is written after `init`, and oneDNN allows concurrent executions of a
/// primitive with a scratchpad each.
final class LibraryPrimitive: @unchecked Sendable {
  /// The implementation that oneDNN picked, as it names it.
  let implementation: String
  let scratchpadBytes: Int
  private let primitive: dnnl_primitive_t
  private let sourceDescription: dnnl_memory_desc_t
  private let outputDescription: dnnl_memory_desc_t
  private let scratchpadDescription: dnnl_memory_desc_t
  /// Numbers that every call takes beside its own.
  private let constants: [(argument: Int32, description: dnnl_memory_desc_t, values: Buffer)]

  /// By a descriptor of oneDNN's.
  private init(
    _ operation: UnsafeRawPointer, source: dnnl_memory_desc_t, output: dnnl_memory_desc_t,
    constants: [(argument: Int32, description: dnnl_memory_desc_t, values: Buffer)] = []
  ) throws {
    self.constants = constants
    guard let description = try Library.description(of: operation) else {
      throw EngineError.library(
        call: "dnnl_primitive_desc_create", status: Int(dnnl_unimplemented.rawValue))
    }
    defer { dnnl_primitive_desc_destroy(description) }
    implementation = try Library.implementation(description)
    guard let scratchpad = dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0)
    else { throw EngineError.library(call: "dnnl_primitive_desc_query_md", status: -1) }
    scratchpadDescription = scratchpad.pointee
    scratchpadBytes = dnnl_memory_desc_get_size(scratchpad)
    sourceDescription = source
    outputDescription = output
    primitive = try Library.primitive(description)
  }

  deinit { dnnl_primitive_destroy(primitive) }

  /// A pool of whole blocks of channels.
  convenience init(
    _ pool: Graph.Operation.Pool, channels: Int, input: Extent, output: Extent, variant: sk_variant
  ) throws {
    var source = try Self.map(channels, input, variant)
    var result = try Self.map(channels, output, variant)
    let spacing = LibrarySpacing(pool.window, from: input, to: output)
    let kind =
      switch pool.kind {
      case .maximum: dnnl_pooling_max
      case .mean: dnnl_pooling_avg_exclude_padding
      case .meanWithPadding: dnnl_pooling_avg_include_padding
      }
    var pooling = dnnl_pooling_v2_desc_t()
    try check(
      dnnl_pooling_v2_forward_desc_init(
        &pooling, dnnl_forward_inference, kind, &source, &result, spacing.strides, spacing.kernel,
        spacing.dilations, spacing.before, spacing.after), "dnnl_pooling_v2_forward_desc_init")
    try self.init(&pooling, source: source, output: result)
  }

  /// A function of each value of whole blocks of channels.
  ///
  /// - Throws: `EngineError` if oneDNN has none.
  convenience init(
    _ function: Activation, channels: Int, extent: Extent, variant: sk_variant
  ) throws {
    guard let kind = function.libraryFunction else {
      throw EngineError.architecture("oneDNN has no \(function.name)")
    }
    var map = try Self.map(channels, extent, variant)
    var eltwise = dnnl_eltwise_desc_t()
    try check(
      dnnl_eltwise_forward_desc_init(
        &eltwise, dnnl_forward_inference, kind.kind, &map, kind.alpha, kind.beta),
      "dnnl_eltwise_forward_desc_init")
    try self.init(&eltwise, source: map, output: map)
  }

  /// A batch norm of whole blocks of channels; what fills up the last one stays zero.
  ///
  /// - Throws: `EngineError` if a tensor is missing.
  convenience init(
    _ norm: LoweredNorm, extent: Extent, in weights: Weights, variant: sk_variant
  ) throws {
    let padded = variant.padded(norm.channels)
    func values(_ name: String, else filler: Float) throws(EngineError) -> [Float] {
      guard let tensor = weights[name], tensor.values.count >= norm.first + norm.channels else {
        throw .weights(["\(name) is missing"])
      }
      return tensor.values[norm.first..<norm.first + norm.channels]
        + [Float](repeating: filler, count: padded - norm.channels)
    }
    var map = try Self.map(padded, extent, variant)
    let tensors = norm.tensors
    var operation = dnnl_batch_normalization_desc_t()
    let flags =
      dnnl_use_global_stats.rawValue | dnnl_use_scaleshift.rawValue
      | (norm.isRectified ? dnnl_fuse_norm_relu.rawValue : 0)
    try check(
      dnnl_batch_normalization_forward_desc_init(
        &operation, dnnl_forward_inference, &map, Float(tensors.epsilon), flags),
      "dnnl_batch_normalization_forward_desc_init")
    let vector = try describe([padded], dnnl_a, dnnl_f32)
    try self.init(
      &operation, source: map, output: map,
      constants: [
        (DNNL_ARG_MEAN, vector, try Buffer(values(tensors.mean, else: 0))),
        (DNNL_ARG_VARIANCE, vector, try Buffer(values(tensors.variance, else: 1))),
        (
          DNNL_ARG_SCALE_SHIFT, try describe([2, padded], dnnl_ab, dnnl_f32),
          try Buffer(values(tensors.scale, else: 0) + values(tensors.shift, else: 0))
        ),
      ])
  }

  private static func map(
    _ channels: Int, _ extent: Extent, _ variant: sk_variant
  ) throws -> dnnl_memory_desc_t {
    try describe(
      [1, channels, extent.height, extent.width],
      variant.lanes == 16 ? dnnl_nChw16c : dnnl_nChw8c,
      variant == sk_avx512_bf16 ? dnnl_bf16 : dnnl_f32)
  }

  /// A call's arguments: made once by a runner, used at every run.
  func call(
    source: UnsafeMutableRawPointer, output: UnsafeMutableRawPointer,
    scratchpad: UnsafeMutableRawPointer
  ) throws -> LibraryCall {
    try LibraryCall(
      primitive, owner: self, [],
      [
        (DNNL_ARG_SRC_0, sourceDescription, source), (DNNL_ARG_DST_0, outputDescription, output),
        (DNNL_ARG_SCRATCHPAD, scratchpadDescription, scratchpad),
      ] + constants.map { ($0.argument, $0.description, $0.values.raw) })
  }
}

extension Graph.Operation.Window {
  /// Rows and columns that the windows reach over, from the first one's padding on.
  func reach(_ output: Extent) -> Extent {
    Extent(
      height: (output.height - 1) * stride.rows + span.rows,
      width: (output.width - 1) * stride.columns + span.columns)
  }
}

/// A primitive with a runner's own memory as its arguments.
final class LibraryCall {
  private let primitive: dnnl_primitive_t
  /// What keeps the primitive.
  private let owner: AnyObject
  private var arguments: [dnnl_exec_arg_t]
  private var owned: [dnnl_memory_t] = []

  init(
    _ primitive: dnnl_primitive_t, owner: AnyObject, _ fixed: [dnnl_exec_arg_t],
    _ places: [(Int32, dnnl_memory_desc_t, UnsafeMutableRawPointer)]
  ) throws {
    self.primitive = primitive
    self.owner = owner
    arguments = fixed
    for (argument, description, pointer) in places {
      let memory = try withUnsafePointer(to: description) { try makeMemory($0, pointer) }
      owned.append(memory)
      arguments.append(dnnl_exec_arg_t(arg: argument, memory: memory))
    }
  }

  deinit { for memory in owned { dnnl_memory_destroy(memory) } }

  func run(_ stream: dnnl_stream_t) throws(EngineError) {
    try check(
      dnnl_primitive_execute(primitive, stream, Int32(arguments.count), arguments),
      "dnnl_primitive_execute")
  }
}
