import Files
import SystemPackage

/// Most bytes of a file that is read whole; the largest that has reason to be, CIFAR-100's, holds 154 MB.
package let usualLimit = 256_000_000

/// Reads a whole regular file of no more than `limit` bytes; of a larger one, none is read.
///
/// - Throws: `PictureError` for what is missing, unreadable, too large or no file; a named pipe is
///   refused rather than waited for.
package func fileContents(
  _ file: FilePath, atMost limit: Int = usualLimit
) throws(PictureError) -> [UInt8] {
  try readableFile(file).contents(atMost: limit)
}

/// Reads a whole regular file whose path is text.
///
/// - Throws: `PictureError` as `fileContents(_:atMost:)` of a path.
package func fileContents(
  _ path: String, atMost limit: Int = usualLimit
) throws(PictureError) -> [UInt8] {
  try fileContents(FilePath(path), atMost: limit)
}

extension Picture {
  /// The bytes of a picture's file, looked at before they are read.
  ///
  /// - Throws: `PictureError` as `fileContents(_:atMost:)`, and for a file that begins as neither a
  ///   JPEG nor a PNG does.
  package static func encoded(
    in path: FilePath, limits: DecodingLimits
  ) throws(PictureError) -> [UInt8] {
    let file = try readableFile(path)
    let head = try file.head(16)
    do throws(DecodingFault) {
      _ = try EncodedFormat(of: head)
    } catch {
      throw PictureError(path: path.text, reason: error.reason)
    }
    return try file.contents(atMost: limits.maximumFileSize)
  }
}

func readableFile(_ path: FilePath) throws(PictureError) -> ReadableFile<PictureError> {
  try ReadableFile(path: path) { problem in
    let reason = problem == .folder ? "is a folder, not a picture" : "\(problem)"
    return PictureError(path: path.text, reason: reason)
  }
}
