import Files
import Foundation
import SystemPackage

extension Picture {
  /// Reads a JPEG or PNG file and turns it upright as its EXIF orientation says.
  ///
  /// The format is told from the content, whatever the name says. Nothing is allocated beyond the
  /// file's own bytes and the pixels that its header declares, and those only within `limits`.
  ///
  /// - Throws: `PictureError`, in one line that names the file: missing, unreadable, a folder, empty,
  ///   neither JPEG nor PNG, truncated, damaged, or larger than `limits` allow.
  public init(
    contentsOf file: FilePath, limits: DecodingLimits = DecodingLimits()
  ) throws(PictureError) {
    try self.init(decoding: fileContents(file), named: file.text, limits: limits)
  }

  /// Reads the file of that name, as `init(contentsOf:limits:)` does.
  public init(
    contentsOfFile path: String, limits: DecodingLimits = DecodingLimits()
  ) throws(PictureError) {
    try self.init(contentsOf: FilePath(path), limits: limits)
  }

  /// Decodes the bytes of a JPEG or PNG file; `name` stands for the file in errors.
  ///
  /// - Throws: `PictureError` as `init(contentsOf:limits:)`.
  public init(
    decoding bytes: [UInt8], named name: String = "picture",
    limits: DecodingLimits = DecodingLimits()
  ) throws(PictureError) {
    do throws(DecodingFault) {
      self = try bytes.withUnsafeBufferPointer { bytes throws(DecodingFault) in
        try decode(bytes, limits: limits)
      }
    } catch {
      throw PictureError(path: name, reason: error.reason)
    }
  }
}

private func decode(
  _ bytes: UnsafeBufferPointer<UInt8>, limits: DecodingLimits
) throws(DecodingFault) -> Picture {
  if bytes.isEmpty { throw DecodingFault("the file is empty") }
  if PNG.isSignature(bytes) {
    let picture = try PNG.decode(bytes, limits: limits)
    guard let exif = PNG.exif(bytes) else { return picture }
    return Orientation(exif: exif).applied(to: picture)
  }
  if JPEG.isSignature(bytes) {
    let picture = try JPEG.decode(bytes, limits: limits)
    return JPEG.orientation(bytes).applied(to: picture)
  }
  throw DecodingFault("neither a JPEG nor a PNG file")
}

extension JPEG {
  /// The orientation in the first EXIF segment.
  fileprivate static func orientation(_ bytes: UnsafeBufferPointer<UInt8>) -> Orientation {
    let mark = Array("Exif\0\0".utf8)
    for segment in segments(bytes) where segment.marker == 0xE1 {
      let body = bytes[segment.body]
      if body.starts(with: mark) {
        return Orientation(exif: UnsafeBufferPointer(rebasing: body.dropFirst(mark.count)))
      }
    }
    return .upright
  }
}
