import Engine
import Recording
import Wording

extension RunStore {
  /// Numbers that wait for a commit: 32 MB.
  private static let mostWaiting = 4 << 20

  /// Observes photographs on several threads and records them in order, a second's worth a batch.
  ///
  /// A photograph that cannot be used is recorded as failed; an engine that fails stops the run.
  ///
  /// - Parameters:
  ///   - pending: Indices of the photographs to observe.
  ///   - total: Number of the run's photographs.
  ///   - later: How many of them another call records.
  ///   - item: What they are called.
  ///   - workers: Threads.
  ///   - makeState: Makes what a worker needs.
  ///   - observe: What comes of a photograph, by its index.
  ///   - progress: Told about every photograph.
  /// - Throws: What the engine or the store throws; `JobStopped` if it was asked to stop.
  package func record<State>(
    _ pending: [Int], total: Int, later: Int = 0, of item: String = "photograph", workers: Int,
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
    var done = total - pending.count - later
    try progress.stoppingByItself {
      try mapInOrder(
        count: pending.count, workers: workers, makeState: makeState,
        transform: { state, item -> ImageOutcome in
          let index = pending[item]
          switch try usingPicture({ try observe(state, index) }) {
          case .success(let result): return ImageOutcome(imageIndex: index, result: result)
          case .failure(let unusable):
            return ImageOutcome(imageIndex: index, result: .failed(unusable.reason))
          }
        },
        consume: { item, outcome in
          batch.append(outcome)
          if case .numbers(let arrays) = outcome.result {
            numbers += arrays.reduce(0) { $0 + $1.count }
          }
          done += 1
          if batch.count >= 64 || numbers > Self.mostWaiting
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
          state: "\(done) of \(counted(total, item)) recorded in \(folder)",
          resuming: "the same command goes on")
      }
    }
  }
}
