import Checkpoints
import Files
import Pictures
import SystemPackage

/// A photograph as a request lists it.
struct ListedPhotograph: Sendable {
  /// Where it lies.
  var path: FilePath
  /// SHA-256 of its file when it was listed, empty if that could not be read; nil if nobody records it.
  var sha256: String?
  /// The target's box in its pixels.
  var target: Box?
  /// Its class in the network's output, where known.
  var classIndex: Int?

  /// Its pixels, of the bytes that were listed.
  ///
  /// - Throws: `PictureError` if it cannot be read, or is another picture than it was.
  func picture(limits: DecodingLimits) throws(PictureError) -> Picture {
    let bytes = try Picture.encoded(in: path, limits: limits)
    if let sha256, SHA256.hexDigest(of: bytes) != sha256 {
      throw PictureError(
        path: path.text,
        reason: sha256.isEmpty
          ? "could not be read when the photographs were listed"
          : "was replaced since the photographs were listed")
    }
    return try Picture(decoding: bytes, named: path.text, limits: limits)
  }
}
