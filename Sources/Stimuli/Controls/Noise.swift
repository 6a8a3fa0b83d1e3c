import CKissFFT
import Pictures
import Randomness

extension Zoom {
  /// Source pixels of the noise a stimulus pixel at the largest scale, so that every scale is resampled alike;
  /// and how many times the view's side the noise's is, so that it has waves longer than the view.
  private static let oversampling = 1.5

  /// `noise`: the zoom of self-similar noise in the photograph's colours: any zoom has the same statistics.
  ///
  /// Each photograph has its own noise: independent uniform numbers, every frequency of which is divided by
  /// its distance from zero (amplitude 1/f), periodic, one plane a channel. Within the view the planes have
  /// the view's means and covariances of channels. It is zoomed as the photograph is, a
  /// target's box lying where the photograph's does.
  func noise() -> [ControlPicture] {
    let shown = Double(specification.size) * max(scales[scales.count - 1], 1) * Self.oversampling
    let viewSide = shown.rounded(.up)
    let side = Fourier.fastSide(Int((viewSide * Self.oversampling).rounded(.up)))
    let start = ((Double(side) - viewSide) / 2).rounded(.down)
    let box = Box(left: start, top: start, right: start + viewSide, bottom: start + viewSide)
    var random = random(.noise)
    let field = SelfSimilarNoise(side: side, using: &random)
    let picture = field.picture(colouredLike: scene.photograph.view(scene.view.box), within: box)
    let shownBox = scene.view.box
    let magnification = viewSide / shownBox.width
    let target = scene.target.map { target in
      Box(
        left: box.left + (target.left - shownBox.left) * magnification,
        top: box.top + (target.top - shownBox.top) * magnification,
        right: box.left + (target.right - shownBox.left) * magnification,
        bottom: box.top + (target.bottom - shownBox.top) * magnification
      ).clipped(to: picture.bounds)
    }
    // A target that lies beyond the noise is none.
    guard target.map({ $0.width > 0 && $0.height > 0 }) ?? true else { return [] }
    let view = View(box: box, size: specification.size)
    guard let noise = try? remake(scene.photograph.showing(picture), view, target) else {
      return []
    }
    return atEveryScale(noise.zoomed)
  }
}

/// Planes of noise with amplitudes that fall as 1/f.
struct SelfSimilarNoise {
  private let side: Int
  /// `[channel]`, each `[side, side]`.
  private let planes: [[Float]]

  init(side: Int, using random: inout SplitMix64) {
    self.side = side
    let frequencies = Fourier.frequencies(side).map { Float($0) }
    func pair(isSingle: Bool) -> ComplexPlane {
      var plane = ComplexPlane(repeating: kiss_fft_cpx(r: 0, i: 0), count: side * side)
      for i in plane.indices { plane[i].r = random.centred() }
      if !isSingle { for i in plane.indices { plane[i].i = random.centred() } }
      var spectrum = Fourier.transformed(plane, width: side, height: side, inverse: false)
      spectrum[0] = kiss_fft_cpx(r: 0, i: 0)
      for v in 0..<side {
        for u in 0..<side where u + v > 0 {
          let share =
            1
            / (frequencies[u] * frequencies[u] + frequencies[v] * frequencies[v]).squareRoot()
          spectrum[v * side + u].r *= share
          spectrum[v * side + u].i *= share
        }
      }
      return Fourier.transformed(spectrum, width: side, height: side, inverse: true)
    }
    let (first, last) = (pair(isSingle: false), pair(isSingle: true))
    planes = [first.map(\.r), first.map(\.i), last.map(\.r)]
  }

  /// The noise with another picture's means and covariances of channels, counted within a box.
  func picture(colouredLike other: Picture, within box: Box) -> Picture {
    let pixels = PixelRectangle(touching: box, width: side, height: side)
    let scaled = planes.map { plane -> [Double] in
      var (sum, squares) = (0.0, 0.0)
      for row in pixels.rows {
        for column in pixels.columns {
          let value = Double(plane[row * side + column])
          sum += value
          squares += value * value
        }
      }
      let count = Double(pixels.rows.count * pixels.columns.count)
      let mean = sum / count
      let deviation = max(squares / count - mean * mean, 0).squareRoot()
      return plane.map { deviation > 0 ? (Double($0) - mean) / deviation : 0 }
    }
    let colour = ColourStatistics(of: other)
    return Picture(
      width: side, height: side,
      pixels: scaled[0].indices.flatMap { i in
        colour.mixed(scaled[0][i], scaled[1][i], scaled[2][i])
      })
  }
}

/// Means of a picture's channels, and what makes independent channels covary as they do.
private struct ColourStatistics {
  private let means: [Double]
  /// The lower triangle of Cholesky's factor of the covariances, row by row.
  private let factor: [Double]

  init(of picture: Picture) {
    var sums = [Double](repeating: 0, count: 3)
    var products = [Double](repeating: 0, count: 9)
    let count = Double(picture.width * picture.height)
    for i in stride(from: 0, to: picture.pixels.count, by: 3) {
      for a in 0..<3 {
        sums[a] += Double(picture.pixels[i + a])
        for b in 0...a {
          products[3 * a + b] += Double(picture.pixels[i + a]) * Double(picture.pixels[i + b])
        }
      }
    }
    let means = sums.map { $0 / count }
    func covariance(_ a: Int, _ b: Int) -> Double {
      products[3 * a + b] / count - means[a] * means[b]
    }
    let l00 = max(covariance(0, 0), 0).squareRoot()
    let l10 = l00 > 0 ? covariance(1, 0) / l00 : 0
    let l11 = max(covariance(1, 1) - l10 * l10, 0).squareRoot()
    let l20 = l00 > 0 ? covariance(2, 0) / l00 : 0
    let l21 = l11 > 0 ? (covariance(2, 1) - l20 * l10) / l11 : 0
    let l22 = max(covariance(2, 2) - l20 * l20 - l21 * l21, 0).squareRoot()
    self.means = means
    factor = [l00, l10, l11, l20, l21, l22]
  }

  /// A pixel of three independent standard values.
  func mixed(_ a: Double, _ b: Double, _ c: Double) -> [UInt8] {
    let levels = [
      means[0] + factor[0] * a, means[1] + factor[1] * a + factor[2] * b,
      means[2] + factor[3] * a + factor[4] * b + factor[5] * c,
    ]
    return levels.map { UInt8(min(max($0, 0), 255).rounded()) }
  }
}
