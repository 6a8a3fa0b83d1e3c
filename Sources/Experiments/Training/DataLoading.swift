import Engine
import Foundation
import Memory
import Pictures
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
    var room = bytesLeft
    try mapInOrder(
      count: (pending.count + chunk - 1) / chunk, workers: workers, makeState: {},
      transform: { _, index -> [Result<Picture, PictureError>] in
        pending[index * chunk..<min((index + 1) * chunk, pending.count)].map { place in
          do throws(PictureError) {
            return .success(try listed.picture(place))
          } catch {
            return .failure(error)
          }
        }
      },
      consume: { index, outcomes in
        for (offset, outcome) in outcomes.enumerated() {
          if case .success(let picture) = outcome { room -= picture.pixels.count }
          if case .failure(let error) = outcome {
            if error.isOfProcess { throw error }
            failed.append("\(error)")
          }
          guard room >= 0 else { return false }
          pictures.keep(outcome, at: pending[index * chunk + offset])
        }
        progress.advanced(
          done: min((index + 1) * chunk, pending.count), total: pending.count)
        return true
      })
    bytesLeft = max(0, room)
  }
}
