import Files
import Foundation
import SystemPackage

extension RunStore {
  /// What keeps a request from going on with this run, a phrase each; empty if nothing does.
  ///
  /// - Parameters:
  ///   - description: The request's.
  ///   - images: The request's photographs in their order.
  ///   - presented: The run's specification, where the request may have it reported otherwise.
  /// - Returns: Phrases for one line.
  /// - Throws: `RecordingError` if the store cannot be read.
  public func differences(
    from description: RunDescription, images: [RecordedImage], presented: String? = nil
  ) throws -> [String] {
    let recorded = try self.description()
    var differences: [String] = []
    if recorded.modelSHA256 != description.modelSHA256 {
      differences.append(
        "model: \(recorded.modelName) (\(recorded.modelSHA256.prefix(8))…) was recorded, "
          + "\(description.modelName) (\(description.modelSHA256.prefix(8))…) is given")
    } else if recorded.architecture != description.architecture {
      differences.append("model: another architecture was recorded")
    }
    if recorded.shard != description.shard {
      let words = [recorded.shard, description.shard].map {
        $0.map { "shard \($0)" } ?? "the whole run"
      }
      differences.append("\(words[0]) was recorded, \(words[1]) is given")
    }
    differences += Self.differences(
      presented ?? recorded.specification, description.specification)
    differences += Self.differences(try self.images(), images)
    return differences
  }

  /// Differing keys of two JSON objects, nested ones by their path.
  package static func differences(_ recorded: String, _ given: String) -> [String] {
    guard recorded != given else { return [] }
    let old = flattened(try? JSONSerialization.jsonObject(with: Data(recorded.utf8)), "")
    let new = flattened(try? JSONSerialization.jsonObject(with: Data(given.utf8)), "")
    let keys = Set(old.keys).union(new.keys).sorted()
    return keys.filter {
      old[$0] != new[$0] && !(old[$0] == nil && unrecordedOnce.contains($0))
    }.map {
      "\($0): \(old[$0] ?? "nothing") was recorded, \(new[$0] ?? "nothing") is given"
    }
  }

  /// What earlier versions did not record, of a zoom and of a lesion run: that it is missing is no difference.
  private static let unrecordedOnce: Set = ["background", "zoom.background", "leavesOutOwn"]

  private static func flattened(_ value: Any?, _ path: String) -> [String: String] {
    guard let object = value as? [String: Any] else {
      guard let value else { return [:] }
      if let list = value as? [[String: Any]] {
        return list.enumerated().reduce(into: [:]) { result, item in
          result.merge(flattened(item.element, "\(path)[\(item.offset)]")) { first, _ in first }
        }
      }
      if let list = value as? [Any] {
        return [path: "[" + list.map { "\($0)" }.joined(separator: ", ") + "]"]
      }
      return [path: "\(value)"]
    }
    return object.reduce(into: [:]) { result, entry in
      let key = path.isEmpty ? entry.key : "\(path).\(entry.key)"
      result.merge(flattened(entry.value, key)) { first, _ in first }
    }
  }

  private static func differences(_ recorded: [RecordedImage], _ given: [RecordedImage])
    -> [String]
  {
    let old = Dictionary(recorded.map { ($0.path, $0.sha256) }) { first, _ in first }
    let new = Dictionary(given.map { ($0.path, $0.sha256) }) { first, _ in first }
    func phrase(_ paths: [FilePath], _ word: String) -> [String] {
      guard let first = paths.first else { return [] }
      let rest = paths.count > 1 ? " and \(paths.count - 1) more" : ""
      return ["photographs: \(first.text)\(rest) \(word)"]
    }
    let added = given.map(\.path).filter { old[$0] == nil }
    let missing = recorded.map(\.path).filter { new[$0] == nil }
    // One that could not be used has left nothing that another content would belie, and of one that is not
    // read now, nothing can be said: if it is still to be shown, it fails by name.
    let changed = recorded.filter { $0.error == nil && !$0.sha256.isEmpty }.map(\.path)
      .filter { new[$0] != nil && new[$0] != "" && new[$0] != old[$0] }
    let differences =
      phrase(added, "not in the recorded run") + phrase(missing, "recorded but not given")
      + phrase(changed, "changed since")
    guard differences.isEmpty else { return differences }
    // What was recorded goes by the photographs' indices.
    guard recorded.map(\.path) == given.map(\.path) else {
      return ["photographs: in another order"]
    }
    let reclassified = zip(recorded, given).filter {
      $0.classIndex != $1.classIndex || $0.classID != $1.classID
    }
    return phrase(reclassified.map(\.0.path), "has another class now")
  }
}
