import Pictures

/// A part of a photograph drawn larger or smaller about its own centre, with a soft edge.
///
/// The patch holds the part's box and `margin` around it, so that a hole of that size is covered at
/// scales of 1 and more. Beyond that it fades out over `softness` pixels of the stimulus, still showing
/// what surrounds the part in the photograph at the patch's scale.
struct Patch {
  /// Pixels of the stimulus in which it is drawn at all.
  private let touched: PixelRectangle
  /// Where it hides what lies under it, in pixels of the stimulus.
  private let solid: Box
  private let softness: Double
  private let layer: ScaledLayer

  /// Takes a part of a photograph; one resampling from its own pixels; nil outside of the view.
  ///
  /// - Parameters:
  ///   - photograph: What the patch shows.
  ///   - part: The part, in source pixels.
  ///   - scale: Magnification of what the patch shows.
  ///   - window: Enlargement of the patch itself; nil for the same.
  ///   - isTurned: Whether it shows the photograph's mirror image, left and right exchanged.
  ///   - view: Where it is drawn.
  init?(
    of photograph: Photograph, part: Box, scale: Double, window: Double? = nil,
    isTurned: Bool = false, view: View
  ) {
    let hole = Self.hole(of: part, photograph, view: view)
    let center = view.toStimulus(part)
    softness = Self.softness(size: view.size)
    solid = hole.scaled(by: window ?? scale, aboutCenterOf: center)
    touched = PixelRectangle(touching: solid.grown(by: softness), size: view.size)
    guard
      let layer = isTurned
        ? ScaledLayer(
          turning: photograph, scale: scale, aboutCenterOf: part, within: touched, view: view)
        : ScaledLayer(
          of: photograph, scale: scale, aboutCenterOf: part, within: touched, view: view)
    else { return nil }
    self.layer = layer
  }

  /// The same patch, its detail reduced by a factor.
  func blurred(by factor: Double, filter: Picture.Filter) -> Patch {
    Patch(
      touched: touched, solid: solid, softness: softness,
      layer: layer.blurred(by: factor, filter: filter))
  }

  private init(touched: PixelRectangle, solid: Box, softness: Double, layer: ScaledLayer) {
    self.touched = touched
    self.solid = solid
    self.softness = softness
    self.layer = layer
  }

  /// Lays the patch over a picture of the view.
  func drawn(over picture: Picture) -> Picture {
    var result = picture.pixels
    let levels = layer.picture.pixels
    let hasAlpha = layer.picture.hasAlpha
    for row in touched.rows {
      for column in touched.columns {
        let share = opacity(column: column, row: row)
        guard share > 0 else { continue }
        let from = layer.index(column: column, row: row)
        let to = 3 * (row * picture.width + column)
        let cover = hasAlpha ? Double(levels[from + 3]) / 255 : 1
        for c in 0..<3 {
          let under = Double(result[to + c])
          let level = under + share * (Double(levels[from + c]) - cover * under)
          result[to + c] = UInt8(min(level.rounded(), 255))
        }
      }
    }
    return Picture(width: picture.width, height: picture.height, pixels: result)
  }

  /// 1 within the solid part, falling to 0 like a raised cosine with the distance from it.
  private func opacity(column: Int, row: Int) -> Double {
    let x = Double(column) + 0.5
    let y = Double(row) + 0.5
    let dx = max(solid.left - x, x - solid.right, 0)
    let dy = max(solid.top - y, y - solid.bottom, 0)
    let t = min((dx * dx + dy * dy).squareRoot() / softness, 1)
    return 1 - t * t * (3 - 2 * t)
  }
}

extension Patch {
  /// Width of the soft edge: a 32nd of the stimulus's side, at least one pixel.
  static func softness(size: Int) -> Double { max(1, Double(size) / 32) }

  /// Pixels of the view that show anything of a part at scale 1, not clipped to the view.
  ///
  /// The part's box and its margin, rounded outwards.
  static func hole(of part: Box, _ photograph: Photograph, view: View) -> Box {
    let margin = margin(photograph, view: view)
    let box = view.toStimulus(part.grown(by: margin))
    return Box(
      left: box.left.rounded(.down), top: box.top.rounded(.down),
      right: box.right.rounded(.up), bottom: box.bottom.rounded(.up))
  }

  /// How far around a part the resampling filter carries it, in source pixels.
  static func margin(_ photograph: Photograph, view: View) -> Double {
    Double(photograph.filter.reach) * max(1, 1 / view.magnification)
  }
}
