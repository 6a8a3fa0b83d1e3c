import Files
import SystemPackage

extension Picture {
  /// Reads a JPEG or PNG file and turns it upright as its metadata say.
  ///
  /// The format is told from the content, whatever the name says. Nothing is allocated beyond the
  /// file's own bytes and what decoding the picture that its header declares takes, and that only within
  /// `limits`. The orientation is EXIF's, or XMP's where EXIF says nothing.
  ///
  /// - Throws: `PictureError`, in one line that names the file: missing, unreadable, a folder, empty,
  ///   neither JPEG nor PNG, truncated, damaged, or larger than `limits` allow.
  public init(
    contentsOf file: FilePath, limits: DecodingLimits = DecodingLimits()
  ) throws(PictureError) {
    try self.init(
      decoding: Picture.encoded(in: file, limits: limits), named: file.text, limits: limits)
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
      let format = try EncodedFormat(of: bytes)
      let (picture, metadata) = try bytes.withUnsafeBufferPointer { bytes throws(DecodingFault) in
        switch format {
        case .jpeg: (try JPEG.decode(bytes, limits: limits), JPEG.metadata(bytes))
        case .png: try PNG.decode(bytes, limits: limits)
        }
      }
      self = Orientation(metadata).applied(to: picture)
    } catch {
      throw PictureError(path: name, reason: error.reason)
    }
  }
}

/// What a file's first bytes say that it is.
enum EncodedFormat {
  case jpeg
  case png

  /// Looks at a file's first bytes, 8 at least if it has as many.
  ///
  /// - Throws: `DecodingFault` for any other format.
  init(of head: [UInt8]) throws(DecodingFault) {
    if head.isEmpty { throw DecodingFault("the file is empty") }
    if head.starts(with: PNG.signature) {
      self = .png
    } else if head.starts(with: JPEG.signature) {
      self = .jpeg
    } else {
      throw DecodingFault("neither a JPEG nor a PNG file")
    }
  }
}
