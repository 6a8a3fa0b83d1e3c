import Recording

/// The kinds of experiments: one line each.
public enum ExperimentKinds {
  static let all: [any Experiment.Type] = [
    ZoomExperiment.self, LesionExperiment.self, FieldExperiment.self, TuningExperiment.self,
    AblationExperiment.self,
  ]

  /// Names of the kinds, as experiment files have them.
  public static var names: [String] { all.map { $0.kind } }

  /// Names of the files that runs of any kind write beside their figures.
  static let documents = Set(all.flatMap { $0.written }).union([RunFiles.report])

  /// The kind of a name; nil for none.
  static func named(_ name: String) -> (any Experiment.Type)? { all.first { $0.kind == name } }

  /// What the rows of a kind's store are: `photograph`.
  static func item(_ name: String) -> String {
    named(name).flatMap { $0.item } ?? "photograph"
  }

  /// What a run of a kind is called in messages.
  static func title(_ name: String) -> String {
    named(name).map { $0.title } ?? "a run of another kind"
  }
}

extension Experiment {
  fileprivate static var written: [String] { Recorded.documents }
  fileprivate static var title: String { Recorded.title }
  fileprivate static var item: String? { (Recorded.self as? any RecordedInStore.Type)?.item }
  fileprivate static func open(_ folder: String) throws -> any RecordedExperiment {
    try Recorded(folder: folder)
  }
}

/// Opens runs whose kind is not known beforehand.
public enum RunFolder {
  /// Opens the run in a folder.
  ///
  /// - Throws: If the folder holds none, or one of a newer version.
  public static func open(_ folder: String) throws -> any RecordedExperiment {
    let name =
      OutcomeStore.isIn(folder)
      ? OutcomeStore.kind : try RunStore.recorded(in: folder).kind()
    guard let kind = ExperimentKinds.named(name) else { throw RecordingError.newer(folder: folder) }
    return try kind.open(folder)
  }
}
