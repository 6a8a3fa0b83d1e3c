import Engine
import Foundation
import Synchronization

/// What a worker does with a chunk of pictures.
struct ProgramStep {
  typealias Body = (Worker, Chunk) throws -> Void
  var part: TrainingPart
  /// Whether it is needed to compute logits.
  var isForward: Bool
  /// Positions of its largest map, which decides how many pictures a chunk has.
  var positions: Int
  /// What has to be prepared for a chunk's number of pictures.
  var pass: ConvolutionPass?
  var body: Body
}

/// Steps in the order in which they run, being written.
struct Sequence {
  /// Steps between two meetings of the workers.
  struct Segment {
    /// What every worker does first, once; it may read what the others did before the meeting.
    var opening: [(part: TrainingPart, body: (Worker) throws -> Void)] = []
    var steps: [ProgramStep] = []
    /// Floats a picture that its maps take in the arena.
    var arenaSize = 0
    /// The most pictures of a chunk.
    var capacity = 1
  }

  var segments = [Segment()]
  let isForward: Bool

  init(isForward: Bool) { self.isForward = isForward }

  /// Adds a step that runs for each chunk.
  mutating func add(
    _ part: TrainingPart, positions: Int, pass: ConvolutionPass? = nil,
    _ body: @escaping ProgramStep.Body
  ) {
    segments[segments.count - 1].steps.append(
      ProgramStep(part: part, isForward: isForward, positions: positions, pass: pass, body: body))
  }

  /// Lets all workers meet, and then each do something once.
  mutating func meet() { segments.append(Segment()) }

  /// Adds what every worker does once after the last meeting.
  mutating func open(_ part: TrainingPart, _ body: @escaping (Worker) throws -> Void) {
    precondition(segments[segments.count - 1].steps.isEmpty, "a segment opens before its steps")
    segments[segments.count - 1].opening.append((part, body))
  }

  /// Room in the arena for a map that lives within a chunk.
  mutating func arenaOffset(_ size: Int) -> Int {
    defer { segments[segments.count - 1].arenaSize += size }
    return segments[segments.count - 1].arenaSize
  }

  /// Goes on with another sequence, whose first segment joins this one's last.
  mutating func append(_ other: Sequence) {
    precondition(other.segments[0].opening.isEmpty, "a segment opens before its steps")
    let last = segments.count - 1
    segments[last].steps += other.segments[0].steps
    segments[last].arenaSize = max(segments[last].arenaSize, other.segments[0].arenaSize)
    segments += other.segments.dropFirst()
  }
}

/// Segments with everything decided, run by a team.
///
/// `@unchecked Sendable`: while a team runs it, a worker writes only what is its own (its pictures' maps,
/// its sums, jobs that its index falls on), and reads what others wrote only after a meeting; outside of
/// a run one thread alone uses it.
final class Program: @unchecked Sendable {
  let workers: [Worker]
  private(set) var segments: [Sequence.Segment]
  /// Whether workers measure where their time goes.
  var measures = false
  private let team: Team
  private let failure = Mutex<(any Error)?>(nil)

  /// Decides how many pictures a chunk has: as many as make about `chunkPositions` positions.
  init(_ sequence: Sequence, workers: [Worker], share: Int, chunkPositions: Int) throws {
    self.workers = workers
    team = try Team(count: workers.count)
    segments = sequence.segments
    for index in segments.indices {
      let positions = segments[index].steps.reduce(1) { max($0, $1.positions) }
      segments[index].capacity = max(1, min(share, chunkPositions / positions))
    }
    let arena = segments.reduce(0) { max($0, $1.arenaSize * $1.capacity) }
    for worker in workers { worker.arena = try Buffer(bytes: 4 * arena) }
  }

  /// Splits a batch between the workers and makes what their chunks need.
  func prepare(count: Int) throws {
    for worker in workers {
      worker.pictures =
        count * worker.index / workers.count..<count * (worker.index + 1) / workers.count
    }
    for segment in segments {
      var counts: Set<Int> = []
      for worker in workers {
        for chunk in chunks(worker.pictures, segment.capacity) {
          counts.insert(chunk.pictures.count)
        }
      }
      for pass in segment.steps.compactMap(\.pass) {
        for count in counts.sorted() { try pass.prepare(count) }
        for worker in workers {
          try worker.reserveScratch(pass.scratchpadBytes)
          try worker.reserveWidened(pass.widenedBytes)
        }
      }
    }
  }

  /// Runs all segments, or those that compute logits.
  ///
  /// - Throws: The first error of any worker; the others finish without working.
  func run(forwardOnly: Bool) throws {
    let last = segments.lastIndex { $0.steps.contains(where: \.isForward) } ?? segments.count - 1
    let range = forwardOnly ? 0...last : 0...segments.count - 1
    failure.withLock { $0 = nil }
    team.run { [self] index, meeting in
      let worker = workers[index]
      for segment in segments[range] {
        if failure.withLock({ $0 == nil }) {
          do {
            try run(segment, worker, forwardOnly: forwardOnly)
          } catch {
            failure.withLock { $0 = $0 ?? error }
          }
        }
        timed(.waiting, worker) { meeting.wait() }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  private func run(_ segment: Sequence.Segment, _ worker: Worker, forwardOnly: Bool) throws {
    for (part, body) in segment.opening { try timed(part, worker) { try body(worker) } }
    for chunk in chunks(worker.pictures, segment.capacity) {
      for step in segment.steps where step.isForward || !forwardOnly {
        try timed(step.part, worker) { try step.body(worker, chunk) }
      }
    }
  }

  private func timed(_ part: TrainingPart, _ worker: Worker, _ body: () throws -> Void) rethrows {
    guard measures else { return try body() }
    let start = DispatchTime.now().uptimeNanoseconds
    try body()
    worker.seconds[part.index] += Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
  }

  private func chunks(_ pictures: Range<Int>, _ capacity: Int) -> [Chunk] {
    stride(from: pictures.lowerBound, to: pictures.upperBound, by: capacity).map {
      Chunk(pictures: $0..<min($0 + capacity, pictures.upperBound), capacity: capacity)
    }
  }
}
