import Engine
import Foundation
import Memory
import Observing
import Pictures
import Synchronization
import TrainingData
import Wording

/// Decodes pictures into memory, as many as there is room for; the others are read whenever they are shown.
struct DataLoading {
  private var bytesLeft: Int
  private let workers: Int
  /// Pictures that could not be read, a line each.
  private(set) var failed: [String] = []

  /// - Parameters:
  ///   - megabytes: Room for decoded pictures; nil for a quarter of what memory is left.
  ///   - workers: Threads.
  init(megabytes: Int?, workers: Int) {
    bytesLeft = megabytes.map { $0 << 20 } ?? ProcessMemory.available.value / 4
    self.workers = workers
  }

  /// Keeps pictures from the first on while there is room.
  mutating func keep(
    _ pictures: inout LabelledPictures, _ purpose: String, reporting progress: some RunProgress
  ) throws {
    let listed = pictures
    let pending = listed.items.indices.filter { listed.items[$0].kept == nil }
    guard !pending.isEmpty, bytesLeft > 0 else { return }
    let chunk = 64
    progress.say("reading \(counted(pending.count, "picture")) \(purpose)")
    progress.began(done: 0, total: pending.count)
    let room = Room(bytesLeft)
    try mapInOrder(
      count: (pending.count + chunk - 1) / chunk, workers: workers, makeState: {},
      transform: { _, index -> [Result<Picture, PictureError>] in
        var outcomes: [Result<Picture, PictureError>] = []
        for place in pending[index * chunk..<min((index + 1) * chunk, pending.count)] {
          do throws(PictureError) {
            let picture = try listed.picture(place)
            // What is waiting to be kept counts as well.
            guard room.take(picture.pixels.count) else { break }
            outcomes.append(.success(picture))
          } catch {
            outcomes.append(.failure(error))
          }
        }
        return outcomes
      },
      consume: { index, outcomes in
        for (offset, outcome) in outcomes.enumerated() {
          if case .failure(let error) = outcome {
            if error.isOfProcess { throw error }
            failed.append("\(error)")
          }
          pictures.keep(outcome, at: pending[index * chunk + offset])
        }
        progress.advanced(
          done: min((index + 1) * chunk, pending.count), total: pending.count)
        return outcomes.count == min(chunk, pending.count - index * chunk)
      })
    bytesLeft = max(0, room.bytes)
  }
}

/// Memory that threads share out.
private final class Room: Sendable {
  private let left: Atomic<Int>

  init(_ bytes: Int) { left = Atomic(bytes) }

  var bytes: Int { left.load(ordering: .relaxed) }

  /// Takes some; false if there is not so much, and then for everybody.
  func take(_ count: Int) -> Bool { left.subtract(count, ordering: .relaxed).newValue >= 0 }
}
