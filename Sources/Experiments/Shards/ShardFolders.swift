import Observing
import Recording
import SystemPackage
import Wording

/// Folders that say of themselves which shards of one run they are.
struct ShardFolders {
  /// A folder and what it says.
  struct Part: Sendable {
    var folder: String
    var shard: Shard
    /// What keeps it from being merged, as words; nil if nothing does.
    var lack: String?
  }

  let parts: [Part]
  let count: Int
  /// Folders that hold nothing of which anything could be told.
  private let empty: [(folder: String, reason: String)]

  /// - Parameters:
  ///   - folders: As they were given.
  ///   - read: Reads one; an error says why it holds no run.
  /// - Throws: If a folder is no shard or of another number of shards, is given twice, or if any is missing
  ///   or not finished, naming them as an array for a scheduler.
  init(_ folders: [String], read: (String) throws -> Part) throws {
    var parts: [Part] = []
    var empty: [(String, String)] = []
    for folder in folders {
      do {
        parts.append(try read(folder))
      } catch let error as NoRun {
        empty.append((folder, error.reason))
      }
    }
    guard let first = parts.first else {
      throw ExperimentError.failure(
        "\(empty.first?.1 ?? "no shards are named")\(empty.count > 1 ? ", and so the others" : "")")
    }
    count = first.shard.count
    if let other = parts.first(where: { $0.shard.count != first.shard.count }) {
      throw ExperimentError.failure(
        "\(other.folder): is shard \(other.shard), \(first.folder) is \(first.shard): of another"
          + " number of shards")
    }
    var seen: [Int: String] = [:]
    for part in parts {
      if let before = seen.updateValue(part.folder, forKey: part.shard.number) {
        throw ExperimentError.failure(
          "\(before) and \(part.folder): both are shard \(part.shard)")
      }
    }
    self.parts = parts.sorted { $0.shard.number < $1.shard.number }
    self.empty = empty
  }

  /// Why a folder is no shard at all.
  struct NoRun: Error { var reason: String }

  /// Refuses to go on without shards that are missing or not finished.
  ///
  /// - Throws: One line with their numbers as `--array=3,17`.
  func checkComplete() throws {
    let given = Set(parts.map(\.shard.number))
    let absent = (1...count).filter { !given.contains($0) }
    let lacking = parts.filter { $0.lack != nil }
    guard !absent.isEmpty || !lacking.isEmpty else { return }
    var reasons = lacking.prefix(3).map { "\($0.folder) (shard \($0.shard)): \($0.lack ?? "")" }
    if lacking.count > 3 { reasons.append("\(lacking.count - 3) more are not finished") }
    if !absent.isEmpty {
      reasons.append(
        "\(counted(absent.count, "shard")) of \(count) missing: \(Self.ranges(absent))"
          + (empty.first.map { "; \($0.reason)" } ?? ""))
    }
    let array = Self.ranges((absent + lacking.map(\.shard.number)).sorted())
    throw ExperimentError.failure(
      "\(reasons.joined(separator: "; ")); what is missing is recorded by --array=\(array)")
  }

  /// `3,17,20-24`, as schedulers read it.
  static func ranges(_ numbers: [Int]) -> String {
    var runs: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = runs.last, last.upperBound + 1 == number {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
    return runs.map { run in
      switch run.count {
      case 1: "\(run.lowerBound)"
      case 2: "\(run.lowerBound),\(run.upperBound)"
      default: "\(run.lowerBound)-\(run.upperBound)"
      }
    }.joined(separator: ",")
  }
}
