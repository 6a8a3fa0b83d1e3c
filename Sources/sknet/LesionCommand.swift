import ArgumentParser
import Experiments
import Stimuli

struct LesionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lesion",
    abstract: "Replace a network's attention and measure what that costs as the target grows.",
    discussion: """
      Examples:
        sknet lesion sknet26-tiny photographs/ --out lesions
        sknet lesion skresnext50.safetensors photographs/ --lesions frozen,uniform --out lesions

      In every unit alone, then in all units of the stages up to each, the attention is replaced by
        frozen     the attention of scale 1.0, while the target grows
        shuffled   another photograph's attention at the same scale
        mean       the unit's mean attention over all photographs and scales
        uniform    the same weight for every branch
        swapped    the attention with the branches exchanged
        branches   one branch alone, each in turn
      If frozen costs nothing, selection by size does not matter. Costs are accuracy where classes
      are known (folder names or WNID_ file names), agreement and divergence everywhere.

      The same command on an interrupted run goes on with it; on a finished one it prints it again.
      """)

  @Argument(help: "A bundled model's name or a weight file.", completion: .file())
  var model: String

  @Argument(help: "Photographs (JPEG, PNG) and folders of them.", completion: .file())
  var images: [String]

  @Option(help: "What to do: all, or of frozen,shuffled,mean,uniform,swapped,branches.")
  var lesions = "all"

  @Option(help: "Factors by which the target grows, separated by commas.")
  var scales = "1.0,1.25,1.5,1.75,2.0"

  @Option(
    name: .customLong("protocol"),
    help: "crop: a central crop resized back; target: the target alone grows.")
  var zoomProtocol = ZoomProtocol.crop

  @Option(help: "Units to change, separated by commas; * stands for anything (default: all).")
  var units: String?

  @Option(
    help: "Targets: CSV lines file,xmin,ymin,xmax,ymax, or a file of Tiny ImageNet's boxes.",
    completion: .file())
  var boxes: String?

  @Option(help: "Behind pictures with transparency: gray, noise or an image file.")
  var background = "gray"

  @Option(help: "Side of the network's input in pixels (default: the model's).")
  var size: Int?

  @Option(help: "Arithmetic: f32, bf16, or auto (f32).")
  var precision = ZoomExperiment.PrecisionChoice.auto

  @Option(help: "Hold the engine to portable, avx2 or avx512 (default: the best there is).")
  var instructionSet: String?

  @Option(help: "Seed of the bootstrap and of the shuffling.")
  var seed: UInt64 = 1

  @Option(help: "Threads (default: one a core). Results do not depend on it.")
  var workers: Int?

  @Flag(help: "Count photographs whose crops have fewer pixels than the network's input.")
  var includeUndersampled = false

  @Option(help: "Largest photograph to decode, in millions of pixels.")
  var maxMegapixels = 200.0

  @Flag(help: "Throw an earlier run in the folder away and start over.")
  var fresh = false

  @Option(help: "The run's folder.", completion: .directory)
  var out: String

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !images.isEmpty else { throw ValidationError("no photographs are named") }
  }

  func run() throws {
    try mappingErrors {
      let zoom = ZoomExperiment(
        images: images, model: model, scales: try CommaList.numbers(scales, flag: "--scales"),
        zoomProtocol: zoomProtocol, units: CommaList.words(units ?? ""), boxes: boxes,
        background: StimulusSpecification.Background(background), size: size, precision: precision,
        instructionSet: instructionSet, seed: seed, workers: workers,
        includesUndersampled: includeUndersampled, maximumMegapixels: maxMegapixels, out: out,
        startsAfresh: fresh)
      try RunPrinter(output: output).perform(
        LesionExperiment(zoom, lesions: Lesion.list(CommaList.words(lesions))))
    }
  }
}
