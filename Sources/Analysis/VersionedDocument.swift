import Foundation

/// A JSON document whose readers refuse a higher version of its format.
package protocol VersionedDocument: Codable {
  /// The highest format version that this code reads.
  static var currentFormatVersion: Int { get }
}

/// The version that a document says it has.
private struct FormatVersion: Decodable { var formatVersion: Int }

extension VersionedDocument {
  /// Whether a document is of no higher version; also of what is none, which then does not decode.
  package static func canRead(_ data: Data) -> Bool {
    guard let found = try? JSONDecoder().decode(FormatVersion.self, from: data) else { return true }
    return found.formatVersion <= currentFormatVersion
  }
}
