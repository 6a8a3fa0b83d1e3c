import Checkpoints
import Foundation
import Observing
import SystemPackage

/// What `sknet convert` does: reads a model in any format and writes it in another.
public struct Conversion: Sendable {
  /// What is written, told from the file's extension.
  private enum Format: Sendable {
    case safetensors(TensorLayout)
    case onnx(attention: Bool)
  }

  private let model: String
  private let out: String
  private let format: Format

  /// Describes a conversion.
  ///
  /// - Parameters:
  ///   - model: A weight file or a bundled model's name.
  ///   - out: The file to write: `.safetensors` or `.onnx`.
  ///   - layout: Names of the tensors, for safetensors; nil for this project's.
  ///   - attention: Whether an ONNX graph puts out every unit's attention.
  /// - Throws: `ExperimentError.usage` for another extension, or what does not go with it.
  public init(
    model: String, out: String, layout: TensorLayout? = nil, attention: Bool = false
  ) throws(ExperimentError) {
    self.model = model
    self.out = out
    switch FilePath(out).extension?.lowercased() {
    case "safetensors":
      if attention { throw .usage("--attention goes with an .onnx file") }
      format = .safetensors(layout ?? .own)
    case "onnx":
      if layout != nil { throw .usage("--layout goes with a .safetensors file") }
      format = .onnx(attention: attention)
    default:
      throw .usage("--to names the format by its extension, .safetensors or .onnx, not '\(out)'")
    }
  }

  /// Reads and writes.
  ///
  /// - Throws: `CheckpointError` if the model cannot be read, or cannot be written in this format.
  public func perform() throws {
    let out = try OutputFile.checked(out, inputs: [ModelSource.file(model)].compactMap { $0 })
    let model = try ModelSource.trained(model)
    switch format {
    case .safetensors(let layout): try model.write(toFile: out, layout: layout)
    case .onnx(let attention): try model.writeONNX(toFile: out, attention: attention)
    }
  }
}
