import Files
import Foundation
import Observing
import SystemPackage
import Yams

/// The keys of a YAML mapping, taken one by one; what is left at the end was not known.
///
/// `null`, `~` or nothing behind a key stand for its default, as if the key were not there.
public struct YAMLKeys {
  let path: String
  private var nodes: [String: (key: Node, value: Node?)] = [:]
  private var taken: Set<String> = []

  init(_ root: Node, path: String) throws {
    self.path = path
    guard let mapping = root.mapping else {
      throw ExperimentError.failure(
        "\(path): expected keys and values, as in 'model: sknet26-tiny'")
    }
    for (key, value) in mapping {
      guard let name = key.string else {
        throw ExperimentError.failure("\(path):\(key.mark?.line ?? 1): a key must be a word")
      }
      nodes[name] = (key, value.null == nil ? value : nil)
    }
  }

  /// The keys and values of a file.
  ///
  /// - Throws: `ExperimentError` if the file cannot be read or is no YAML.
  init(contentsOfFile path: String) throws {
    try self.init(try YAMLText.root(ofFile: path), path: path)
  }

  /// A path as the file means it: relative to its folder.
  func resolved(_ place: String) -> String {
    FilePath(path).removingLastComponent().pushing(FilePath(place)).withoutDetours().string
  }

  /// Takes another mapping's keys in the place of those of the same name.
  mutating func replace(with other: YAMLKeys) { nodes.merge(other.nodes) { $1 } }

  /// An error at a key's line.
  func error(_ key: String, _ text: String) -> ExperimentError {
    let line = nodes[key]?.key.mark.map { ":\($0.line)" } ?? ""
    return .failure("\(path)\(line): '\(key)': \(text)")
  }

  /// Throws for the first key, by line, that nothing has taken.
  func refuseUnknown() throws {
    let unknown = nodes.filter { !taken.contains($0.key) }
      .min { ($0.value.key.mark?.line ?? 0) < ($1.value.key.mark?.line ?? 0) }
    guard let (name, _) = unknown else { return }
    throw error(name, "unknown key; known: \(taken.sorted().joined(separator: ", "))")
  }

  mutating func string(_ key: String) throws -> String? {
    guard let node = take(key) else { return nil }
    guard let value = node.scalar?.string, !value.isEmpty else {
      throw error(key, "expected a word")
    }
    return value
  }

  mutating func strings(_ key: String) throws -> [String]? {
    guard let node = take(key) else { return nil }
    return try items(node).map {
      guard $0.null == nil, let value = $0.scalar?.string else {
        throw error(key, "expected a list of words")
      }
      return value
    }
  }

  mutating func numbers(_ key: String) throws -> [Double]? {
    guard let node = take(key) else { return nil }
    return try items(node).map {
      guard let value = $0.scalar.flatMap({ Double($0.string) }) else {
        throw error(key, "expected a list of numbers")
      }
      return value
    }
  }

  mutating func number(_ key: String) throws -> Double? {
    guard let node = take(key) else { return nil }
    guard let value = node.scalar.flatMap({ Double($0.string) }) else {
      throw error(key, "expected a number")
    }
    return value
  }

  mutating func integer(_ key: String) throws -> Int? {
    guard let node = take(key) else { return nil }
    guard let value = node.scalar.flatMap({ Int($0.string) }) else {
      throw error(key, "expected a whole number")
    }
    return value
  }

  /// A seed: any number of 64 bits.
  mutating func seed(_ key: String) throws -> UInt64? {
    guard let node = take(key) else { return nil }
    return try seed(node, key)
  }

  /// Seeds.
  mutating func seeds(_ key: String) throws -> [UInt64]? {
    guard let node = take(key) else { return nil }
    return try items(node).map { try seed($0, key) }
  }

  private func seed(_ node: Node, _ key: String) throws -> UInt64 {
    guard let value = node.scalar.flatMap({ UInt64($0.string) }) else {
      throw error(key, "expected a whole number from 0 to \(UInt64.max)")
    }
    return value
  }

  /// A number within bounds.
  mutating func number(_ key: String, in range: ClosedRange<Double>) throws -> Double? {
    guard let value = try number(key) else { return nil }
    guard range.contains(value) else {
      throw outside(key, range.lowerBound, range.upperBound, value)
    }
    return value
  }

  /// A whole number within bounds.
  mutating func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let value = try integer(key) else { return nil }
    guard range.contains(value) else {
      throw outside(key, range.lowerBound, range.upperBound, value)
    }
    return value
  }

  private func outside<Value>(_ key: String, _ least: Value, _ most: Value, _ value: Value) -> Error
  {
    error(key, "expected \(least) to \(most), found \(value)")
  }

  /// Whole numbers, each within bounds.
  mutating func integers(_ key: String, in range: ClosedRange<Int>) throws -> [Int]? {
    try numbers(key)?.map {
      guard let value = Int(exactly: $0) else { throw error(key, "expected whole numbers") }
      guard range.contains(value) else {
        throw outside(key, range.lowerBound, range.upperBound, value)
      }
      return value
    }
  }

  /// Two ascending numbers within bounds.
  mutating func range(_ key: String, in bounds: ClosedRange<Double>) throws -> ClosedRange<Double>?
  {
    guard let values = try numbers(key) else { return nil }
    guard values.count == 2, values[0] <= values[1], bounds.contains(values[0]),
      bounds.contains(values[1])
    else {
      throw error(
        key, "expected two ascending numbers of \(bounds.lowerBound) to \(bounds.upperBound)")
    }
    return values[0]...values[1]
  }

  /// Whether a key holds keys and values of its own.
  func isMapping(_ key: String) -> Bool { nodes[key]?.value?.mapping != nil }

  /// Whether a key is there, with a value.
  func has(_ key: String) -> Bool { nodes[key]?.value != nil }

  /// The keys and values within a key.
  mutating func mapping(_ key: String) throws -> YAMLKeys? {
    guard let node = take(key) else { return nil }
    guard node.mapping != nil else { throw error(key, "expected keys and values") }
    return try YAMLKeys(node, path: path)
  }

  /// The items of a list, each of keys and values.
  mutating func mappings(_ key: String) throws -> [YAMLKeys]? {
    guard let node = take(key) else { return nil }
    return try items(node).map {
      guard $0.mapping != nil else { throw error(key, "expected a list of keys and values") }
      return try YAMLKeys($0, path: path)
    }
  }

  /// An error for a key that has to be there.
  func missing(_ key: String) -> ExperimentError { .failure("\(path): '\(key)' is missing") }

  mutating func boolean(_ key: String) throws -> Bool? {
    guard let node = take(key) else { return nil }
    guard let value = node.bool else { throw error(key, "expected true or false") }
    return value
  }

  mutating func choice<Value: RawRepresentable & CaseIterable>(_ key: String) throws -> Value?
  where Value.RawValue == String {
    guard let word = try string(key) else { return nil }
    guard let value = Value(rawValue: word) else {
      let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
      throw error(key, "'\(word)' is none of \(known)")
    }
    return value
  }

  private mutating func take(_ key: String) -> Node? {
    taken.insert(key)
    return nodes[key]?.value
  }

  /// A list's items; a single value counts as a list of one.
  private func items(_ node: Node) -> [Node] {
    node.sequence.map { Array($0) } ?? [node]
  }
}
