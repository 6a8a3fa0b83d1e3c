import CCairo
import Wording

/// One weight of a typeface.
final class FontFace {
  let face: OpaquePointer
  /// The font at `measuringSize`, unhinted, so that widths are proportional to the size.
  private let measuring: OpaquePointer
  /// What fontconfig found; it owns `characters`.
  private let match: OpaquePointer
  /// The characters that the font has.
  private let characters: OpaquePointer
  private static let measuringSize = 100.0

  init(family: String, isBold: Bool) throws(FigureError) {
    match = try Self.find(family, isBold: isBold)
    let unreadable = FigureError(
      "the font '\(family)' cannot be read; reinstall fonts-dejavu-core")
    var characters: OpaquePointer?
    guard FcPatternGetCharSet(match, FC_CHARSET, 0, &characters) == FcResultMatch,
      let characters, let face = cairo_ft_font_face_create_for_pattern(match)
    else {
      FcPatternDestroy(match)
      throw unreadable
    }
    self.characters = characters
    self.face = face
    var size = cairo_matrix_t()
    cairo_matrix_init_scale(&size, Self.measuringSize, Self.measuringSize)
    var identity = cairo_matrix_t()
    cairo_matrix_init_identity(&identity)
    let options = Self.options()
    defer { cairo_font_options_destroy(options) }
    measuring = cairo_scaled_font_create(face, &size, &identity, options)
    guard cairo_scaled_font_status(measuring) == CAIRO_STATUS_SUCCESS else { throw unreadable }
  }

  deinit {
    cairo_scaled_font_destroy(measuring)
    cairo_font_face_destroy(face)
    FcPatternDestroy(match)
  }

  /// Asks fontconfig for a font of exactly this family.
  private static func find(_ family: String, isBold: Bool) throws(FigureError) -> OpaquePointer {
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
    // fontconfig always offers its nearest font: ask what it found.
    var found: UnsafeMutablePointer<FcChar8>?
    guard FcPatternGetString(match, FC_FAMILY, 0, &found) == FcResultMatch, let found,
      String(cString: found) == family
    else {
      FcPatternDestroy(match)
      throw missing
    }
    return match
  }

  /// Unhinted, so that text has the same measures at every resolution and in every format.
  static func options() -> OpaquePointer? {
    let options = cairo_font_options_create()
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    return options
  }

  /// The text with what cannot be seen spelt out, and "�" for every character that the font lacks,
  /// for which an empty box would be drawn: a file's or a class's name may hold either.
  func printable(_ string: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in visible(string).unicodeScalars {
      result.append(FcCharSetHasChar(characters, scalar.value) != 0 ? scalar : "\u{FFFD}")
    }
    return String(result)
  }

  /// Length of a line of text in ems.
  func advance(of string: String) -> Double {
    var extents = cairo_text_extents_t()
    cairo_scaled_font_text_extents(measuring, printable(string), &extents)
    return extents.x_advance / Self.measuringSize
  }
}
