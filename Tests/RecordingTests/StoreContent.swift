import Foundation
import Recording
import RecordingCrashWriter

/// Everything that a store gives back, to hold two of them against each other.
struct StoreContent: Equatable {
  var description: RunDescription
  var images: [RecordedImage]
  var recorded: [Int: [StimulusRow]]

  init(_ store: RunStore) throws {
    description = try store.description()
    images = try store.images()
    var recorded: [Int: [StimulusRow]] = [:]
    try store.forEachImage(reading: [.logits, .profiles, .channels]) { recorded[$0.index] = $1 }
    self.recorded = recorded
  }

  /// What an uninterrupted recording of a made-up run's first photographs holds.
  init(_ run: MadeUpRun, first count: Int) {
    description = run.description
    images = run.images
    recorded = [:]
    for i in 0..<count {
      switch run.outcome(i).result {
      case .stimuli(let stimuli): recorded[i] = stimuli
      case .numbers: recorded[i] = []
      case .failed(let error):
        recorded[i] = []
        images[i].error = error
      }
    }
  }
}

extension MadeUpRun {
  /// Begins the run in a folder and records its first photographs.
  func begin(in folder: String, recording count: Int = 0) throws -> RunStore {
    let store = try RunStore.create(
      in: folder, kind: "zoom", description: description, images: images)
    try store.append((0..<count).map(outcome))
    return store
  }
}

/// The error that an operation throws, with its line.
func recordingError(_ body: () throws -> Void) -> RecordingError? {
  do {
    try body()
    return nil
  } catch {
    return error as? RecordingError
  }
}
