import Kernels
import Networks

extension Compiler {
  /// The stem's convolutions and its pool.
  mutating func addStem(_ input: Extent) throws {
    let stem = architecture.stem
    guard (1...8192).contains(input.height), (1...8192).contains(input.width) else {
      throw EngineError.architecture(
        "an input of \(input.height)×\(input.width) pixels; expected 1 to 8192")
    }
    reserve(.input, 3 * input.positions)
    // The trunk itself where no pool follows; where several convolutions do, two places in turn.
    let destination = stem.pool == .none ? Slot.trunk(0) : .reduced
    let convolutions = stem.convolutions
    var source = Place(slot: .input)
    extent = input
    for (index, convolution) in convolutions.enumerated() {
      let output = try extent(
        of: extent, kernel: stem.kernel, dilation: 1, stride: convolution.stride,
        padding: (stem.kernel - 1) / 2)
      let followers = convolutions.count - 1 - index
      let place = Place(slot: followers.isMultiple(of: 2) ? destination : .branch(0))
      try addDense(
        .init(
          layer: convolution.name.replacing(".", with: " "), kind: .stem, tensor: convolution.name,
          input: convolution.input, output: convolution.output, from: extent, to: output,
          kernel: stem.kernel, stride: convolution.stride, rectifies: true),
        source: source, destination: place)
      (source, extent) = (place, output)
    }
    guard stem.pool != .none else { return }
    let convolved = extent
    extent = try pool(convolved, stem.pool)
    reserve(.trunk(0), variant.padded(stem.channels) * extent.positions)
    add(
      .maxPool(
        channels: variant.padded(stem.channels), from: source, input: convolved,
        to: Place(slot: .trunk(0)), output: extent, padding: stem.pool == .padded ? 1 : 0),
      PlannedLayer(
        name: "pool", kind: .pool, input: [stem.channels, convolved.height, convolved.width],
        output: [stem.channels, extent.height, extent.width], macs: 0,
        implementation: ownImplementation))
  }

  /// - SeeAlso: Caffe's `PoolingLayer::Reshape` for `ceil`, PyTorch's `MaxPool2d` for `padded`.
  private func pool(_ input: Extent, _ pool: Architecture.Pool) throws -> Extent {
    func side(_ length: Int) -> Int {
      switch pool {
      case .none: length
      case .padded: (length - 1) / 2 + 1
      case .ceil: length < 3 ? 1 : (length - 3 + 1) / 2 + 1
      }
    }
    return Extent(height: side(input.height), width: side(input.width))
  }
}
