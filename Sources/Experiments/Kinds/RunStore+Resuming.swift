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

  /// The store of a new run, or of the same run begun earlier.
  ///
  /// Photographs that failed are pending again.
  ///
  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - description: What identifies the run.
  ///   - images: Its photographs.
  ///   - startsAfresh: Whether an earlier run in the folder is thrown away.
  /// - Returns: The store, open for writing.
  /// - Throws: If the folder holds something else, or another run, naming what differs.
  static func resumed(
    in folder: String, description: RunDescription, images: [RecordedImage], startsAfresh: Bool
  ) throws -> RunStore {
    var content = try probe(folder)
    if startsAfresh && content == .run {
      try RunFiles.remove(from: folder)
      content = .empty
    }
    switch content {
    case .absent, .empty:
      return try create(in: folder, description: description, images: images)
    case .foreign(let reason):
      throw ExperimentError.failure("\(folder): \(reason); choose another --out")
    case .run:
      let store = try open(folder, forWriting: true)
      let differences = try store.differences(from: description, images: images)
      guard differences.isEmpty else {
        throw ExperimentError.failure(
          "\(folder): holds another run: \(differences.joined(separator: "; "))"
            + " (--fresh starts over)")
      }
      try store.renewUnusable(from: images)
      return store
    }
  }

  /// Observes photographs on several threads and records them in order, a second's worth a batch.
  ///
  /// A photograph that cannot be used is recorded as failed; an engine that fails stops the run.
  ///
  /// - Parameters:
  ///   - pending: Indices of the photographs to observe.
  ///   - total: Number of the run's photographs.
  ///   - workers: Threads.
  ///   - makeState: Makes what a worker needs.
  ///   - observe: A photograph's stimuli, by its index.
  ///   - progress: Told about every photograph.
  /// - Throws: What the engine or the store throws; `JobStopped` if it was asked to stop.
  func record<State>(
    _ pending: [Int], total: Int, workers: Int,
    makeState: @escaping @Sendable () throws -> State,
    observe: @escaping @Sendable (State, Int) throws -> [StimulusRow],
    reporting progress: some RunProgress
  ) throws {
    var batch: [ImageOutcome] = []
    var lastCommit = ContinuousClock.now
    func commit() throws {
      try append(batch)
      batch.removeAll(keepingCapacity: true)
      lastCommit = .now
    }
    var done = total - pending.count
    try progress.stoppingByItself {
      try mapInOrder(
        count: pending.count, workers: workers, makeState: makeState,
        transform: { state, item -> ImageOutcome in
          let index = pending[item]
          do {
            return ImageOutcome(imageIndex: index, result: .stimuli(try observe(state, index)))
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
          done += 1
          if batch.count >= 64 || ContinuousClock.now - lastCommit > .seconds(1) { try commit() }
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
