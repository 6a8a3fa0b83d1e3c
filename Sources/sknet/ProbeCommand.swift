import ArgumentParser
import Experiments
import Files
import Observing

struct ProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Record, replace or differentiate any node of a network for one picture.",
    discussion: """
      Examples:
        sknet probe sknet26-tiny --input cat.jpg --record SK_3_2,attention.SK_3_2 \\
          --gradient SK_3_2 --hold gates --out probe.safetensors
        sknet probe net.onnx --input x.npy --gradient /layer3/Relu_output_0 \\
          --out probe.safetensors

      Writes logits, value.NODE [C, H, W] and gradient.NODE [3, H, W]: the gradient
      with respect to the normalised picture of the node's middle positions (1, 2 or
      4, their mean), summed over channels. It does not pass nodes that are held:
      with the gates held, what is left is what their weights, as they are, let
      through.

      Nodes are named as 'sknet inspect MODEL' lists them; of selective-kernel
      networks SK_3_4 is a unit's output and attention.SK_3_4 its gate. An array
      goes in as it is (of safetensors its 'input'), a picture as the network's
      preprocessing says.
      """)

  @Argument(help: "A catalogue name, a weight file or an ONNX file.", completion: .file())
  var model: String

  @Option(help: "A picture, a .npy or a .safetensors with 'input'.", completion: .file())
  var input: String

  @Option(help: "Nodes whose values are wanted, separated by commas.")
  var record = ""

  @Option(help: "Nodes whose gradients are wanted, separated by commas.")
  var gradient = ""

  @Option(help: "Nodes that gradients do not pass, separated by commas; gates for all gates.")
  var hold = ""

  @Option(help: "NODE=FILE: values from a file in a node's place; may be given again.")
  var replace: [String] = []

  @Option(help: "Side of the network's input in pixels (default: the model's).")
  var size: Int?

  @OptionGroup var preprocessing: InputOptions

  @Option(help: "The safetensors file to write.", completion: .file(extensions: ["safetensors"]))
  var out: String

  func run() throws {
    try mappingErrors {
      let replacements = try replace.map { text in
        guard let sign = text.lastIndex(of: "="), sign != text.startIndex else {
          throw ExperimentError.usage("--replace: expected NODE=FILE, found '\(text)'")
        }
        return (node: String(text[..<sign]), file: String(text[text.index(after: sign)...]))
      }
      let line = try Probe(
        model: model, input: input, records: CommaList.words(record),
        gradients: CommaList.words(gradient), holds: CommaList.words(hold),
        replacements: replacements, preprocessing: preprocessing.choice(size: size), out: out
      ).perform()
      if let line { ProgressBar(isQuiet: false).say(line) }
    }
    if !OutputFile.isStandardOutput(out) { try StandardOutput.print(out) }
  }
}
