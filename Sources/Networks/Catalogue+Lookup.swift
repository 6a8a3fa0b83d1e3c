import Foundation
import Wording

extension Catalogue {
  /// A name that is not in the catalogue.
  public struct UnknownName: Error, Hashable, Sendable, CustomStringConvertible, LocalizedError {
    /// The name as it was given.
    public var name: String
    /// The catalogue's nearest names, best first.
    public var nearest: [String]
    /// The network of that name where it is none of residual units, which was asked for.
    public var graph: String?

    /// One line: the name, and what was probably meant, or else what there is.
    public var description: String {
      if let graph {
        return
          "\(graph) is no network of residual units, as this needs; 'inspect', 'fields', 'probe'"
          + " and 'benchmark' take it"
      }
      let start = "no network is called '\(abbreviated(name))'"
      guard nearest.isEmpty else {
        return start + "; did you mean \(nearest.joined(separator: " or "))?"
      }
      return start + "; there are "
        + (Catalogue.entries.map(\.name) + Catalogue.graphEntries.map(\.name))
        .joined(separator: ", ")
    }

    /// The same line.
    public var errorDescription: String? { description }
  }

  /// The network of a name, however it is written: `SKNet-50`, `sknet50` and `SKNet_50` are one.
  ///
  /// - Throws: `UnknownName` with the nearest names.
  public static func found(named name: String) throws(UnknownName) -> Found {
    let wanted = plain(name)
    if let entry = entries.first(where: { $0.keys.contains(wanted) }) { return .units(entry) }
    if let entry = graphEntries.first(where: { $0.keys.contains(wanted) }) { return .graph(entry) }
    throw UnknownName(name: name, nearest: nearest(to: wanted))
  }

  /// The network of residual units of a name.
  ///
  /// - Throws: `UnknownName` with the nearest names, or that it is another kind of network.
  public static func entry(named name: String) throws(UnknownName) -> Entry {
    switch try found(named: name) {
    case .units(let entry): return entry
    case .graph(let entry): throw UnknownName(name: name, nearest: [], graph: entry.title)
    }
  }

  /// The entry of an architecture, if it is the catalogue's to the last value.
  static func entry(of architecture: Architecture) -> Entry? {
    entries.first { $0.architecture == architecture }
  }

  /// Letters and digits alone, in lower case, × as x.
  fileprivate static func plain(_ name: String) -> String {
    let name = name.lowercased().replacing("×", with: "x")
    return String(name.unicodeScalars.filter { CharacterSet.alphanumerics.contains($0) })
  }

  /// Names at the smallest edit distance, if it is at most a third of the name and 3.
  private static func nearest(to wanted: String) -> [String] {
    guard wanted.count <= 64 else { return [] }
    let names = entries.map { ($0.name, $0.keys) } + graphEntries.map { ($0.name, $0.keys) }
    let distances = names.map { _, keys in
      keys.map { editDistance(Array(wanted), Array($0)) }.min() ?? .max
    }
    guard let best = distances.min(), best <= min(3, max(1, wanted.count / 3)) else { return [] }
    return zip(names, distances).filter { $0.1 == best }.map(\.0.0)
  }

  /// Levenshtein's distance: insertions, deletions and replacements that turn one into the other.
  private static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var previous = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var current = [i + 1]
      for (j, y) in b.enumerated() {
        current.append(min(previous[j] + (x == y ? 0 : 1), previous[j + 1] + 1, current[j] + 1))
      }
      previous = current
    }
    return previous[b.count]
  }
}

extension Catalogue.Entry {
  fileprivate var keys: [String] { ([name, title] + aliases).map(Catalogue.plain) }
}

extension Catalogue.GraphEntry {
  fileprivate var keys: [String] { ([name, title] + aliases).map(Catalogue.plain) }
}
