import Foundation
import Pictures
import Randomness
import Stimuli

/// How a training picture is varied each time that it is shown.
///
/// What varies is drawn from a generator of the picture's own, so that the pixels depend on nothing else.
public struct Augmentation: Codable, Hashable, Sendable {
  /// Least and most share of the picture's area that is shown; nil for the central square.
  public var area: ClosedRange<Double>?
  /// Least and most width / height of what is shown, drawn evenly on a logarithmic scale.
  public var aspect: ClosedRange<Double>
  /// Pixels by which the picture is moved at most, up, down, left and right, at the network's size.
  public var padding: Int
  /// Whether every other picture is mirrored.
  public var flips: Bool
  /// Most by which the brightness's factor differs from 1.
  public var brightness: Double
  /// Most by which the contrast's factor differs from 1.
  public var contrast: Double
  /// Most by which the saturation's factor differs from 1.
  public var saturation: Double

  /// Describes an augmentation; without arguments it is none.
  public init(
    area: ClosedRange<Double>? = nil, aspect: ClosedRange<Double> = 3.0 / 4...4.0 / 3,
    padding: Int = 0, flips: Bool = false, brightness: Double = 0, contrast: Double = 0,
    saturation: Double = 0
  ) {
    self.area = area
    self.aspect = aspect
    self.padding = padding
    self.flips = flips
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
  }

  /// What a picture's own random numbers came to.
  package struct Draw: Equatable {
    /// What is shown, in the picture's pixels; one resampling makes `size` × `size` of it.
    package var box: Box
    /// Pixels by which it is then moved to the right and down.
    package var offset: (x: Int, y: Int)
    package var isMirrored: Bool
    package var jitter: ColorJitter

    /// Describes a variation; a box alone is a plain crop.
    package init(
      box: Box, offset: (x: Int, y: Int) = (0, 0), isMirrored: Bool = false,
      jitter: ColorJitter = ColorJitter()
    ) {
      self.box = box
      self.offset = offset
      self.isMirrored = isMirrored
      self.jitter = jitter
    }

    /// Compares all four parts.
    package static func == (a: Draw, b: Draw) -> Bool {
      a.box == b.box && a.offset == b.offset && a.isMirrored == b.isMirrored && a.jitter == b.jitter
    }
  }

  /// Draws a variation of a picture of some size.
  ///
  /// - Parameters:
  ///   - picture: Whose size counts.
  ///   - crop: Side of the central square as a share of the shorter side, where `area` is nil.
  ///   - random: The picture's own numbers.
  /// - Returns: The variation.
  package func draw(for picture: Picture, crop: Double, _ random: inout SplitMix64) -> Draw {
    var draw = Draw(box: picture.centralSquare(share: crop))
    if let area { draw.box = box(in: picture, area: area, &random) }
    if padding > 0 {
      draw.offset.x = random.index(below: 2 * padding + 1) - padding
      draw.offset.y = random.index(below: 2 * padding + 1) - padding
    }
    if flips { draw.isMirrored = random.next() >> 63 == 1 }
    func factor(_ most: Double) -> Double {
      most > 0 ? random.uniform(max(0, 1 - most)...1 + most) : 1
    }
    draw.jitter = ColorJitter(
      brightness: factor(brightness), contrast: factor(contrast), saturation: factor(saturation))
    return draw
  }

  /// A box of random area and aspect at a random place; after ten that do not fit, the largest central
  /// one whose aspect is allowed.
  ///
  /// - SeeAlso: Szegedy et al. 2015, section 6; torchvision's `RandomResizedCrop`, which rounds to pixels.
  private func box(
    in picture: Picture, area: ClosedRange<Double>, _ random: inout SplitMix64
  ) -> Box {
    let (width, height) = (Double(picture.width), Double(picture.height))
    let logarithms = log(aspect.lowerBound)...log(aspect.upperBound)
    for _ in 0..<10 {
      let pixels = width * height * random.uniform(area)
      let ratio = exp(random.uniform(logarithms))
      let size = (width: (pixels * ratio).squareRoot(), height: (pixels / ratio).squareRoot())
      guard size.width <= width, size.height <= height else { continue }
      let left = random.uniform() * (width - size.width)
      let top = random.uniform() * (height - size.height)
      return Box(left: left, top: top, right: left + size.width, bottom: top + size.height)
    }
    let ratio = min(max(width / height, aspect.lowerBound), aspect.upperBound)
    return Box(
      centerX: width / 2, centerY: height / 2, width: min(width, height * ratio),
      height: min(height, width / ratio))
  }
}

extension Picture {
  /// The picture as a draw varies it, at the network's size.
  ///
  /// - Parameters:
  ///   - draw: The variation.
  ///   - size: Side of the result in pixels.
  ///   - filter: Of the one resampling.
  ///   - fill: What lies beside a picture that is moved.
  /// - Returns: `size` × `size` pixels.
  package func varied(
    _ draw: Augmentation.Draw, size: Int, filter: Filter, fill: (UInt8, UInt8, UInt8)
  ) -> Picture {
    var picture = resized(width: size, height: size, box: draw.box, filter: filter)
    if draw.offset != (0, 0) { picture = picture.moved(by: draw.offset, fill: fill) }
    if draw.isMirrored { picture = picture.mirrored() }
    return draw.jitter.applied(to: picture)
  }

  /// The picture with its left and right exchanged.
  func mirrored() -> Picture {
    var result = pixels
    result.withUnsafeMutableBufferPointer { to in
      pixels.withUnsafeBufferPointer { from in
        for row in 0..<height {
          let start = row * width * 3
          for column in 0..<width {
            let (source, target) = (start + 3 * column, start + 3 * (width - 1 - column))
            for c in 0..<3 { to[target + c] = from[source + c] }
          }
        }
      }
    }
    return Picture(width: width, height: height, pixels: result)
  }

  /// The picture moved within its frame, what it leaves free filled with a colour.
  func moved(by offset: (x: Int, y: Int), fill: (UInt8, UInt8, UInt8)) -> Picture {
    var result = Picture(width: width, height: height, color: fill).pixels
    let columns = max(0, offset.x)..<min(width, width + offset.x)
    guard !columns.isEmpty else { return Picture(width: width, height: height, pixels: result) }
    for row in max(0, offset.y)..<max(max(0, offset.y), min(height, height + offset.y)) {
      let from = ((row - offset.y) * width + columns.lowerBound - offset.x) * 3
      let to = (row * width + columns.lowerBound) * 3
      result.replaceSubrange(
        to..<to + 3 * columns.count, with: pixels[from..<from + 3 * columns.count])
    }
    return Picture(width: width, height: height, pixels: result)
  }
}
