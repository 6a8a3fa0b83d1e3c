import Analysis
import Foundation
import Recording
import Wording

/// How far a run is, told from its folder while others may be writing it.
public struct RunStatus: Codable, Equatable, Sendable {
  /// The run's folder.
  public var folder: String
  /// What is counted: `photographs`, `pictures` of fields, which may be noise, `gratings`, or `trainings` of an
  /// ablation.
  public var counts: String
  /// Which part of the whole it is, `3/17`; nil of a whole run.
  public var shard: String?
  /// `running` while a process writes it, else `finished`, `stopped`, or `not begun`.
  public var state: State
  /// How many belong to it.
  public var total: Int
  /// How many are recorded and could be used.
  public var done: Int
  /// How many could not be used.
  public var failed: Int
  /// How many are left.
  public var left: Int
  /// Photographs a second, of the process that recorded the last; nil where that is not known.
  public var rate: Double?
  /// Seconds that those left take at that rate; nil where it is not known.
  public var secondsLeft: Double?

  /// What becomes of a run just now.
  public enum State: String, Codable, Sendable {
    case running, finished, stopped
    case notBegun = "not begun"

    init(isRunning: Bool, left: Int) {
      self = isRunning ? .running : left == 0 ? .finished : .stopped
    }
  }

  /// Tells how far the run in a folder is.
  ///
  /// - Throws: If the folder holds something else, or is not there.
  public init(folder: String) throws {
    let isRunning = FolderLock.isHeldElsewhere(folder)
    if OutcomeStore.isIn(folder) {
      try self.init(ablation: folder, isRunning: isRunning)
      return
    }
    guard try RunStore.probe(folder) != .empty else {
      self.init(
        folder: folder, counts: "photographs", shard: nil, state: .notBegun, total: 0, done: 0)
      return
    }
    try self.init(run: folder, isRunning: isRunning)
  }

  private init(run folder: String, isRunning: Bool) throws {
    self.folder = folder
    let store = try RunStore.recorded(in: folder)
    let part = try store.description().shard
    let images = try store.images().filter { part?.holds($0.index) ?? true }
    let recorded = try store.recordedImages()
    counts = ExperimentKinds.item(try store.kind()) + "s"
    shard = part?.description
    total = images.count
    failed = images.count { recorded.contains($0.index) && $0.error != nil }
    done = images.count { recorded.contains($0.index) && $0.error == nil }
    left = total - done - failed
    state = State(isRunning: isRunning, left: left)
    guard let session = try store.lastSession(), session.seconds >= 1, session.photographs > 0
    else { return }
    let rate = Double(session.photographs) / session.seconds
    self.rate = rate
    secondsLeft = Double(left) / rate
  }

  init(
    folder: String, counts: String, shard: Shard?, state: State, total: Int, done: Int
  ) {
    self.folder = folder
    self.counts = counts
    self.shard = shard?.description
    self.state = state
    self.total = total
    self.done = done
    failed = 0
    left = total - done
  }

  /// The same as JSON.
  public func json() throws -> String { try JSONText.of(self) }

  /// Why photographs could not be used, a line each.
  public func failures() throws -> [String] {
    guard failed > 0 else { return [] }
    return try RunStore.recorded(in: folder).images().compactMap(\.error)
  }

  /// Several runs' as a table, with their sum below where there are several.
  public static func table(_ runs: [RunStatus]) -> String {
    var rows = runs.map(\.cells)
    if runs.count > 1, Set(runs.map(\.counts)).count == 1 {
      rows.append(sum(runs).cells)
    }
    return TextGrid(
      header: ["run", "shard", "done", "failed", "left", "of", "rate", "time left", ""], rows: rows,
      rulesBefore: rows.count > runs.count ? [runs.count] : []
    ).text
  }

  private static func sum(_ runs: [RunStatus]) -> RunStatus {
    var sum = RunStatus(
      folder: "together", counts: runs[0].counts, shard: nil,
      state: State(
        isRunning: runs.contains { $0.state == .running },
        left: runs.reduce(0) { $0 + $1.left } + runs.count { $0.state == .notBegun }),
      total: runs.reduce(0) { $0 + $1.total },
      done: runs.reduce(0) { $0 + $1.done })
    sum.failed = runs.reduce(0) { $0 + $1.failed }
    sum.left = runs.reduce(0) { $0 + $1.left }
    let running = runs.filter { $0.state == .running }
    if !running.isEmpty, running.allSatisfy({ $0.rate != nil }) {
      sum.rate = running.reduce(0) { $0 + ($1.rate ?? 0) }
      // They run side by side: the slowest is the last.
      sum.secondsLeft = running.compactMap(\.secondsLeft).max()
    }
    return sum
  }

  private var cells: [String] {
    [
      folder, shard ?? "", "\(done)", "\(failed)", "\(left)", "\(total) \(counts)",
      rate.map { String(format: $0 < 1 ? "%.1f/min" : "%.1f/s", $0 < 1 ? 60 * $0 : $0) } ?? "–",
      left > 0 ? secondsLeft.map(Self.clock) ?? "–" : "",
      state.rawValue,
    ]
  }

  private static func clock(_ seconds: Double) -> String {
    let whole = Int(min(seconds.rounded(.up), 1e9))
    return String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
  }
}
