import Analysis
import Observing
import Recording
import Stimuli

/// An experiment over photographs with everything that it names looked up and checked.
protocol PhotographRequest {
  associatedtype Recorded: RecordedInStore

  /// The run's folder.
  var out: String { get }
  /// Whether an earlier run in that folder is thrown away.
  var startsAfresh: Bool { get }
  /// The photographs, which may be put in the order of a run that has recorded them; none with noise.
  var photographs: [ListedPhotograph] { get set }
  /// What to say before the run: which files were not taken, whence the classes were.
  var notes: [String] { get }

  /// What identifies the run, for its store.
  func description() throws -> RunDescription
  /// The photographs as the store keeps them.
  func recordedImages() -> [RecordedImage]
  /// Refuses, or tells, what would be in vain, before anything is shown to the network.
  func check(reporting progress: some RunProgress) throws
  /// Shows photographs to the network and records what comes of them.
  ///
  /// - Parameters:
  ///   - pending: Indices of the photographs that are not recorded, or failed.
  ///   - run: The run as it was begun.
  ///   - progress: Told about every photograph.
  /// - Throws: What the engine or the store throws; `JobStopped` if it was asked to stop.
  func record(_ pending: [Int], of run: Recorded, reporting progress: some RunProgress) throws
  /// Keeps what figures need of the photographs, for whoever looks at the run before its end.
  func keepEarly(for run: Recorded) throws
  /// Keeps what figures need of the photographs, once all are recorded.
  func keep(for run: Recorded) throws
}

/// A recorded run whose store has a row a photograph.
public protocol RecordedInStore: RecordedExperiment {
  /// The run's store.
  var store: RunStore { get }
  /// What its rows are: `photograph`.
  static var item: String { get }
  /// Opens a run whose store is open, and of this kind.
  ///
  /// - Throws: `RecordingError` for what the store cannot have been begun with.
  init(folder: String, store: RunStore) throws
  /// A run's specification with another's wishes how to report it: those may change on a finished run.
  ///
  /// - Parameters:
  ///   - recorded: The run's, as JSON.
  ///   - asked: What is asked for now.
  /// - Returns: The run's, changed where that decides nothing that is recorded.
  /// - Throws: If either is none.
  static func presenting(_ recorded: String, as asked: String) throws -> String
}

/// A run that shows stimuli of photographs, which can be made again.
protocol ShowsStimuli: RecordedInStore {
  /// The stimuli, and SHA-256 of the targets' boxes where there are any; nil where none were shown.
  var shown: (stimuli: StimulusSpecification, boxes: String?)? { get }
}

extension RecordedInStore {
  /// `photograph`.
  public static var item: String { "photograph" }

  /// The recorded one: nothing is only for show.
  public static func presenting(_ recorded: String, as asked: String) throws -> String { recorded }

  /// Opens a run.
  ///
  /// - Throws: If the folder holds none of this kind, or one of a newer version.
  public init(folder: String) throws {
    let store = try RunStore.recorded(in: folder)
    let kind = try store.kind()
    guard kind == Self.kind else {
      throw ExperimentError.failure(
        "\(folder): holds \(ExperimentKinds.title(kind)), not \(Self.title)")
    }
    try self.init(folder: folder, store: store)
  }

  /// The run's own files.
  public var files: RunFiles { RunFiles(store) }

  /// Why there are no results: no photograph could be used, or none is recorded.
  func noneUsable(_ failed: [FailedPhotograph]) -> ExperimentError {
    .failure(
      failed.first.map { "\(folder): no \(Self.item) could be used; the first: \($0.error)" }
        ?? "\(folder): no \(Self.item) is recorded yet")
  }
}

extension PhotographRequest {
  func check(reporting progress: some RunProgress) throws {}
  func keepEarly(for run: Recorded) throws {}
  func keep(for run: Recorded) throws {}

  /// Runs what is not yet recorded, then analyses and draws: the one way of every kind over photographs.
  ///
  /// The request is let go of before the analysis, which needs the memory of its photographs and network.
  consuming func perform(
    reporting progress: some RunProgress
  ) throws -> RunOutcome<Recorded.Findings> {
    let run = try (consume self).recorded(reporting: progress)
    return try run.report()
  }

  /// Runs what is not yet recorded of a shard; results are its merged run's.
  func performShard(reporting progress: some RunProgress) throws -> RunStatus {
    _ = try recorded(reporting: progress)
    return try RunStatus(folder: out)
  }

  private consuming func recorded(reporting progress: some RunProgress) throws -> Recorded {
    for note in notes { progress.say(note) }
    try check(reporting: progress)
    var request = consume self
    if !request.startsAfresh, try RunStore.probe(request.out) == .run {
      let recorded = try RunStore.open(request.out, forWriting: false).images()
      request.photographs = request.photographs.known(by: recorded)
    }
    return try request.performKnown(reporting: progress)
  }

  private func performKnown(reporting progress: some RunProgress) throws -> Recorded {
    let images = recordedImages()
    let store = try RunStore.resumed(
      in: out, kind: Recorded.self, description: description(), images: images,
      startsAfresh: startsAfresh)
    // Hours later is too late to find somebody else's files in their place.
    try RunFiles(store).claim(Recorded.written)
    let run = try Recorded(folder: out, store: store)
    let pending = try store.pendingImages()
    let total = try store.ownCount()
    progress.counts(Recorded.item)
    progress.began(done: total - pending.count, total: total)
    if !pending.isEmpty {
      try keepEarly(for: run)
      try record(pending, of: run, reporting: progress)
    }
    try keep(for: run)
    return run
  }
}
