import Files

/// A kind of file that a figure can be written to.
public enum FigureFormat: String, CaseIterable, Sendable {
  /// Pixels, 200 to the inch.
  case png
  /// Vectors with embedded fonts; text can be selected.
  case pdf
  /// Vectors, text as outlines, so that it needs no font where it is shown.
  case svg
}

/// A figure: values that know how to lay themselves out on a page.
public protocol Figure: Sendable {
  /// File name without extension, such as `figure-4`.
  var name: String { get }
  /// Lays the figure out, its text being measured with `fonts`.
  func drawing(with fonts: Fonts) -> Drawing
}

/// A figure that is laid out and ready to be drawn.
public struct Drawing {
  /// Width of the page in points.
  public let width: Double
  /// Height of the page in points.
  public let height: Double
  package let draw: (any Canvas) -> Void

  package init(width: Double, height: Double, draw: @escaping (any Canvas) -> Void) {
    self.width = width.rounded(.up)
    self.height = height.rounded(.up)
    self.draw = draw
  }
}

extension Figure {
  /// Draws the figure into the bytes of a file.
  ///
  /// The same figure gives the same bytes every time.
  /// - Throws: `FigureError` if the font is not installed or Cairo fails.
  public func data(format: FigureFormat) throws(FigureError) -> [UInt8] {
    let fonts = try Fonts()
    let drawing = drawing(with: fonts)
    let canvas = try CairoCanvas(
      width: drawing.width, height: drawing.height, format: format, fonts: fonts)
    drawing.draw(canvas)
    return try canvas.finish()
  }

  /// Draws the figure into a file, which appears whole or not at all.
  ///
  /// - Throws: `FigureError` naming the file.
  public func write(toFile path: String, format: FigureFormat) throws(FigureError) {
    let bytes: [UInt8]
    do {
      bytes = try data(format: format)
    } catch {
      throw FigureError("\(path): \(error)")
    }
    var file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
  }
}
