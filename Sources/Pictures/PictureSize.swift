import SystemPackage

extension Picture {
  /// Width and height that a JPEG or PNG file declares, as its pixels lie; EXIF's turning is not followed.
  ///
  /// The file's beginning is read, and the rest only where the header is longer.
  ///
  /// - Throws: `PictureError` for a file that cannot be read, or whose header is none.
  public static func size(of path: FilePath) throws(PictureError) -> (width: Int, height: Int) {
    let file = try readableFile(path)
    let usual = 1 << 16
    let beginning = try file.head(usual)
    do throws(DecodingFault) {
      return try declaredSize(beginning)
    } catch {
      guard file.byteCount > usual else {
        throw PictureError(path: path.text, reason: error.reason)
      }
    }
    let bytes = try encoded(in: path, limits: DecodingLimits())
    do throws(DecodingFault) {
      return try declaredSize(bytes)
    } catch {
      throw PictureError(path: path.text, reason: error.reason)
    }
  }

  private static func declaredSize(
    _ bytes: [UInt8]
  ) throws(DecodingFault) -> (width: Int, height: Int) {
    let format = try EncodedFormat(of: bytes)
    return try bytes.withUnsafeBufferPointer { bytes throws(DecodingFault) in
      switch format {
      case .jpeg:
        let header = try JPEG.header(bytes)
        return (Int(header.width), Int(header.height))
      case .png:
        let header = try PNG.header(bytes)
        return (Int(header.width), Int(header.height))
      }
    }
  }
}
