import Foundation
import Wording

/// JSON as it is printed: sorted keys, slashes as they are.
package enum JSONText {
  /// On one line: equal values have equal texts.
  package static func line(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// One value a line, for a terminal too: what cannot be seen is escaped.
  package static func of(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return visibleJSON(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}
