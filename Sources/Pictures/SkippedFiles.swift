/// How many files and folders were not taken for pictures, by reason.
public struct SkippedFiles: Equatable, Sendable {
  /// Why something was left out.
  package enum Reason: Hashable, Sendable {
    /// A picture in a format that is not read, by its extension.
    case format(String)
    /// No picture's name.
    case other
    case hiddenFile
    case hiddenFolder
    /// The folder of a run or a training.
    case run
    /// A folder that was searched under another name.
    case linkedTwice
    /// A picture of a data set that lies in no class's folder.
    case outsideClasses
  }

  private var counts: [Reason: Int] = [:]

  /// Nothing so far.
  public init() {}

  /// Counts one more, or so many.
  package mutating func add(_ reason: Reason, _ count: Int = 1) {
    guard count > 0 else { return }
    counts[reason, default: 0] += count
  }

  /// Counts what was left out elsewhere.
  package mutating func add(_ other: SkippedFiles) {
    counts.merge(other.counts, uniquingKeysWith: +)
  }

  /// The counts in one line: `3 .webp (only JPEG and PNG are read), 1 hidden folder`; nil for none.
  public var text: String? {
    var formats: [(name: String, count: Int)] = []
    for case (.format(let name), let count) in counts { formats.append((name, count)) }
    let listed = formats.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
      .map { "\($0.count) .\($0.name)" }.joined(separator: ", ")
    var phrases = listed.isEmpty ? [] : [listed + " (only JPEG and PNG are read)"]
    func phrase(_ reason: Reason, _ one: String, _ many: String) {
      guard let count = counts[reason] else { return }
      phrases.append("\(count) \(count == 1 ? one : many)")
    }
    phrase(.hiddenFolder, "hidden folder", "hidden folders")
    phrase(.hiddenFile, "hidden file", "hidden files")
    phrase(.run, "folder of a run", "folders of runs")
    phrase(.linkedTwice, "folder linked twice", "folders linked twice")
    phrase(.outsideClasses, "picture outside of the classes", "pictures outside of the classes")
    phrase(.other, "other file", "other files")
    return phrases.isEmpty ? nil : phrases.joined(separator: ", ")
  }
}
