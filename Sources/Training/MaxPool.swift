import Engine
import Kernels

/// The stem's maximum over 3 × 3 windows at stride 2, both ways.
struct MaxPool {
  /// Whether there is a border of 1 around the map, as in PyTorch; Caffe's has none.
  var isPadded: Bool
  var variant: sk_variant

  func forward(_ worker: Worker, _ chunk: Chunk, input: Field, output: Field) {
    for picture in chunk.pictures {
      sk_max_pool(
        variant, Int32(input.channels / variant.lanes), Int32(input.extent.height),
        Int32(input.extent.width), isPadded ? 1 : 0, Int32(output.extent.height),
        Int32(output.extent.width), input.pointer(picture, worker, chunk),
        output.pointer(picture, worker, chunk))
    }
  }

  func backward(
    _ worker: Worker, _ chunk: Chunk, input: Field, outputGradient: Field, inputGradient: Field
  ) {
    for picture in chunk.pictures {
      sk_max_pool_gradient(
        variant, Int32(input.channels / variant.lanes), Int32(input.extent.height),
        Int32(input.extent.width), isPadded ? 1 : 0, Int32(outputGradient.extent.height),
        Int32(outputGradient.extent.width), input.pointer(picture, worker, chunk),
        outputGradient.pointer(picture, worker, chunk),
        inputGradient.pointer(picture, worker, chunk))
    }
  }
}
