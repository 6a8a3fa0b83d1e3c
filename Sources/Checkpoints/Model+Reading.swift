import Foundation
import Networks

extension Model {
  /// Reads a model in this project's layout: safetensors with `architecture` and `input` as JSON
  /// texts in the metadata, `name` and `classes` where known.
  ///
  /// - Throws: `CheckpointError` if the file breaks a rule of the format, describes a network that
  ///   cannot be, or lacks, adds or mis-shapes a tensor; also for weights that no network can have.
  public init(contentsOfFile path: String) throws(CheckpointError) {
    let file = try SafetensorsFile(contentsOfFile: path)
    let architecture = try file.decoded(Architecture.self, key: "architecture")
    let preprocessing = try file.decoded(Preprocessing.self, key: "input")
    do throws(ArchitectureError) {
      try architecture.validate()
      try preprocessing.validate()
    } catch {
      throw CheckpointError(file: path, place: "metadata", problem: error.description)
    }
    var classes: [String]?
    if file.metadata["classes"] != nil {
      let names = try file.decoded([String].self, key: "classes")
      guard names.count == architecture.classes else {
        throw CheckpointError(
          file: path, place: "metadata 'classes'",
          problem: "expected \(architecture.classes) names, found \(names.count)")
      }
      classes = names
    }
    self.init(
      name: file.metadata["name"]
        ?? URL(filePath: path).deletingPathExtension().lastPathComponent,
      architecture: architecture, preprocessing: preprocessing, classes: classes,
      weights: try file.weights(for: architecture), sha256: try file.sha256(), path: path)
  }
}

extension SafetensorsFile {
  /// Reads the tensors of a network, checking that they are exactly those that it needs.
  ///
  /// `num_batches_tracked`, which PyTorch adds to every batch norm, is ignored.
  ///
  /// - Throws: `CheckpointError` that counts the missing, unexpected and mis-shaped tensors and
  ///   names the first of each, or names the first tensor with a NaN, an infinity or a
  ///   negative variance.
  public func weights(for architecture: Architecture) throws(CheckpointError) -> Weights {
    let parameters = architecture.parameters
    try checkTensors(parameters)
    var weights = Weights()
    for parameter in parameters {
      let tensor = try tensor(parameter.name)
      if let index = tensor.values.firstIndex(where: { !$0.isFinite }) {
        throw CheckpointError(
          file: path, place: "tensor '\(parameter.name)'",
          problem: "value \(index) is \(tensor.values[index]), expected finite numbers",
          advice: "the training that wrote this file has diverged")
      }
      // A batch norm divides by the root of its variance.
      if parameter.name.hasSuffix("running_var"), let least = tensor.values.min(), least < 0 {
        throw CheckpointError(
          file: path, place: "tensor '\(parameter.name)'",
          problem: "a variance of \(least), expected none below 0")
      }
      weights[parameter.name] = tensor
    }
    return weights
  }

  private func checkTensors(_ parameters: [Parameter]) throws(CheckpointError) {
    let wanted = Set(parameters.map(\.name))
    let missing = parameters.filter { shape(of: $0.name) == nil }.map(\.name)
    let extra = names.filter { !wanted.contains($0) && !$0.hasSuffix("num_batches_tracked") }
    let misshapen = parameters.compactMap { parameter -> String? in
      guard let found = shape(of: parameter.name), found != parameter.shape else { return nil }
      return "\(parameter.name) expected \(parameter.shape), found \(brief(found))"
    }
    let faults = [
      ("missing", missing), ("unexpected", extra.map(abbreviated)), ("wrongly shaped", misshapen),
    ].filter { !$0.1.isEmpty }
    guard faults.isEmpty else {
      let list = faults.map { kind, names in
        "\(names.count) \(kind): \(names.prefix(3).joined(separator: ", "))"
          + (names.count > 3 ? ", …" : "")
      }
      throw CheckpointError(
        file: path, place: "tensors", problem: list.joined(separator: "; "),
        advice: "the file's architecture and its tensors do not belong together")
    }
  }
}
