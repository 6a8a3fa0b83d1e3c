import Foundation
import Networks

extension Model {
  /// Writes the model in this project's layout; the same model gives the same bytes.
  ///
  /// - Parameters:
  ///   - path: Replaced at once when all is written.
  ///   - notes: Texts that go beside the model's own metadata; readers pass them over.
  /// - Throws: `CheckpointError` if a tensor is missing or misshapen, or the file cannot be written.
  public func write(toFile path: String, notes: [String: String] = [:]) throws {
    let arrays = try architecture.parameters.map { parameter in
      guard let tensor = weights[parameter.name], tensor.shape == parameter.shape else {
        throw CheckpointError(
          file: path, place: "tensor '\(parameter.name)'",
          problem: "expected \(parameter.shape), found"
            + " \(weights[parameter.name].map { "\($0.shape)" } ?? "none")")
      }
      return NamedArray(parameter.name, shape: tensor.shape, floats: tensor.values)
    }
    var metadata = [
      "name": name, "architecture": try json(architecture), "input": try json(preprocessing),
    ]
    if let classes { metadata["classes"] = try json(classes) }
    metadata.merge(notes) { own, _ in own }
    try SafetensorsWriter.write(arrays, metadata: metadata, toFile: path)
  }

  private func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
