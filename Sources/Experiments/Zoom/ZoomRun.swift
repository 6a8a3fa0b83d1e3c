import Analysis
import Recording

/// Performs a zoom experiment: photographs in, a run folder with results and figures out.
public typealias ZoomRun = ExperimentRun<ZoomExperiment>

extension ZoomExperiment: Experiment {
  /// A run of this kind.
  public typealias Recorded = RecordedZoom

  /// Runs what is not yet recorded, then analyses and draws.
  ///
  /// Photographs that failed are in `results.failed`.
  public func perform(reporting progress: some RunProgress) throws -> RunOutcome<Results> {
    try Self.checkShift(scales: scales)
    return try ZoomRequest(self).perform(reporting: progress)
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
      pending, total: photographs.count, workers: workers,
      makeState: { try StimulusObserver(setting) },
      observe: { observer, index in .stimuli(try observer.observe(photographs[index])) },
      reporting: progress)
  }

  func keep(for run: RecordedZoom) throws {
    let failed = Set(try run.store.images().filter { $0.error != nil }.map(\.index))
    try ExampleStimuli(runFolder: out)
      .keep(try exampleIndices().filter { !failed.contains($0) }, from: self, as: run.files)
  }
}
