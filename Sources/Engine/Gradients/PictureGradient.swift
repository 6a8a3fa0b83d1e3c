import Kernels
import Memory
import Networks

/// The gradient of a dense convolution of the picture, `[C, H, W]`, with respect to it.
///
/// The picture has so few channels that blocks of them would be mostly padding: products of matrices over
/// some rows of outputs at a time, each tap's share added to the pixel that it saw.
final class PictureGradient: Sendable {
  /// Floats for the columns of some rows.
  let scratchCount: Int
  /// `[O, C · K · K]`.
  private let weights: Buffer
  private let windows: UnfoldedWindows
  private let rows: Int

  init(_ convolution: LoweredConvolution, in source: Weights) throws {
    let (from, to) = (convolution.from, convolution.to)
    windows = UnfoldedWindows(
      convolution.operation, group: 0, input: [1, convolution.input, from.height, from.width],
      output: [1, convolution.operation.channels, to.height, to.width])
    weights = try Buffer(FoldedConvolution(convolution, in: source).weights)
    // What a second-level cache holds beside the gradient.
    rows = max(1, min(to.height, (1 << 17) / max(windows.taps * to.width, 1)))
    scratchCount = windows.taps * rows * to.width
  }

  /// Adds what an output's gradient, `[O, H', W']`, owes to the picture's.
  func add(
    _ gradient: UnsafePointer<Float>, to picture: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) throws(EngineError) {
    let (height, width) = (windows.outputHeight, windows.outputWidth)
    for start in stride(from: 0, to: height, by: rows) {
      let range = start..<min(start + rows, height)
      try sgemm(
        "T", "N", windows.taps, range.count * width, windows.outputs, weights.floats,
        gradient + start * width, stride: height * width, 0, scratch)
      windows.fold(scratch, rows: range, into: picture)
    }
  }
}
