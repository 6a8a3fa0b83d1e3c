import ArgumentParser
import Checkpoints
import Experiments
import Files

extension TensorLayout: ExpressibleByArgument {}

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a model's weights in another format: safetensors or ONNX.",
    discussion: """
      Examples:
        sknet convert sknet26-tiny --to sknet26-tiny.onnx --attention
        sknet convert SKNet50.caffemodel --to sknet50.safetensors
        sknet convert skresnext50.pth --to skresnext50.safetensors --layout timm

      Reads safetensors, PyTorch and Caffe files of every layout that sknet
      knows and writes what the extension says. Preprocessing and class names
      go along as metadata.

      ONNX (opset 17) goes from input [N, 3, H, W], already normalised, to
      logits [N, classes] and, with --attention, every unit's
      attention.SK_2_1 … [N, M, C]. Batch norms are folded.

      timm's layout is for networks that timm can build: SKNet-50 is its
      skresnext50_32x4d.
      """)

  @Argument(help: "A weight file or a bundled model's name.", completion: .file())
  var model: String

  @Option(help: "The file to write, .safetensors or .onnx.", completion: .file())
  var to: String

  @Option(help: "Whose names the tensors have in safetensors (default: own).")
  var layout: TensorLayout?

  @Flag(help: "Put out every unit's attention beside the logits (ONNX).")
  var attention = false

  func run() throws {
    try mappingErrors {
      try Conversion(model: model, out: to, layout: layout, attention: attention).perform()
    }
    try StandardOutput.print(to)
  }
}
