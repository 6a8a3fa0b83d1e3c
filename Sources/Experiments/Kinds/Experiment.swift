import Analysis
import Observing
import Recording

/// An experiment as its user asks for it: a value of one of the kinds.
///
/// A kind is this value, the run that it leaves (`Recorded`) and, where photographs are shown, what
/// looks up everything that it names (`PhotographRequest`). What commands do with experiments and runs
/// is written once against these; `ExperimentKinds` lists the kinds.
public protocol Experiment: Sendable {
  /// A run of this kind.
  associatedtype Recorded: RecordedExperiment

  /// Reads the value from an experiment file, all of whose keys it takes.
  ///
  /// - Parameters:
  ///   - keys: The file's keys and values, but for `kind`.
  ///   - out: The run's folder, instead of the file's own.
  /// - Throws: `ExperimentError` naming the file and the line.
  init(_ keys: inout YAMLKeys, out: String?) throws

  /// Threads, on which results do not depend; nil for one a core.
  var workers: Int? { get set }

  /// Which part of the run is recorded; nil for all of it.
  var shard: Shard? { get set }

  /// Asks for an earlier run in the folder to be thrown away.
  ///
  /// - Throws: `ExperimentError.usage` where nothing is ever thrown away.
  mutating func startAfresh() throws

  /// Does what is not yet recorded, then analyses and draws.
  ///
  /// The folder may hold an interrupted run of the same experiment, which then goes on, or a finished
  /// one, which is drawn and printed again without the network.
  ///
  /// - Parameter progress: Told about every photograph.
  /// - Returns: The results and where they lie.
  /// - Throws: One-line errors naming the file or setting; what was recorded stays recorded.
  func perform(reporting progress: some RunProgress) throws -> RunOutcome<Recorded.Findings>

  /// Does what is not yet recorded of the shard; results are its merged run's.
  ///
  /// - Parameter progress: Told about every photograph.
  /// - Returns: How far it is.
  /// - Throws: As `perform`.
  func performShard(reporting progress: some RunProgress) throws -> RunStatus
}

extension Experiment {
  /// As stores and experiment files call the kind: `zoom`.
  public static var kind: String { Recorded.kind }
}

/// What a run leaves.
public struct RunOutcome<Findings: ResultsDocument>: Sendable {
  /// The statistics.
  public var results: Findings
  /// The same as a table to print.
  public var table: String
  /// The run's folder.
  public var folder: String
  /// Files written into it: results, figures, report.
  public var files: [String]
  /// What could not be used, a line each.
  public var failed: [String]
}

/// Performs an experiment of a kind: `ZoomRun(experiment).perform()`.
public struct ExperimentRun<Asked: Experiment>: Sendable {
  /// What a run leaves.
  public typealias Outcome = RunOutcome<Asked.Recorded.Findings>

  /// The experiment.
  public let experiment: Asked

  /// Prepares to perform an experiment; nothing happens yet.
  public init(_ experiment: Asked) { self.experiment = experiment }

  /// Does what is not yet recorded, then analyses and draws; see `Experiment.perform(reporting:)`.
  public func perform(reporting progress: some RunProgress = NoProgress()) throws -> Outcome {
    try experiment.perform(reporting: progress)
  }

  /// Does what is not yet recorded of the shard; see `Experiment.performShard(reporting:)`.
  public func performShard(reporting progress: some RunProgress = NoProgress()) throws -> RunStatus
  {
    try experiment.performShard(reporting: progress)
  }
}
