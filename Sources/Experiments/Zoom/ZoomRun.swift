import Analysis
import Observing
import Recording

/// Performs a zoom experiment: photographs in, a run folder with results and figures out.
public typealias ZoomRun = ExperimentRun<ZoomExperiment>

extension ZoomExperiment: Experiment {
  /// A run of this kind.
  public typealias Recorded = RecordedZoom

  /// Runs what is not yet recorded, then analyses and draws.
  ///
  /// Photographs that failed are in `results.failed`.
  public func perform(reporting progress: some RunProgress) throws -> RunOutcome<ZoomResults> {
    try Self.checkShift(scales: scales)
    return try ZoomRequest(self).perform(reporting: progress)
  }

  /// Runs what is not yet recorded of the shard.
  public func performShard(reporting progress: some RunProgress) throws -> RunStatus {
    try Self.checkShift(scales: scales)
    return try ZoomRequest(self).performShard(reporting: progress)
  }

  /// Asks for an earlier run in the folder to be thrown away.
  public mutating func startAfresh() { startsAfresh = true }
}

extension ZoomRequest: PhotographRequest {
  typealias Recorded = RecordedZoom

  var out: String { experiment.out }
  var startsAfresh: Bool { experiment.startsAfresh }

  func check(reporting progress: some RunProgress) throws {
    try countPixels(reporting: progress)
  }

  func record(
    _ pending: [Int], of run: RecordedZoom, reporting progress: some RunProgress
  ) throws {
    let setting = try setting()
    try run.store.record(
      pending, total: try run.store.ownCount(), workers: workers,
      makeState: { try ZoomObserver(setting) },
      observe: { observer, index in .stimuli(try observer.observe(photographs[index])) },
      reporting: progress)
  }

  func keepEarly(for run: RecordedZoom) throws {
    // What cannot be used fails when its turn comes.
    for index in try ownExamples() {
      try? ExampleStimuli(runFolder: out).keep([index], from: self, as: run.files)
    }
  }

  func keep(for run: RecordedZoom) throws {
    let failed = Set(try run.store.images().filter { $0.error != nil }.map(\.index))
    try ExampleStimuli(runFolder: out)
      .keep(try ownExamples().filter { !failed.contains($0) }, from: self, as: run.files)
  }

  private func ownExamples() throws -> [Int] {
    try exampleIndices().filter { experiment.shard?.holds($0) ?? true }
  }
}
