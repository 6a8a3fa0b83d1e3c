import Yams

/// The keys of a YAML mapping, taken one by one; what is left at the end was not known.
struct YAMLKeys {
  let path: String
  private var nodes: [String: (key: Node, value: Node)] = [:]
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
      nodes[name] = (key, value)
    }
  }

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
      guard let value = $0.scalar?.string else { throw error(key, "expected a list of words") }
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
