import Foundation

/// Transforms items on several threads and hands the results over in order.
///
/// Each worker makes its state once, on its own thread, with one OpenMP thread to its name. Where the
/// system has fewer threads left than there are to be workers, those that it has do the work. Workers run at most `4 × workers` items ahead of what was consumed. The
/// first error stops everything, and so does `consume` when it returns false or throws; when the
/// function returns, its threads have ended.
///
/// - Parameters:
///   - count: Number of items.
///   - workers: Number of threads, at least 1.
///   - makeState: Makes what a worker needs, such as a `Runner`.
///   - transform: Turns an item's index into its result, on a worker's thread.
///   - consume: Receives index and result on the calling thread, in order; false stops.
/// - Throws: What `makeState`, `transform` or `consume` throws; `EngineError.threads` without a single
///   thread.
public func mapInOrder<State, Output: Sendable>(
  count: Int, workers: Int, makeState: @escaping @Sendable () throws -> State,
  transform: @escaping @Sendable (State, Int) throws -> Output,
  consume: (Int, Output) throws -> Bool
) throws {
  guard count > 0 else { return }
  let workers = max(1, min(workers, count))
  let belt = Belt<Output>(count: count, lookAhead: 4 * workers)
  defer { belt.stop() }
  for started in 0..<workers {
    do {
      try WorkerThread.start {
        do {
          let state = try makeState()
          while let index = belt.take() { belt.put(try transform(state, index), at: index) }
        } catch {
          belt.fail(error)
        }
        belt.leave()
      }
      belt.enter()
    } catch {
      // The results are the same from fewer.
      guard started > 0 else { throw error }
      break
    }
  }
  for index in 0..<count {
    guard try consume(index, try belt.next(index)) else { return }
  }
}

/// What the workers and the consumer share.
///
/// `@unchecked Sendable`: every property that changes is read and written under the condition's lock.
private final class Belt<Output: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private let count: Int
  private let lookAhead: Int
  private var taken = 0
  private var consumed = 0
  private var results: [Int: Output] = [:]
  private var failure: (any Error)?
  private var isStopped = false
  /// Workers that have not left; one may leave before it is counted.
  private var running = 0

  init(count: Int, lookAhead: Int) {
    self.count = count
    self.lookAhead = lookAhead
  }

  /// The next item to work on, once it is not too far ahead; nil when there is none left.
  func take() -> Int? {
    condition.withLock {
      while !isStopped && taken < count && taken >= consumed + lookAhead { condition.wait() }
      guard !isStopped, taken < count else { return nil }
      taken += 1
      return taken - 1
    }
  }

  func put(_ result: Output, at index: Int) {
    condition.withLock {
      results[index] = result
      condition.broadcast()
    }
  }

  /// Remembers the first error and lets nobody take more.
  func fail(_ error: any Error) {
    condition.withLock {
      if failure == nil { failure = error }
      isStopped = true
      condition.broadcast()
    }
  }

  func enter() { condition.withLock { running += 1 } }

  func leave() {
    condition.withLock {
      running -= 1
      condition.broadcast()
    }
  }

  /// The result of an item, once it is there.
  func next(_ index: Int) throws -> Output {
    try condition.withLock {
      while results[index] == nil && failure == nil { condition.wait() }
      if let failure { throw failure }
      guard let result = results.removeValue(forKey: index) else {
        preconditionFailure("an item is consumed once")
      }
      consumed = index + 1
      condition.broadcast()
      return result
    }
  }

  /// Ends the workers and waits until they are gone.
  func stop() {
    condition.withLock {
      isStopped = true
      condition.broadcast()
      while running > 0 { condition.wait() }
    }
  }
}
