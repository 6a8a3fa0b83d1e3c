import Engine
import Kernels
import Networks

/// The convolution over pixels, which lie as `[3, H, W]` and not in blocks.
///
/// By oneDNN; our own kernels where that has no code, and for the gradient of the pixels.
final class Stem {
  private let dense: DenseConvolution?
  private let own: GroupedConvolution
  private let batch: BatchRun
  private let extent: SpatialSize

  init(
    dense: DenseConvolution?, own: GroupedConvolution, batch: BatchRun, extent: SpatialSize
  ) {
    self.dense = dense
    self.own = own
    self.batch = batch
    self.extent = extent
  }

  var scratchBytes: Int { max(dense?.scratchBytes ?? 0, own.scratchBytes) }

  func pass(_ kind: ConvolutionPass.Kind) -> ConvolutionPass? { dense?.pass(kind) }

  func pack(_ worker: Worker) throws {
    try dense?.pack(worker)
    if dense == nil || batch.inputGradient != nil { own.pack(worker) }
  }

  func gather(_ worker: Worker) throws {
    if let dense { return try dense.gather(worker) }
    own.gather(worker)
  }

  /// Writes the output; `room` is for blocked pixels, here and below.
  func forward(_ worker: Worker, _ chunk: Chunk, output: Field, room: Field) throws {
    if let dense {
      guard let pixels = pixels(chunk.pictures.lowerBound) else { return }
      return try dense.forward(worker, chunk, pixels: pixels, output: output)
    }
    block(worker, chunk, to: room)
    own.forward(worker, chunk, input: room, outputs: [output])
  }

  func weightGradient(
    _ worker: Worker, _ chunk: Chunk, outputGradient: Field, room: Field
  ) throws {
    if let dense {
      guard let pixels = pixels(chunk.pictures.lowerBound) else { return }
      return try dense.weightGradient(
        worker, chunk, pixels: pixels, outputGradient: outputGradient)
    }
    block(worker, chunk, to: room)
    own.weightGradient(worker, chunk, input: room, outputGradients: [outputGradient])
  }

  /// The gradient of the pixels, where it is wanted.
  func inputGradient(_ worker: Worker, _ chunk: Chunk, outputGradient: Field, room: Field) {
    guard let gradient = batch.inputGradient else { return }
    own.inputGradient(
      worker, chunk, outputGradients: [outputGradient], input: room, adds: false, room: nil)
    for picture in chunk.pictures {
      sk_unblock(
        batch.variant, 3, extent.count, room.pointer(picture, worker, chunk),
        gradient + picture * 3 * extent.count)
    }
  }

  private func pixels(_ picture: Int) -> UnsafeMutablePointer<Float>? {
    batch.pixels.map { $0 + picture * 3 * extent.count }
  }

  private func block(_ worker: Worker, _ chunk: Chunk, to field: Field) {
    for picture in chunk.pictures {
      guard let pixels = pixels(picture) else { return }
      sk_block(
        batch.variant, 3, extent.count, pixels, field.pointer(picture, worker, chunk))
    }
  }
}
