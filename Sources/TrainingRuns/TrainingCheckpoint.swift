import Analysis
import Checkpoints
import Foundation
import Networks
import Observing
import Recording
import Training
import TrainingData

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
    func fault(_ key: String, _ problem: String) -> CheckpointError {
      CheckpointError(
        file: path, place: "metadata '\(key)'", problem: problem,
        advice: "it is no checkpoint of a training, one of another version, or was changed")
    }
    func decoded<Value: Decodable>(_ key: String) throws -> Value {
      guard let text = file.metadata[key] else { throw fault(key, "is missing") }
      do {
        return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
      } catch {
        throw fault(key, jsonProblem(error))
      }
    }
    specification = try decoded(Key.specification)
    record = try decoded(Key.record)
    stepCount = try decoded(Key.step)
    if let problem = record.problem { throw fault(Key.record, problem) }
    guard (0...record.run.steps).contains(stepCount) else {
      throw fault(Key.step, "is \(stepCount), expected 0 to the run's \(record.run.steps) steps")
    }
    tensors = Weights()
    for name in file.names { tensors[name] = try file.tensor(name) }
  }

  /// Refuses a run of another length than the recipe and the pictures make, a step that the record has not
  /// come to, and tensors without the average that the recipe keeps, or with one that it does not.
  func checkRun(path: String, pictures: Int) throws {
    let batch = max(1, min(specification.recipe.batch, pictures))
    let stepsPerEpoch = max(1, pictures / batch)
    let recipe = specification.recipe
    let run = recipe.epochs.map { RunLength(epochs: $0, stepsPerEpoch: stepsPerEpoch) }
    guard record.run.stepsPerEpoch == stepsPerEpoch, run.map({ $0 == record.run }) ?? true else {
      throw CheckpointError(
        file: path, place: "metadata '\(Key.record)'",
        problem:
          "is of \(record.run.steps) steps, \(record.run.stepsPerEpoch) an epoch, where recipe"
          + " and pictures make \(run.map { "\($0.steps), " } ?? "")\(stepsPerEpoch) an epoch")
    }
    if let problem = record.problem(at: stepCount, batch: batch) {
      throw CheckpointError(
        file: path, place: "metadata '\(Key.step)'", problem: "is \(stepCount), where \(problem)",
        advice: "it was changed, as no training writes this")
    }
    let hasAverage = tensors.tensors.keys.contains { $0.hasPrefix("average.") }
    guard hasAverage == recipe.keepsAverage else {
      throw CheckpointError(
        file: path,
        problem: "its tensors have \(hasAverage ? "an" : "no") average, where the recipe"
          + " keeps \(recipe.keepsAverage ? "one" : "none")")
    }
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
