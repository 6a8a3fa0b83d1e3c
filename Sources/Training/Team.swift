import Engine
import Foundation
import Synchronization

/// Threads that run one function side by side and meet at barriers.
///
/// They are made once, each with one OpenMP thread to its name, and sleep between calls.
final class Team {
  /// Number of threads.
  let count: Int
  private let crew: Crew

  /// Starts the threads.
  ///
  /// - Throws: `EngineError.threads` if the system has not so many left.
  init(count: Int) throws(EngineError) {
    self.count = count
    let crew = Crew(count: count)
    self.crew = crew
    do throws(EngineError) {
      for index in 0..<count { try WorkerThread.start { crew.work(index) } }
    } catch {
      crew.end()
      throw error
    }
  }

  deinit { crew.end() }

  /// Runs a body on every thread and returns when all are done; its argument is the thread's index.
  ///
  /// - Throws: The first error that a body threw. A body that throws must have met as often as the rest.
  func run(_ body: @escaping @Sendable (Int, Meeting) -> Void) { crew.run(body) }
}

/// Where a team's threads wait for each other.
///
/// A thread spins for some microseconds, as the others are usually close, and sleeps after that, so that
/// a busy machine's other work gets the core.
final class Meeting: Sendable {
  private let count: Int
  private let arrived = Atomic<Int>(0)
  private let round = Atomic<Int>(0)
  private let condition = NSCondition()

  init(count: Int) { self.count = count }

  /// Returns when all threads have called it; what they wrote before is then seen by all.
  func wait() {
    let current = round.load(ordering: .acquiring)
    if arrived.add(1, ordering: .acquiringAndReleasing).newValue == count {
      arrived.store(0, ordering: .relaxed)
      condition.withLock {
        round.add(1, ordering: .releasing)
        condition.broadcast()
      }
      return
    }
    for _ in 0..<20_000 where round.load(ordering: .acquiring) != current { return }
    condition.withLock {
      while round.load(ordering: .acquiring) == current { condition.wait() }
    }
  }
}

/// What a team's threads share; they keep it alive, not the team.
///
/// `@unchecked Sendable`: everything that changes is read and written under the condition's lock.
private final class Crew: @unchecked Sendable {
  private let count: Int
  private let meeting: Meeting
  private let condition = NSCondition()
  private var body: (@Sendable (Int, Meeting) -> Void)?
  private var round = 0
  private var running = 0
  private var isEnding = false

  init(count: Int) {
    self.count = count
    meeting = Meeting(count: count)
  }

  func work(_ index: Int) {
    var seen = 0
    while let body = next(&seen) {
      body(index, meeting)
      condition.withLock {
        running -= 1
        if running == 0 { condition.broadcast() }
      }
    }
  }

  private func next(_ seen: inout Int) -> (@Sendable (Int, Meeting) -> Void)? {
    condition.withLock {
      while round == seen && !isEnding { condition.wait() }
      seen = round
      return isEnding ? nil : body
    }
  }

  func run(_ body: @escaping @Sendable (Int, Meeting) -> Void) {
    condition.withLock {
      self.body = body
      round += 1
      running = count
      condition.broadcast()
      while running > 0 { condition.wait() }
      self.body = nil
    }
  }

  func end() {
    condition.withLock {
      isEnding = true
      condition.broadcast()
    }
  }
}
