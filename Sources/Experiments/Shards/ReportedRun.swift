/// What a run comes to, whatever its kind.
public struct ReportedRun: Sendable {
  /// The results as a table to print.
  public var table: String
  /// The same as JSON.
  public var json: String
  /// The run's folder.
  public var folder: String
  /// Files written into it.
  public var files: [String]
  /// What could not be used, a line each.
  public var failed: [String]
}

extension RecordedExperiment {
  /// Writes results, figures and what else the kind has into the run's folder.
  ///
  /// - Throws: One-line errors naming the folder or the file.
  public func reported() throws -> ReportedRun {
    let outcome = try report()
    return ReportedRun(
      table: outcome.table, json: try outcome.results.json(), folder: outcome.folder,
      files: outcome.files, failed: outcome.failed)
  }
}
