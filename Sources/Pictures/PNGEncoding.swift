import CPNG
import Files

extension Picture {
  /// The picture as a PNG of 8 bits a channel.
  public func pngData() throws(PictureError) -> [UInt8] { try pngData(naming: "PNG") }

  /// Writes the picture as a PNG, in place of a file of that name.
  ///
  /// - Throws: `PictureError` if the file cannot be written.
  public func writePNG(toFile path: String) throws(PictureError) {
    let bytes = try pngData(naming: path)
    var file = try AtomicFile(path: path) { PictureError(path: path, reason: $0.words) }
    try file.write(bytes)
    try file.commit()
  }

  private func pngData(naming path: String) throws(PictureError) -> [UInt8] {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    image.width = png_uint_32(width)
    image.height = png_uint_32(height)
    image.format = hasAlpha ? sk_png_format_rgba : sk_png_format_rgb
    // To ask for the exact size would encode the picture once more.
    var size = png_alloc_size_t(sk_png_largest_size(image))
    var bytes = [UInt8](repeating: 0, count: Int(size))
    guard png_image_write_to_memory(&image, &bytes, &size, 0, pixels, 0, nil) != 0 else {
      let text = withUnsafeBytes(of: image.message) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw PictureError(path: path, reason: "cannot be encoded as PNG: \(text)")
    }
    return Array(bytes.prefix(Int(size)))
  }
}
