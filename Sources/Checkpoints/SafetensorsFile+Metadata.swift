import Foundation
import Networks
import Wording

extension SafetensorsFile {
  /// Longest text that is taken for JSON.
  static let longestText = 1 << 24

  /// Decodes a JSON text of the metadata, refusing keys that mean nothing here: they may describe a
  /// network that this version does not know.
  func decoded<Value: Codable>(
    _ type: Value.Type, key: String
  ) throws(CheckpointError) -> Value {
    let place = "metadata '\(key)'"
    guard let text = metadata[key] else {
      throw CheckpointError(
        file: path, place: place, problem: "is missing",
        advice: "this reader needs a file in this project's own layout")
    }
    guard text.utf8.count <= SafetensorsFile.longestText else {
      throw CheckpointError(
        file: path, place: place, problem: "is longer than \(SafetensorsFile.longestText) bytes")
    }
    let value: Value
    let unknown: String?
    do {
      value = try JSONDecoder().decode(type, from: Data(text.utf8))
      let known = try JSONSerialization.jsonObject(with: JSONEncoder().encode(value))
      unknown = unknownKey(
        in: try JSONSerialization.jsonObject(with: Data(text.utf8)), known: known)
    } catch {
      throw CheckpointError(file: path, place: place, problem: jsonProblem(error))
    }
    if let unknown {
      throw CheckpointError(
        file: path, place: place, problem: "'\(abbreviated(unknown))' is unknown",
        advice: "the file may be of a later version")
    }
    return value
  }

  /// The first key of some JSON that the same value, written by us, does not have.
  private func unknownKey(in found: Any, known: Any) -> String? {
    if let found = found as? [Any], let known = known as? [Any] {
      return zip(found, known).lazy.compactMap { unknownKey(in: $0, known: $1) }.first
    }
    guard let found = found as? [String: Any], let known = known as? [String: Any] else {
      return nil
    }
    return found.sorted { $0.key < $1.key }.lazy.compactMap { key, value in
      // A null is as good as an absent key.
      if value is NSNull { return nil }
      guard let own = known[key] else { return key }
      return unknownKey(in: value, known: own).map { key + "." + $0 }
    }.first
  }
}
