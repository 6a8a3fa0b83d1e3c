import Analysis
import Engine
import Pictures
import Recording
import Wording

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
    Unfinished(recorded: try recordedImages().count, of: try images().count)
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
  /// - Returns: The store, open for writing.
  /// - Throws: If the folder holds something else, or another run, naming what differs.
  static func resumed(
    in folder: String, kind: any RecordedInStore.Type, description: RunDescription,
    images: [RecordedImage], startsAfresh: Bool
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
          "\(folder): holds \(ExperimentKinds.title(recorded)), not \(kind.title) (--fresh starts over)"
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
            + " (--fresh starts over)")
      }
      if presented != before { try store.present(as: presented) }
      try store.renewUnusable(from: images)
      return store
    }
  }

  /// Numbers that wait for a commit: 32 MB.
  private static let mostNumbers = 4 << 20

  /// Observes photographs on several threads and records them in order, a second's worth a batch.
  ///
  /// A photograph that cannot be used is recorded as failed; an engine that fails stops the run.
  ///
  /// - Parameters:
  ///   - pending: Indices of the photographs to observe.
  ///   - total: Number of the run's photographs.
  ///   - workers: Threads.
  ///   - makeState: Makes what a worker needs.
  ///   - observe: What comes of a photograph, by its index.
  ///   - progress: Told about every photograph.
  /// - Throws: What the engine or the store throws; `JobStopped` if it was asked to stop.
  func record<State>(
    _ pending: [Int], total: Int, workers: Int,
    makeState: @escaping @Sendable () throws -> State,
    observe: @escaping @Sendable (State, Int) throws -> ImageOutcome.Result,
    reporting progress: some RunProgress
  ) throws {
    var batch: [ImageOutcome] = []
    var numbers = 0
    var lastCommit = ContinuousClock.now
    func commit() throws {
      try append(batch)
      batch.removeAll(keepingCapacity: true)
      numbers = 0
      lastCommit = .now
    }
    var done = total - pending.count
    try progress.stoppingByItself {
      try mapInOrder(
        count: pending.count, workers: workers, makeState: makeState,
        transform: { state, item -> ImageOutcome in
          let index = pending[item]
          do {
            return ImageOutcome(imageIndex: index, result: try observe(state, index))
          } catch let error as EngineError {
            throw error
          } catch let error as PictureError where error.isOfProcess {
            throw error
          } catch {
            return ImageOutcome(imageIndex: index, result: .failed("\(error)"))
          }
        },
        consume: { item, outcome in
          batch.append(outcome)
          if case .numbers(let arrays) = outcome.result {
            numbers += arrays.reduce(0) { $0 + $1.count }
          }
          done += 1
          if batch.count >= 64 || numbers > Self.mostNumbers
            || ContinuousClock.now - lastCommit > .seconds(1)
          {
            try commit()
          }
          progress.advanced(done: done, total: total)
          return !progress.isToStop
        })
      try commit()
      if progress.isToStop {
        throw JobStopped(
          state: "\(done) of \(counted(total, "photograph")) recorded in \(folder)",
          resuming: "the same command goes on")
      }
    }
  }
}
