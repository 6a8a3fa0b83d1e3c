import CDNNL
import Kernels
import Memory
import Networks

/// The gradient of a dense convolution of the picture, `[C, H, W]`, with respect to it.
///
/// The picture has so few channels that blocks of them would be mostly padding: products of matrices over
/// some rows of outputs at a time, each tap's share added to the pixel that it saw.
final class PictureGradient: Sendable {
  let convolution: LoweredConvolution
  /// Floats for the columns of some rows.
  let scratchCount: Int
  /// `[O, C · K · K]`.
  private let weights: Buffer
  private let taps: Int
  private let rows: Int

  init(_ convolution: LoweredConvolution, in source: Weights) throws {
    self.convolution = convolution
    weights = try Buffer(FoldedConvolution(convolution, in: source).weights)
    let kernel = convolution.window.kernel
    taps = convolution.input * kernel.rows * kernel.columns
    // What a second-level cache holds beside the gradient.
    rows = max(1, min(convolution.to.height, (1 << 17) / max(taps * convolution.to.width, 1)))
    scratchCount = taps * rows * convolution.to.width
  }

  /// Adds what an output's gradient, `[O, H', W']`, owes to the picture's.
  func add(
    _ gradient: UnsafePointer<Float>, to picture: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) throws(EngineError) {
    let to = convolution.to
    for start in stride(from: 0, to: to.height, by: rows) {
      let range = start..<min(start + rows, to.height)
      let count = range.count * to.width
      try check(
        dnnl_sgemm(
          CChar(UInt8(ascii: "T")), CChar(UInt8(ascii: "N")), dnnl_dim_t(taps), dnnl_dim_t(count),
          dnnl_dim_t(convolution.operation.channels), 1, weights.floats, dnnl_dim_t(taps),
          gradient + start * to.width, dnnl_dim_t(to.positions), 0, scratch, dnnl_dim_t(count)),
        "dnnl_sgemm")
      fold(scratch, range, count, into: picture)
    }
  }

  private func fold(
    _ columns: UnsafePointer<Float>, _ rows: Range<Int>, _ count: Int,
    into picture: UnsafeMutablePointer<Float>
  ) {
    let (window, from, to) = (convolution.window, convolution.from, convolution.to)
    let step = window.stride.columns
    var tap = columns
    for channel in 0..<convolution.input {
      let map = picture + channel * from.positions
      for i in 0..<window.kernel.rows {
        for j in 0..<window.kernel.columns {
          let left = j * window.dilation.columns - window.before.columns
          let first = left >= 0 ? 0 : (-left + step - 1) / step
          let end = min(left >= from.width ? 0 : (from.width - 1 - left) / step + 1, to.width)
          for y in rows {
            let row = y * window.stride.rows + i * window.dilation.rows - window.before.rows
            guard row >= 0, row < from.height, first < end else { continue }
            let line = map + row * from.width + left
            let source = tap + (y - rows.lowerBound) * to.width
            for x in first..<end { line[x * step] += source[x] }
          }
          tap += count
        }
      }
    }
  }
}
