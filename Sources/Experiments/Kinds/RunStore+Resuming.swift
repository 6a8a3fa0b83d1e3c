import Analysis
import Observing
import Recording

extension RunStore {
  /// The store of a recorded run, open for reading.
  ///
  /// - Throws: If the folder holds none, or one of a newer version.
  static func recorded(in folder: String) throws -> RunStore {
    switch try probe(folder) {
    case .run: return try open(folder, forWriting: false)
    case .absent: throw ExperimentError.failure("\(folder): no such folder")
    case .empty: throw ExperimentError.failure("\(folder): holds no run; it is empty")
    case .foreign(let reason): throw ExperimentError.failure("\(folder): holds no run; \(reason)")
    }
  }

  /// How much of the run is recorded; nil if all is.
  func unfinished() throws -> Unfinished? {
    Unfinished(
      recorded: try recordedImages().count, of: try images().count,
      ExperimentKinds.item(try kind()))
  }

  /// The store of a new run, or of the same run begun earlier.
  ///
  /// Photographs that failed are pending again.
  ///
  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - kind: Which experiment the run is of.
  ///   - description: What identifies the run.
  ///   - images: Its photographs.
  ///   - startsAfresh: Whether an earlier run in the folder is thrown away.
  ///   - advice: What a user can do about another run in the folder.
  /// - Returns: The store, open for writing.
  /// - Throws: If the folder holds something else, or another run, naming what differs.
  static func resumed(
    in folder: String, kind: any RecordedInStore.Type, description: RunDescription,
    images: [RecordedImage], startsAfresh: Bool, advice: String = "--fresh starts over"
  ) throws -> RunStore {
    var content = try probe(folder)
    if startsAfresh && content == .run {
      try RunFiles.remove(from: folder)
      content = .empty
    }
    switch content {
    case .absent, .empty:
      return try create(
        in: folder, kind: kind.kind, description: description, images: images)
    case .foreign(let reason):
      throw ExperimentError.failure("\(folder): \(reason); choose another --out")
    case .run:
      let store = try open(folder, forWriting: true)
      let recorded = try store.kind()
      guard recorded == kind.kind else {
        throw ExperimentError.failure(
          "\(folder): holds \(ExperimentKinds.title(recorded)), not \(kind.title) (\(advice))"
        )
      }
      let before = try store.description().specification
      let presented = try store.decoded("specification") {
        try kind.presenting(before, as: description.specification)
      }
      let differences = try store.differences(
        from: description, images: images, presented: presented)
      guard differences.isEmpty else {
        throw ExperimentError.failure(
          "\(folder): holds another run: \(differences.prefix(4).joined(separator: "; "))"
            + (differences.count > 4 ? "; and \(differences.count - 4) more" : "")
            + " (\(advice))")
      }
      if presented != before { try store.present(as: presented) }
      try store.renewUnusable(from: images)
      return store
    }
  }
}
