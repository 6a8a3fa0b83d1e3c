/// Convolutions of one input, several where branches share it; weights come from the state.
///
/// What runs within a chunk is called by its worker; `pack` and `gather` are jobs that any one worker does
/// before and after a batch.
protocol Convolution: AnyObject {
  /// Brings the weights into the layouts of the passes.
  func pack(_ worker: Worker) throws
  /// Adds the weights' gradients over all workers to the state's.
  func gather(_ worker: Worker) throws
  /// Writes the outputs.
  func forward(_ worker: Worker, _ chunk: Chunk, input: Field, outputs: [Field]) throws
  /// Adds the chunk's gradient of the weights to the worker's.
  func weightGradient(
    _ worker: Worker, _ chunk: Chunk, input: Field, outputGradients: [Field]) throws
  /// Writes the gradient of the input, or adds it; `room` is where a dense convolution's may lie before.
  func inputGradient(
    _ worker: Worker, _ chunk: Chunk, outputGradients: [Field], input: Field, adds: Bool,
    room: Field?) throws
  /// What oneDNN has to prepare for a pass; nil for our own kernels.
  func pass(_ kind: ConvolutionPass.Kind) -> ConvolutionPass?
  /// Whether it is grouped, for the account of time.
  var isGrouped: Bool { get }
}

extension Convolution {
  /// Calls a body for runs of pictures that lie next to each other in a map.
  func eachRun(
    _ chunk: Chunk, of field: Field, _ body: (_ first: Int, _ count: Int) throws -> Void
  ) rethrows {
    if field.isContiguous { return try body(chunk.pictures.lowerBound, chunk.pictures.count) }
    for picture in chunk.pictures { try body(picture, 1) }
  }

  func part(_ kind: ConvolutionPass.Kind) -> TrainingPart {
    switch kind {
    case .forward: isGrouped ? .groupedForward : .denseForward
    case .inputGradient: isGrouped ? .groupedInput : .denseInput
    case .weightGradient: isGrouped ? .groupedWeights : .denseWeights
    }
  }
}
