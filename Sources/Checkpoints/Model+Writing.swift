import Foundation
import Networks

/// Whose names the tensors have in a safetensors file that is written.
public enum TensorLayout: String, Hashable, Sendable, CaseIterable {
  /// This project's.
  case own
  /// timm's, for networks that timm's code can build.
  case timm
}

extension Model {
  /// Writes the model as safetensors; the same model gives the same bytes.
  ///
  /// The metadata describe the network, its preprocessing and its classes in either layout.
  ///
  /// - Parameters:
  ///   - path: Replaced at once when all is written.
  ///   - layout: Whose names the tensors have.
  ///   - notes: Texts that go beside the model's own metadata; readers pass them over.
  /// - Throws: `CheckpointError` if a tensor is missing or misshapen, the layout cannot express the
  ///   network, or the file cannot be written.
  public func write(
    toFile path: String, layout: TensorLayout = .own, notes: [String: String] = [:]
  ) throws {
    try checkShapes(file: path)
    let layout = layout == .own ? Layout.own : try Layout.timm(for: architecture, file: path)
    try SafetensorsWriter.write(
      layout.arrays(of: self, file: path),
      metadata: metadata().merging(notes) { own, _ in own }, toFile: path)
  }

  /// Writes the model as an ONNX graph from `input` `[N, 3, H, W]` to `logits`, batch norms folded.
  ///
  /// Its input are prepared pixels, H and W those of the preprocessing, N as many as there are. Network,
  /// preprocessing and classes are in `metadata_props` as they are in our safetensors' metadata.
  ///
  /// - Parameters:
  ///   - path: Replaced at once when all is written.
  ///   - attention: Whether every unit's attention goes out too: `attention.SK_2_1` `[N, M, C]`.
  /// - Throws: `CheckpointError` if a tensor is missing or misshapen, attention is asked for where
  ///   there is none, or the file cannot be written.
  public func writeONNX(toFile path: String, attention: Bool = false) throws {
    try checkShapes(file: path)
    if architecture.classes == 0, !(attention && architecture.hasAttention) {
      throw CheckpointError(
        file: path, problem: "the network has no classifier, so that nothing would be put out",
        advice: architecture.hasAttention ? "ask for its attention" : nil)
    }
    let graph = try ONNXNetwork.graph(of: self, attention: attention, path: path)
    try ONNXFile(graph, name: name, metadata: metadata(), path: path).write()
  }

  private func checkShapes(file path: String) throws(CheckpointError) {
    for parameter in architecture.parameters {
      let tensor = weights[parameter.name]
      guard tensor?.shape == parameter.shape else {
        throw CheckpointError(
          file: path, place: "tensor '\(parameter.name)'",
          problem: "expected \(parameter.shape), found \(tensor.map { "\($0.shape)" } ?? "none")")
      }
    }
  }

  /// What stands beside the tensors.
  private func metadata() throws -> [String: String] {
    var metadata = [
      "name": name, "architecture": try json(architecture), "input": try json(preprocessing),
    ]
    if let classes { metadata["classes"] = try json(classes) }
    return metadata
  }

  private func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
