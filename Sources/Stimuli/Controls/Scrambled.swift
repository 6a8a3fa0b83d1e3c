import CKissFFT
import Foundation
import Pictures
import Randomness

extension Zoom {
  /// `scrambled`: the zoom of the photograph with its target's phases drawn at random.
  ///
  /// The target's box (the view, where no target is known) is replaced in the photograph by a texture with the
  /// amplitude spectrum of its periodic part and its mean colour; the same random phases serve all channels, so
  /// that colours stay together. Over a sixteenth of the box's shorter side a target's texture fades into the
  /// photograph. Of boxes larger than 1,024 pixels a side, or whose sides have large prime factors, the central
  /// part is taken and repeated periodically. Left out for objects told by transparency.
  ///
  /// - SeeAlso: Galerne, Gousseau and Morel, *Random Phase Textures*, IEEE TIP 2011; Moisan, *Periodic Plus
  ///   Smooth Image Decomposition*, JMIV 2011.
  func scrambled() -> [ControlPicture] {
    let photograph = scene.photograph
    guard photograph.backdrop == nil else { return [] }
    let picture = photograph.picture
    let box = PixelRectangle(
      touching: scene.target ?? scene.view.box, width: picture.width, height: picture.height)
    guard box.columns.count > 1, box.rows.count > 1 else { return [] }
    var random = random(.scrambled)
    let texture = RandomPhaseTexture(of: picture, within: box, using: &random)
    let scene = scene.replacing(
      photograph.showing(texture.laid(over: picture, fades: scene.target != nil)))
    return atEveryScale(scene.zoomed)
  }
}

/// A periodic texture with the amplitude spectrum of a part of a picture.
struct RandomPhaseTexture {
  private static let largestSide = 1024

  private let box: PixelRectangle
  private let tile: PixelRectangle
  private let pixels: [UInt8]

  init(of picture: Picture, within box: PixelRectangle, using random: inout SplitMix64) {
    self.box = box
    func central(_ range: Range<Int>) -> Range<Int> {
      var side = min(range.count, Self.largestSide)
      while Fourier.fastSide(side) != side { side -= 1 }
      let start = range.lowerBound + (range.count - side) / 2
      return start..<start + side
    }
    tile = PixelRectangle(columns: central(box.columns), rows: central(box.rows))
    let (width, height) = (tile.columns.count, tile.rows.count)
    let part = picture.cropped(to: tile)
    var noise = ComplexPlane(repeating: kiss_fft_cpx(r: 0, i: 0), count: width * height)
    for i in noise.indices { noise[i].r = random.centred() }
    let phases = Fourier.transformed(noise, width: width, height: height, inverse: false)
      .map { value in
        let length = (value.r * value.r + value.i * value.i).squareRoot()
        return length > 0 ? kiss_fft_cpx(r: value.r / length, i: value.i / length) : .one
      }
    // Two channels travel through one transform; the phases of real noise keep them apart.
    let planes = [(0, 1), (2, 2)].map { first, second in
      var plane = PeriodicPart(of: part, first, second).spectrum
      for i in plane.indices.dropFirst() { plane[i] = plane[i] * phases[i] }
      return Fourier.transformed(plane, width: width, height: height, inverse: true)
    }
    let scale = 1 / Float(width * height)
    pixels = planes[0].indices.flatMap { i in
      [planes[0][i].r, planes[0][i].i, planes[1][i].r].map {
        UInt8(min(max($0 * scale, 0), 255).rounded(.toNearestOrEven))
      }
    }
  }

  /// The picture with the texture in its box, fading out towards the box's edges or not.
  func laid(over picture: Picture, fades: Bool) -> Picture {
    var result = picture.pixels
    let (width, height) = (tile.columns.count, tile.rows.count)
    let fade = max(1, Double(min(box.columns.count, box.rows.count)) / 16)
    func distance(_ place: Int, _ range: Range<Int>) -> Double {
      Double(min(place - range.lowerBound, range.upperBound - 1 - place)) + 0.5
    }
    for row in box.rows {
      let y = (row - tile.rows.lowerBound + 2 * box.rows.count * height) % height
      for column in box.columns {
        let x = (column - tile.columns.lowerBound + 2 * box.columns.count * width) % width
        let t = min(
          min(distance(row, box.rows), distance(column, box.columns)) / fade, 1)
        let share = fades ? t * t * (3 - 2 * t) : 1
        for c in 0..<3 {
          let to = (row * picture.width + column) * 3 + c
          let under = Double(result[to])
          let level = under + share * (Double(pixels[(y * width + x) * 3 + c]) - under)
          result[to] = UInt8(level.rounded())
        }
      }
    }
    return Picture(width: picture.width, height: picture.height, pixels: result)
  }
}

/// Two channels of a picture less the smooth plane that carries the jumps between opposite borders.
private struct PeriodicPart {
  /// Of the first channel + i · the second.
  let spectrum: ComplexPlane

  init(of picture: Picture, _ first: Int, _ second: Int) {
    let (width, height) = (picture.width, picture.height)
    let levels = (0..<width * height).map { i in
      kiss_fft_cpx(
        r: Float(picture.pixels[3 * i + first]),
        i: second == first ? 0 : Float(picture.pixels[3 * i + second]))
    }
    var jumps = ComplexPlane(repeating: kiss_fft_cpx(r: 0, i: 0), count: levels.count)
    for x in 0..<width {
      let last = (height - 1) * width + x
      let jump = levels[last] - levels[x]
      jumps[x] = jumps[x] + jump
      jumps[last] = jumps[last] - jump
    }
    for y in 0..<height {
      let (start, end) = (y * width, y * width + width - 1)
      let jump = levels[end] - levels[start]
      jumps[start] = jumps[start] + jump
      jumps[end] = jumps[end] - jump
    }
    var spectrum = Fourier.transformed(levels, width: width, height: height, inverse: false)
    let jumpSpectrum = Fourier.transformed(jumps, width: width, height: height, inverse: false)
    for v in 0..<height {
      for u in 0..<width where u + v > 0 {
        let laplacian =
          2 * cos(2 * .pi * Double(u) / Double(width))
          + 2 * cos(2 * .pi * Double(v) / Double(height)) - 4
        let share = Float(1 / laplacian)
        let smooth = jumpSpectrum[v * width + u]
        spectrum[v * width + u] =
          spectrum[v * width + u] - kiss_fft_cpx(r: smooth.r * share, i: smooth.i * share)
      }
    }
    self.spectrum = spectrum
  }
}
