import Files
import Foundation
import GRDB
import SystemPackage

/// A path in a database: a text where it is UTF-8, and otherwise its bytes, so that none is lost.
extension FilePath: @retroactive DatabaseValueConvertible {
  /// A text, or bytes.
  public var databaseValue: DatabaseValue {
    String(validating: self)?.databaseValue ?? Data(bytes).databaseValue
  }

  /// The path of a text or of bytes without a zero.
  public static func fromDatabaseValue(_ value: DatabaseValue) -> FilePath? {
    switch value.storage {
    case .string(let text): FilePath(bytes: text.utf8)
    case .blob(let bytes): FilePath(bytes: bytes)
    default: nil
    }
  }
}
