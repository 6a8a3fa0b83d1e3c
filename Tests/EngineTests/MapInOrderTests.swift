import Engine
import Foundation
import Synchronization
import Testing

@Suite("Items on several threads", .serialized)
struct MapInOrderTests {
  struct Failure: Error, Equatable { var item: Int }

  @Test("arrive in order, each once", arguments: [1, 2, 3, 7])
  func order(workers: Int) throws {
    var seen: [Int] = []
    try mapInOrder(
      count: 100, workers: workers, makeState: {},
      transform: { _, index in
        // Later items of a group finish first.
        usleep(UInt32(300 * (7 - index % 8)))
        return 3 * index
      },
      consume: { index, output in
        #expect(output == 3 * index)
        seen.append(index)
        return true
      })
    #expect(seen == Array(0..<100))
  }

  @Test("have one state a worker, on the worker's own thread")
  func states() throws {
    final class State {
      let thread = Thread.current
    }
    let made = Atomic(0)
    try mapInOrder(
      count: 30, workers: 3,
      makeState: {
        made.add(1, ordering: .relaxed)
        return State()
      },
      transform: { (state: State, _) in state.thread === Thread.current && !Thread.isMainThread },
      consume: { _, isOwn in
        #expect(isOwn)
        return true
      })
    #expect(made.load(ordering: .relaxed) <= 3)
  }

  @Test("run no further ahead than the bound")
  func lookAhead() throws {
    let started = Atomic(0)
    try mapInOrder(
      count: 200, workers: 2, makeState: {},
      transform: { _, _ in started.add(1, ordering: .relaxed) },
      consume: { index, _ in
        usleep(200)
        // Eight are waiting at most, besides the one being consumed.
        #expect(started.load(ordering: .relaxed) <= index + 9)
        return true
      })
  }

  @Test("stop when the consumer has enough")
  func stop() throws {
    let started = Atomic(0)
    try mapInOrder(
      count: 1_000_000, workers: 2, makeState: {},
      transform: { _, _ in started.add(1, ordering: .relaxed) },
      consume: { index, _ in index < 10 })
    #expect(started.load(ordering: .relaxed) < 30)
  }

  @Test("bring errors to the caller")
  func errors() throws {
    #expect(throws: Failure(item: 5)) {
      try mapInOrder(
        count: 1000, workers: 2, makeState: {},
        transform: { _, index in if index == 5 { throw Failure(item: index) } },
        consume: { index, _ in
          #expect(index < 5)
          return true
        })
    }
    #expect(throws: Failure(item: -1)) {
      try mapInOrder(
        count: 10, workers: 2, makeState: { throw Failure(item: -1) },
        transform: { (_: Void, _) in }, consume: { _, _ in true })
    }
    #expect(throws: Failure(item: 3)) {
      try mapInOrder(
        count: 10, workers: 2, makeState: {}, transform: { _, index in index },
        consume: { index, _ in
          if index == 3 { throw Failure(item: index) }
          return true
        })
    }
  }

  @Test("are none at all")
  func none() throws {
    try mapInOrder(
      count: 0, workers: 2, makeState: { throw Failure(item: 0) },
      transform: { (_: Void, _) in }, consume: { _, _ in true })
  }
}
