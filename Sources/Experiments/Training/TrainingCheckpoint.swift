import Analysis
import Checkpoints
import Foundation
import Networks
import Recording
import Training

/// Everything that a training needs to go on to the same bits, in one file that is replaced at once.
struct TrainingCheckpoint {
  var specification: TrainingSpecification
  var record: TrainingRecord
  var stepCount: Int
  /// Parameters, running statistics, velocities and averages by the names that the state gives them.
  var tensors: Weights

  private enum Key {
    static let specification = "training"
    static let record = "record"
    static let step = "step"
  }

  init(specification: TrainingSpecification, record: TrainingRecord, state: TrainingState) {
    self.specification = specification
    self.record = record
    stepCount = state.stepCount
    tensors = state.tensors
  }

  /// Writes the file, the one before surviving until this one is on the disk.
  ///
  /// - Throws: `CheckpointError` naming the file if the disk refuses.
  func write(toFile path: String) throws {
    try SafetensorsWriter.write(arrays, metadata: metadata(), toFile: path)
  }

  /// Does all that writing a file does but give it its name.
  func rehearse(besideFile path: String) throws {
    try SafetensorsWriter.rehearse(arrays, metadata: metadata(), besideFile: path)
  }

  private var arrays: [NamedArray] {
    tensors.tensors.map { name, tensor in
      NamedArray(name, shape: tensor.shape, floats: tensor.values)
    }
  }

  private func metadata() throws -> [String: String] {
    [
      Key.specification: try JSONText.line(specification), Key.record: try JSONText.line(record),
      Key.step: "\(stepCount)",
    ]
  }

  /// Reads a file.
  ///
  /// - Throws: `CheckpointError` if it cannot be read or is none of a training.
  init(contentsOfFile path: String) throws {
    let file = try SafetensorsFile(contentsOfFile: path)
    func decoded<Value: Decodable>(_ key: String) throws -> Value {
      guard let text = file.metadata[key],
        let value = try? JSONDecoder().decode(Value.self, from: Data(text.utf8))
      else {
        throw CheckpointError(
          file: path, place: "metadata '\(key)'", problem: "is missing or unknown",
          advice: "it is no checkpoint of a training, or one of another version")
      }
      return value
    }
    specification = try decoded(Key.specification)
    record = try decoded(Key.record)
    stepCount = try decoded(Key.step)
    tensors = Weights()
    for name in file.names { tensors[name] = try file.tensor(name) }
  }

  /// Refuses to go on with another network, recipe, data set or seed.
  func checkSame(_ given: TrainingSpecification, folder: String) throws {
    let differences = RunStore.differences(
      try JSONText.line(specification), try JSONText.line(given))
    guard !differences.isEmpty else { return }
    let rest = differences.count > 3 ? "; and \(differences.count - 3) more" : ""
    throw ExperimentError.failure(
      "\(folder): another training lies here: \(differences.prefix(3).joined(separator: "; "))\(rest)"
        + "; train with what was recorded, or choose another --out")
  }
}
