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
    try look(at: file)
    return try file.contents(atMost: limits.maximumFileSize)
  }

  /// A file that may hold a picture, to be read in pieces: one that is larger than 64 MB only if `encoded`
  /// would read it.
  ///
  /// - Throws: `PictureError` as `encoded(in:limits:)`.
  package static func file(
    _ path: FilePath, limits: DecodingLimits
  ) throws(PictureError) -> ReadableFile<PictureError> {
    let file = try readableFile(path)
    guard file.byteCount > 64_000_000 else { return file }
    try look(at: file)
    try file.check(atMost: limits.maximumFileSize)
    return file
  }

  private static func look(at file: ReadableFile<PictureError>) throws(PictureError) {
    let head = try file.head(16)
    do throws(DecodingFault) {
      _ = try EncodedFormat(of: head)
    } catch {
      throw PictureError(path: file.path, reason: error.reason)
    }
  }
}

func readableFile(_ path: FilePath) throws(PictureError) -> ReadableFile<PictureError> {
  try ReadableFile(path: path) { problem in
    let reason = problem == .folder ? "is a folder, not a picture" : "\(problem)"
    return PictureError(path: path.text, reason: reason)
  }
}
