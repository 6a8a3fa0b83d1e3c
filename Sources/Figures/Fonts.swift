import CCairo

/// The typeface of the figures and its measures.
///
/// It is looked up by name through fontconfig, and only that very family will do: a substitute
/// would change every layout, and none at all would print empty boxes.
public final class Fonts {
  /// The family that every figure is set in.
  public static let family = "DejaVu Sans"

  private let regular: FontFace
  private let bold: FontFace

  /// Finds the typeface.
  ///
  /// - Throws: `FigureError` if it is not installed.
  public convenience init() throws(FigureError) {
    try self.init(family: Self.family)
  }

  package init(family: String) throws(FigureError) {
    regular = try FontFace(family: family, isBold: false)
    bold = try FontFace(family: family, isBold: true)
  }

  func face(_ isBold: Bool) -> FontFace { isBold ? bold : regular }

  /// Width of a line of text in points.
  package func width(of string: String, size: Double, isBold: Bool = false) -> Double {
    face(isBold).advance(of: string) * size
  }

  /// The rectangle that a line of text takes up, from its ascenders to its descenders.
  package func box(of text: Text) -> Rect {
    let length = width(of: text.string, size: text.size, isBold: text.isBold)
    let along: Double =
      switch text.alignment {
      case .start: 0
      case .middle: -length / 2
      case .end: -length
      }
    let top = Self.baseline(of: text) - Self.ascent * text.size
    let height = (Self.ascent + Self.descent) * text.size
    if text.isVertical {
      return Rect(
        x: text.at.x + top, y: text.at.y - along - length, width: height, height: length)
    }
    return Rect(x: text.at.x + along, y: text.at.y + top, width: length, height: height)
  }

  /// How far below its anchor the baseline of a text lies, in points.
  static func baseline(of text: Text) -> Double {
    switch text.rise {
    case .top: ascent * text.size
    case .middle: capitalHeight / 2 * text.size
    case .baseline: 0
    case .bottom: -descent * text.size
    }
  }

  // DejaVu Sans in ems: heights of ascenders and capitals, depth of descenders.
  static let ascent = 0.76
  static let descent = 0.24
  static let capitalHeight = 0.729
}
