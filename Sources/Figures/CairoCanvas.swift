import CCairo

/// A canvas that draws through Cairo into bytes of one format.
final class CairoCanvas: Canvas {
  /// Resolution of PNG files in pixels an inch, less where Cairo's largest side would not do.
  private static let dotsPerInch = 200.0
  private static let largestSide = 32_000.0

  private let surface: OpaquePointer
  private let context: OpaquePointer
  private let fonts: Fonts
  private let format: FigureFormat
  private let sink = ByteSink()

  /// Opens a white page of `width` × `height` points.
  init(width: Double, height: Double, format: FigureFormat, fonts: Fonts) throws(FigureError) {
    self.fonts = fonts
    self.format = format
    let target = Unmanaged.passUnretained(sink).toOpaque()
    let surface: OpaquePointer?
    let zoom = min(Self.dotsPerInch / 72, Self.largestSide / max(width, height))
    switch format {
    case .png:
      surface = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, Int32((width * zoom).rounded(.up)), Int32((height * zoom).rounded(.up)))
    case .pdf:
      surface = cairo_pdf_surface_create_for_stream(collect, target, width, height)
    case .svg:
      surface = cairo_svg_surface_create_for_stream(collect, target, width, height)
    }
    guard let surface, let context = cairo_create(surface) else {
      throw FigureError("Cairo cannot make a page of \(width) × \(height) points")
    }
    self.surface = surface
    self.context = context
    if format == .png { cairo_scale(context, zoom, zoom) }
    if format == .pdf {
      // Cairo would write the time of day, and no two files would be the same.
      cairo_pdf_surface_set_metadata(
        surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z")
    }
    let options = FontFace.options()
    cairo_set_font_options(context, options)
    cairo_font_options_destroy(options)
    cairo_set_line_join(context, CAIRO_LINE_JOIN_MITER)
    set(Palette.paper)
    cairo_paint(context)
  }

  deinit {
    cairo_destroy(context)
    // Vector surfaces write on destruction; `sink` must be there still.
    cairo_surface_finish(surface)
    cairo_surface_destroy(surface)
  }

  /// Closes the page and returns the file's bytes.
  func finish() throws(FigureError) -> [UInt8] {
    try check(cairo_status(context))
    if format == .png {
      let target = Unmanaged.passUnretained(sink).toOpaque()
      try check(cairo_surface_write_to_png_stream(surface, collect, target))
    }
    cairo_surface_finish(surface)
    try check(cairo_surface_status(surface))
    return format == .svg ? renumbered(sink.bytes) : sink.bytes
  }

  /// The one place where Cairo's status is looked at; it keeps its first error until then.
  private func check(_ status: cairo_status_t) throws(FigureError) {
    guard status != CAIRO_STATUS_SUCCESS else { return }
    let reason = cairo_status_to_string(status).map { String(cString: $0) } ?? "unknown error"
    throw FigureError("Cairo cannot draw the figure: \(reason)")
  }

  func stroke(_ points: [Point], _ stroke: Stroke) {
    guard trace(points) else { return }
    set(stroke.color)
    cairo_set_line_width(context, stroke.width)
    cairo_stroke(context)
  }

  func fill(_ points: [Point], _ color: Color) {
    guard trace(points) else { return }
    cairo_close_path(context)
    set(color)
    cairo_fill(context)
  }

  func write(_ text: Text) {
    let length = fonts.width(of: text.string, size: text.size, isBold: text.isBold)
    let along: Double =
      switch text.alignment {
      case .start: 0
      case .middle: -length / 2
      case .end: -length
      }
    cairo_save(context)
    cairo_translate(context, text.at.x, text.at.y)
    if text.isVertical { cairo_rotate(context, -.pi / 2) }
    cairo_set_font_face(context, fonts.face(text.isBold).face)
    cairo_set_font_size(context, text.size)
    set(text.color)
    cairo_move_to(context, along, Fonts.baseline(of: text))
    cairo_show_text(context, fonts.face(text.isBold).printable(text.string))
    cairo_restore(context)
  }

  func draw(_ picture: StimulusImage, in frame: Rect) {
    guard picture.isWhole,
      let image = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, Int32(picture.width), Int32(picture.height))
    else { return }
    defer { cairo_surface_destroy(image) }
    guard let pixels = cairo_image_surface_get_data(image) else { return }
    cairo_surface_flush(image)
    let bytesPerRow = Int(cairo_image_surface_get_stride(image))
    for y in 0..<picture.height {
      let row = UnsafeMutableRawPointer(pixels + y * bytesPerRow)
      for x in 0..<picture.width {
        let source = 3 * (y * picture.width + x)
        let pixel =
          UInt32(picture.rgb[source]) << 16 | UInt32(picture.rgb[source + 1]) << 8
          | UInt32(picture.rgb[source + 2])
        row.storeBytes(of: pixel, toByteOffset: 4 * x, as: UInt32.self)
      }
    }
    cairo_surface_mark_dirty(image)
    cairo_save(context)
    cairo_translate(context, frame.x, frame.y)
    cairo_scale(
      context, frame.width / Double(picture.width), frame.height / Double(picture.height))
    cairo_set_source_surface(context, image, 0, 0)
    cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_GOOD)
    cairo_pattern_set_extend(cairo_get_source(context), CAIRO_EXTEND_PAD)
    cairo_rectangle(context, 0, 0, Double(picture.width), Double(picture.height))
    cairo_fill(context)
    cairo_restore(context)
  }

  func clip(to frame: Rect, _ body: () -> Void) {
    cairo_save(context)
    cairo_rectangle(context, frame.x, frame.y, frame.width, frame.height)
    cairo_clip(context)
    body()
    cairo_restore(context)
  }

  private func set(_ color: Color) {
    cairo_set_source_rgba(context, color.red, color.green, color.blue, color.alpha)
  }

  /// Makes the path; returns false if there is nothing to draw.
  private func trace(_ points: [Point]) -> Bool {
    guard let first = points.first, points.count > 1 else { return false }
    cairo_new_path(context)
    cairo_move_to(context, first.x, first.y)
    for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
    if points.last == first { cairo_close_path(context) }
    return true
  }
}

/// The SVG document with its pictures numbered from 1.
///
/// Cairo names a picture by a count over the whole process, and no two documents would be the same.
private func renumbered(_ document: [UInt8]) -> [UInt8] {
  var names: [Substring: Int] = [:]
  let text = String(decoding: document, as: UTF8.self)
    .replacing(#/"(#?)(image|surface|source-)([0-9]+)"/#) { match in
      let number = names[match.3] ?? names.count + 1
      names[match.3] = number
      return "\"\(match.1)\(match.2)\(number)\""
    }
  return Array(text.utf8)
}

/// The bytes that Cairo has written.
private final class ByteSink {
  var bytes: [UInt8] = []
}

/// Cairo's way of handing over bytes.
private let collect: cairo_write_func_t = { target, data, count in
  guard let target, let data else { return CAIRO_STATUS_WRITE_ERROR }
  Unmanaged<ByteSink>.fromOpaque(target).takeUnretainedValue().bytes
    .append(contentsOf: UnsafeBufferPointer(start: data, count: Int(count)))
  return CAIRO_STATUS_SUCCESS
}
