import Analysis
import Foundation
import Networks
import Recording
import Wording

extension OutcomeStore {
  /// A document under a key; nil if there is none.
  ///
  /// - Throws: `RecordingError` if it cannot be read.
  func decoded<Value: Decodable>(_ key: String) throws -> Value? {
    try outcome(key).map { try decoded($0, key) }
  }

  /// An outcome's document.
  ///
  /// - Throws: `RecordingError` naming the row, and for a format of a later version.
  func decoded<Value: Decodable>(_ outcome: Outcome, _ key: String) throws -> Value {
    let data = Data(outcome.content.utf8)
    if let versioned = Value.self as? any VersionedDocument.Type, !versioned.canRead(data) {
      throw RecordingError.newer(folder: folder)
    }
    let value: Value
    do {
      value = try JSONDecoder().decode(Value.self, from: data)
    } catch {
      throw damaged(key, "content \(jsonProblem(error))")
    }
    if let problem = (value as? any CheckedOutcome)?.problem {
      throw damaged(key, "content: \(problem)")
    }
    return value
  }

  /// An error in a row.
  func damaged(_ key: String, _ problem: String) -> RecordingError {
    .damaged(
      folder: folder, file: Self.fileName,
      reason: "table outcome, row '\(abbreviated(key))': \(problem)")
  }
}
