import Foundation
import Networks

extension Model {
  /// Writes the model in this project's layout; the same model gives the same bytes.
  ///
  /// - Throws: `CheckpointError` if a tensor is missing or misshapen, or the file cannot be written.
  public func write(toFile path: String) throws {
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
    try SafetensorsWriter.write(arrays, metadata: metadata, toFile: path)
  }

  private func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
