import Foundation
import TestSupport
import Testing

@Suite("Names of types tell them apart")
struct NameTests {
  @Test("of the repository's sources")
  func repository() throws {
    let sources = Fixtures.repository.appending(path: "Sources")
    let files = try #require(
      FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
    ).compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
    let names = TypeNames(try files.map { try String(contentsOf: $0, encoding: .utf8) })
    #expect(names.all.count > 500)
    #expect(names.repeated.isEmpty, "each of one target alone")
    #expect(names.alike.isEmpty, "a letter apart")
  }

  @Test("and misses none")
  func missed() {
    let names = TypeNames([
      "public struct Batch: Sendable {\n  struct Inner {}\n}\nprivate struct Seen {}\n",
      "final class Batch {\n}\nenum TrainingFile {}\nprivate struct Seen {}\nextension Batch {}\n",
      "@frozen package struct TrainingFiles {}\n@MainActor\npublic final class Figure4 {}",
      "protocol Figure {}\ntypealias Path = String\npackage indirect enum Patch {}\nactor Stem {}",
    ])
    #expect(
      names.all == [
        "Batch", "Figure", "Figure4", "Patch", "Path", "Stem", "TrainingFile", "TrainingFiles",
      ])
    #expect(names.repeated == ["Batch"])
    #expect(names.alike.map { "\($0) \($1)" } == ["Batch Patch", "TrainingFile TrainingFiles"])
  }
}

/// Names of the types that sources declare for others, those within types not among them.
private struct TypeNames {
  /// In alphabetical order, each once.
  let all: [String]
  /// Those that more than one file declares.
  let repeated: [String]

  init(_ sources: [String]) {
    let declaration =
      /^(?:@\w+\s+)*(?:(?:public|package|final|indirect)\s+)*(?:struct|class|enum|protocol|actor|typealias)\s+(\w+)/
    var counts: [String: Int] = [:]
    for source in sources {
      for line in source.split(separator: "\n") {
        if let name = line.prefixMatch(of: declaration)?.1 { counts[String(name), default: 0] += 1 }
      }
    }
    all = counts.keys.sorted()
    repeated = all.filter { counts[$0, default: 0] > 1 }
  }

  /// Pairs of names of five letters or more that are a letter apart; a digit is no letter.
  var alike: [(String, String)] {
    all.indices.flatMap { first in
      all[(first + 1)...].filter { Self.areAlike(all[first], $0) }.map { (all[first], $0) }
    }
  }

  private static func areAlike(_ first: String, _ second: String) -> Bool {
    let (short, long) =
      first.utf8.count <= second.utf8.count ? (first, second) : (second, first)
    guard short.utf8.count >= 5, long.utf8.count - short.utf8.count <= 1 else { return false }
    let same = zip(short.utf8, long.utf8).prefix { $0 == $1 }.count
    guard long.utf8.dropFirst(same).first.map({ $0 > 0x39 }) ?? false else { return false }
    let rest = long.utf8.dropFirst(same + 1)
    return rest.elementsEqual(short.utf8.dropFirst(same))
      || rest.elementsEqual(short.utf8.dropFirst(same + 1))
  }
}
