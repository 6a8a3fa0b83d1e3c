import ArgumentParser
import Experiments
import Figures
import Files

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Units, shapes, parameters, multiply-adds and theoretical receptive fields.",
    discussion: """
      Examples:
        sknet inspect sknet50
        sknet inspect model.safetensors --json
        sknet inspect net.onnx --size 224
        sknet inspect sknet50 --attention 0.4,0.6
        sknet inspect sknet26-tiny --picture cat.jpg --picture dog.jpg
        sknet inspect sknet50 --graph svg --out sknet50.svg
        sknet inspect --all

      Variants of SKNet-50 are named after their branches, as in the paper's tables 6 and 7:
      sknet50-k3-k7 selects between 3×3 and 3×3 dilated to 7×7, sknet50-k3-5x5g64
      between 3×3 and a dense 5×5 with 64 groups; sknet50-k3-k5-sum adds its
      branches without attention.
      """)

  @Argument(help: "A catalogue name, a weight file or an ONNX file.", completion: .file())
  var model: String?

  @Flag(help: "The paper's tables: every network's size beside the printed one.")
  var all = false

  @Option(help: "Side of the input in pixels (default: the model's).")
  var size: Int?

  @Option(
    help: "Expected fields for these weights of every gate's branches, separated by commas.")
  var attention: String?

  @Option(
    name: .customLong("picture"), parsing: .singleValue,
    help: """
      Expected fields as the network sees this picture: with the weights that its gates choose (or \
      --attention's), shortcuts left out and counted by their magnitudes; may be given again.
      """, completion: .file())
  var pictures: [String] = []

  @OptionGroup var preprocessing: InputOptions

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: "Draw the network with its receptive fields: svg, pdf or png.")
  var graph: FigureFormat?

  @Option(
    help: "The file to draw into (default: standard output for svg).", completion: .file())
  var out: String?

  func validate() throws {
    let asksExpected = attention != nil || !pictures.isEmpty
    if all, model != nil || size != nil || graph != nil || asksExpected {
      throw ValidationError("--all goes with --json alone")
    }
    if !all, model == nil { throw ValidationError("give a model, or --all") }
    if json, graph != nil { throw ValidationError("--json and --graph exclude each other") }
    if asksExpected, graph != nil {
      throw ValidationError(
        "\(attention != nil ? "--attention" : "--picture") and --graph exclude each other")
    }
    if out != nil, graph == nil { throw ValidationError("--out goes with --graph") }
    if let graph, graph != .svg, out == nil {
      throw ValidationError("--graph \(graph.rawValue) needs --out FILE")
    }
  }

  func run() throws {
    try mappingErrors {
      let input = try preprocessing.choice(size: nil)
      guard !pictures.isEmpty || !input.isGiven else {
        throw ValidationError("--mean, --std, --crop, --channels and --range go with --picture")
      }
      guard let model else {
        let catalogue = try CatalogueInspection()
        try StandardOutput.print(json ? catalogue.json() : catalogue.text)
        return
      }
      let inspection = try Inspection(
        model: model, size: size,
        attention: attention.map { try CommaList.numbers($0, flag: "--attention") },
        pictures: pictures, input: input)
      if let graph {
        try draw(inspection, graph)
      } else {
        try StandardOutput.print(json ? inspection.json() : inspection.text)
      }
    }
  }

  private func draw(_ inspection: Inspection, _ format: FigureFormat) throws {
    if let out {
      try inspection.writeGraph(format: format, toFile: out)
      if !OutputFile.isStandardOutput(out) { try StandardOutput.print(out) }
    } else {
      try StandardOutput.write(inspection.graph(format: format))
    }
  }
}
