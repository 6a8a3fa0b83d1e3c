import Analysis
import ArgumentParser
import Experiments
import Files
import Stimuli

struct FieldsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fields",
    abstract: "Measure receptive fields: theoretical and effective, and what they change by.",
    discussion: """
      Examples:
        sknet fields net.onnx --out fields
        sknet fields resnet50 net.onnx sknet26-tiny --out compared
        sknet fields sknet26-tiny photographs/ --out fields
        sknet fields sknet26-tiny photographs/ --at SK_3_2,SK_4_2 --scales 1,1.5,2 \\
          --protocol target --boxes boxes.csv --out fields

      The effective field of a node is the gradient of one of its positions, summed
      over channels, with respect to the picture. Its sizes are of the map's mass,
      about the position's theoretical centre. Without photographs the network is
      shown Gaussian noise.

      With photographs and a network that has gates, the change of a field with scale
      is parted: selection (the attention changes, the content does not), content,
      and what the gradient through the gates adds. Every part comes with the
      smallest change that so many photographs would have found.

      Several networks are measured alike, each in a folder of its own within --out,
      which gets fields.json, table.txt and fields-over-depth.png of all of them.

      --nulls measures the same where nothing was learnt or nothing is to be seen, and
      sets it beside: networks with initial weights, other sizes of the input, a
      picture of noise in each photograph's place, other photographs (--others), and
      the zoom's controls. Each of those networks takes memory of its own.

      The folder gets results.json, table.txt, maps.safetensors and
      figures/field-maps.png. The same command on an interrupted run goes on with it;
      on a finished one it prints it again. Every map is kept: 8 bytes a pixel for each
      node, scale and position, 4 MB a photograph at 224 pixels.
      """)

  @Argument(help: "A catalogue name, a weight file or an ONNX file.", completion: .file())
  var model: String

  @Argument(
    help:
      "More networks to compare; then photographs (JPEG, PNG) and folders of them, none for noise.")
  var rest: [String] = []

  @Option(help: "Nodes or units, separated by commas (default: the last of every stage).")
  var at = ""

  @Option(help: "Factors by which the target grows, separated by commas (default: 1,2).")
  var scales: String?

  @Option(help: "How the target grows, as zoom has it (default: crop).")
  var `protocol`: ZoomProtocol?

  @Option(help: "Targets' boxes, a file or folder as zoom reads them.", completion: .file())
  var boxes: String?

  @Option(
    help:
      "Of several boxes in a photograph: largest (default), first, or union (around all of them).")
  var boxChoice: BoxChoice?

  @Option(help: "What of the gradient counts: absolute, squared or positive.")
  var measure = FieldMap.Measure.absolute

  @Option(help: "Positions of each node: 1 for the central one, more for others at random.")
  var positions = 1

  @Option(
    help: "The only channel of each node that counts, from 0 (default: the sum over channels).")
  var channel: Int?

  @Option(help: "Pictures of noise, where no photographs are given (default: 16).")
  var noise: Int?

  @Option(help: "Side of the network's input in pixels (default: the model's).")
  var size: Int?

  @OptionGroup var input: InputOptions

  @Flag(help: "Measure what the fields are to be held against, too.")
  var nulls = false

  @Option(help: "With --nulls: networks with initial weights, by as many seeds (default: 3).")
  var nullSeeds: Int?

  @Option(
    help: "With --nulls: sides of the input, separated by commas (default: 3/4 and 5/4 of its own)."
  )
  var nullSizes: String?

  @Option(
    name: .customLong("others"),
    help:
      "With --nulls: a photograph, or a folder of them, to stand in for the others; repeatable.",
    completion: .file())
  var otherPhotographs: [String] = []

  @Option(
    help: "With --nulls: the zoom's controls, separated by commas; usual or all (default: usual).")
  var controls: String?

  @Option(help: "Seed of noise, positions and initial weights.")
  var seed: UInt64 = 1

  @Option(help: "Seed of intervals; may change on a finished run (default: --seed).")
  var analysisSeed: UInt64?

  @Option(help: "Hold the engine to portable, avx2 or avx512 (default: the best there is).")
  var instructionSet: String?

  @Option(help: "Threads (default: one a core). Results do not depend on it.")
  var workers: Int?

  @Option(help: "Largest photograph to decode, in millions of pixels.")
  var maxMegapixels = 64.0

  @OptionGroup var sharding: ShardOptions

  @Flag(help: "Throw an earlier run in the folder away and start over.")
  var fresh = false

  @Option(help: "The run's folder.", completion: .directory)
  var out: String

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard positions > 0 else { throw ValidationError("--positions: expected at least 1") }
    guard
      nulls || (nullSeeds == nil && nullSizes == nil && otherPhotographs.isEmpty && controls == nil)
    else {
      throw ValidationError("--null-seeds, --null-sizes, --others and --controls go with --nulls")
    }
  }

  func run() throws {
    try mappingErrors {
      let networks = rest.prefix(while: FieldComparisonRun.isNetwork)
      let images = GivenPaths.paths(Array(rest.dropFirst(networks.count)))
      try checkWhatIsShown(photographs: !images.isEmpty)
      let `protocol` = `protocol` ?? .crop
      let scales =
        try scales.map { try CommaList.numbers($0, flag: "--scales") }
        ?? FieldExperiment.usualScales(`protocol`)
      var experiment = FieldExperiment(
        model: model, images: images, nodes: CommaList.words(at), scales: scales,
        zoomProtocol: `protocol`, boxes: boxes, measure: measure, positions: positions,
        size: size, seed: seed, workers: workers, maximumMegapixels: maxMegapixels, out: out,
        startsAfresh: fresh)
      if let boxChoice { experiment.boxChoice = boxChoice }
      if let noise { experiment.noise = noise }
      experiment.shard = sharding.shard
      experiment.analysisSeed = analysisSeed
      experiment.channel = channel
      experiment.instructionSet = instructionSet
      experiment.input = try input.choice(size: nil)
      if nulls { experiment.nulls = try asked(`protocol`, scales) }
      guard !networks.isEmpty else { return try RunPrinter(output: output).perform(experiment) }
      let bar = ProgressBar(isQuiet: output.quiet)
      let outcome = try FieldComparisonRun(experiment, models: [model] + networks)
        .perform(reporting: bar)
      try StandardOutput.print(
        output.json ? outcome.comparison.json() : outcome.comparison.table)
      try bar.conclude("comparison", outcome.folder, outcome.files, failed: outcome.failed)
    }
  }
}

extension FieldsCommand {
  /// Refuses options of what is not shown, which would change nothing.
  private func checkWhatIsShown(photographs: Bool) throws {
    if photographs, noise != nil {
      throw ValidationError("--noise: photographs are given, so no noise is shown")
    }
    let ofPhotographs = [
      ("--scales", scales != nil), ("--protocol", `protocol` != nil), ("--boxes", boxes != nil),
      ("--box-choice", boxChoice != nil),
    ]
    if !photographs, let (option, _) = ofPhotographs.first(where: \.1) {
      throw ValidationError("\(option): goes with photographs, and none are given")
    }
  }

  private func asked(_ zoomProtocol: ZoomProtocol, _ scales: [Double]) throws -> AskedNulls {
    var asked = AskedNulls()
    if let nullSeeds { asked.seeds = nullSeeds }
    asked.sizes = try nullSizes.map {
      try CommaList.integers($0, flag: "--null-sizes", in: 1...StimulusSpecification.maximumSize)
    }
    asked.others = GivenPaths.paths(otherPhotographs)
    asked.controls = try controls.map {
      try Control.list(CommaList.words($0), protocol: zoomProtocol, scales: scales)
    }
    return asked
  }
}

extension FieldMap.Measure: ExpressibleByArgument {}
