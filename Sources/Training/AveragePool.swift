import Engine
import Kernels

/// A shortcut's mean over windows of `side` × `side` at that stride, clipped to the map, both ways.
struct AveragePool {
  var side: Int
  var variant: sk_variant

  func forward(_ worker: Worker, _ chunk: Chunk, input: Field, output: Field) {
    for picture in chunk.pictures {
      sk_average_pool(
        variant, Int32(input.channels / variant.lanes), Int32(input.extent.height),
        Int32(input.extent.width), Int32(side), input.pointer(picture, worker, chunk),
        output.pointer(picture, worker, chunk))
    }
  }

  /// Writes the gradient of the input, or adds it.
  func backward(
    _ worker: Worker, _ chunk: Chunk, outputGradient: Field, inputGradient: Field, adds: Bool
  ) {
    for picture in chunk.pictures {
      sk_average_pool_gradient(
        variant, Int32(inputGradient.channels / variant.lanes),
        Int32(inputGradient.extent.height), Int32(inputGradient.extent.width), Int32(side),
        adds ? 1 : 0, outputGradient.pointer(picture, worker, chunk),
        inputGradient.pointer(picture, worker, chunk))
    }
  }
}
