import Analysis
import Recording

/// Performs a zoom experiment: photographs in, a run folder with results and figures out.
///
/// The folder may hold an interrupted run of the same experiment, which then goes on, or a finished
/// one, which is drawn and printed again without the network.
public struct ZoomRun: Sendable {
  /// The experiment.
  public let experiment: ZoomExperiment

  /// What a run leaves.
  public struct Outcome: Sendable {
    /// The statistics.
    public var results: Results
    /// The same as a table to print.
    public var table: String
    /// The run's folder.
    public var folder: String
    /// Files written into it: results, figures, report.
    public var files: [String]
  }

  /// Prepares to perform an experiment; nothing happens yet.
  public init(_ experiment: ZoomExperiment) { self.experiment = experiment }

  /// Runs what is not yet recorded, then analyses and draws.
  ///
  /// - Parameter progress: Told about every photograph.
  /// - Returns: The results and where they lie. Photographs that failed are in `results.failed`.
  /// - Throws: One-line errors naming the file or setting; what was recorded stays recorded.
  public func perform(reporting progress: some RunProgress = NoProgress()) throws -> Outcome {
    try ZoomExperiment.checkShift(scales: experiment.scales)
    let request = try ZoomRequest(experiment)
    for note in request.notes { progress.say(note) }
    try request.countPixels(reporting: progress)
    let store = try RunStore.resumed(
      in: experiment.out, description: request.description(), images: request.recordedImages(),
      startsAfresh: experiment.startsAfresh)
    // Hours later is too late to find somebody else's files in their place.
    try RunFiles(store).claim([RunFiles.results, RunFiles.report])
    let pending = try store.pendingImages()
    let total = request.photographs.count
    progress.began(done: total - pending.count, total: total)
    if !pending.isEmpty { try record(pending, of: request, in: store, reporting: progress) }
    let failed = Set(try store.images().filter { $0.error != nil }.map(\.index))
    try ExampleStimuli(runFolder: experiment.out)
      .keep(
        try request.exampleIndices().filter { !failed.contains($0) }, from: request,
        as: RunFiles(store))
    let run = try RecordedZoom(folder: experiment.out, store: store)
    return try run.report()
  }

  private func record(
    _ pending: [Int], of request: ZoomRequest, in store: RunStore,
    reporting progress: some RunProgress
  ) throws {
    let setting = try request.setting()
    try store.record(
      pending, total: request.photographs.count, workers: request.workers,
      makeState: { try StimulusObserver(setting) },
      observe: { observer, index in
        try observer.observe(request.photographs[index])
      }, reporting: progress)
  }
}
