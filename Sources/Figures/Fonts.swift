import CCairo

/// The typeface of the figures and its measures.
///
/// It is looked up by name through fontconfig, and only that very family will do: a substitute
/// would change every layout, and none at all would print empty boxes.
public final class Fonts {
  /// The family that every figure is set in.
  public static let family = "DejaVu Sans"

  let regular: FontFace
  let bold: FontFace

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

  /// Width of a line of text in points.
  package func width(of string: String, size: Double, isBold: Bool = false) -> Double {
    (isBold ? bold : regular).advance(of: string) * size
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

/// One weight of a typeface.
final class FontFace {
  let face: OpaquePointer
  /// The font at `measuringSize`, unhinted, so that widths are proportional to the size.
  private let measuring: OpaquePointer
  private static let measuringSize = 100.0

  init(family: String, isBold: Bool) throws(FigureError) {
    let missing = FigureError(
      "the font '\(family)' is not installed; install fonts-dejavu-core")
    guard let pattern = FcPatternCreate() else { throw missing }
    defer { FcPatternDestroy(pattern) }
    FcPatternAddString(pattern, FC_FAMILY, family)
    FcPatternAddInteger(pattern, FC_WEIGHT, isBold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR)
    FcPatternAddInteger(pattern, FC_SLANT, FC_SLANT_ROMAN)
    FcConfigSubstitute(nil, pattern, FcMatchPattern)
    FcDefaultSubstitute(pattern)
    var result = FcResultMatch
    guard let match = FcFontMatch(nil, pattern, &result) else { throw missing }
    defer { FcPatternDestroy(match) }
    // fontconfig always offers its nearest font: ask what it found.
    var found: UnsafeMutablePointer<FcChar8>?
    guard FcPatternGetString(match, FC_FAMILY, 0, &found) == FcResultMatch, let found,
      String(cString: found) == family,
      let face = cairo_ft_font_face_create_for_pattern(match)
    else { throw missing }
    self.face = face
    var size = cairo_matrix_t()
    cairo_matrix_init_scale(&size, Self.measuringSize, Self.measuringSize)
    var identity = cairo_matrix_t()
    cairo_matrix_init_identity(&identity)
    let options = Self.options()
    defer { cairo_font_options_destroy(options) }
    measuring = cairo_scaled_font_create(face, &size, &identity, options)
    guard cairo_scaled_font_status(measuring) == CAIRO_STATUS_SUCCESS else {
      throw FigureError("the font '\(family)' cannot be read; reinstall fonts-dejavu-core")
    }
  }

  deinit {
    cairo_scaled_font_destroy(measuring)
    cairo_font_face_destroy(face)
  }

  /// Unhinted, so that text has the same measures at every resolution and in every format.
  static func options() -> OpaquePointer? {
    let options = cairo_font_options_create()
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    return options
  }

  /// Length of a line of text in ems.
  func advance(of string: String) -> Double {
    var extents = cairo_text_extents_t()
    cairo_scaled_font_text_extents(measuring, string, &extents)
    return extents.x_advance / Self.measuringSize
  }
}
