import CDNNL
import Kernels

/// The gradient of a dense convolution with respect to its input by oneDNN, created once and shared.
///
/// `@unchecked Sendable`: nothing is written after `init`, and oneDNN allows concurrent executions of a
/// primitive with a scratchpad each.
final class LibraryInputGradient: @unchecked Sendable {
  let scratchpadBytes: Int
  private let primitive: dnnl_primitive_t
  private let packed: PackedWeights
  private let inputDescription: dnnl_memory_desc_t
  private let outputDescription: dnnl_memory_desc_t
  private let scratchpadDescription: dnnl_memory_desc_t

  /// Creates the primitive and packs the weights, `[O, C, K, K]`, O and C whole blocks; nil if oneDNN has only
  /// reference code for it.
  ///
  /// Of the shape, which is the forward convolution's, the function and whether it accumulates are not read.
  init?(_ shape: DenseShape, weights: [Float], variant: sk_variant) throws {
    let blocked = variant.lanes == 16 ? dnnl_nChw16c : dnnl_nChw8c
    var input = try describe(
      [1, shape.inputChannels, shape.from.height, shape.from.width], blocked, dnnl_f32)
    var output = try describe(
      [1, shape.outputChannels, shape.to.height, shape.to.width], blocked, dnnl_f32)
    var any = try describe(shape.weightDimensions, dnnl_format_tag_any, dnnl_f32)
    let spacing = shape.spacing
    var operation = dnnl_convolution_desc_t()
    try check(
      dnnl_dilated_convolution_forward_desc_init(
        &operation, dnnl_forward_training, dnnl_convolution_direct, &input, &any, nil, &output,
        spacing.strides, spacing.dilations, spacing.before, spacing.after),
      "dnnl_dilated_convolution_forward_desc_init")
    guard let forward = try Library.description(of: &operation) else { return nil }
    defer { dnnl_primitive_desc_destroy(forward) }
    try check(
      dnnl_dilated_convolution_backward_data_desc_init(
        &operation, dnnl_convolution_direct, &input, &any, &output, spacing.strides,
        spacing.dilations, spacing.before, spacing.after),
      "dnnl_dilated_convolution_backward_data_desc_init")
    guard let description = try Library.description(of: &operation, hint: forward) else {
      return nil
    }
    defer { dnnl_primitive_desc_destroy(description) }
    guard Library.isGenerated(try Library.implementation(description)) else { return nil }
    guard
      let packedDescription = dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0),
      let scratchpad = dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0)
    else { throw EngineError.library(call: "dnnl_primitive_desc_query_md", status: -1) }
    packed = try PackedWeights(weights, shape.weightDimensions, packedDescription)
    scratchpadDescription = scratchpad.pointee
    scratchpadBytes = dnnl_memory_desc_get_size(scratchpad)
    inputDescription = input
    outputDescription = output
    primitive = try Library.primitive(description)
  }

  deinit { dnnl_primitive_destroy(primitive) }

  /// A call's arguments; what the input's gradient held is lost.
  func call(
    output: UnsafeMutableRawPointer, input: UnsafeMutableRawPointer,
    scratchpad: UnsafeMutableRawPointer
  ) throws -> LibraryCall {
    try LibraryCall(
      primitive, owner: self, [dnnl_exec_arg_t(arg: DNNL_ARG_WEIGHTS_0, memory: packed.memory)],
      [
        (DNNL_ARG_DIFF_DST_0, outputDescription, output),
        (DNNL_ARG_DIFF_SRC_0, inputDescription, input),
        (DNNL_ARG_SCRATCHPAD, scratchpadDescription, scratchpad),
      ])
  }
}
