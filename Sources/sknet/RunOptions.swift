import ArgumentParser
import Experiments
import Observing
import Stimuli
import SystemPackage

extension ZoomExperiment.PrecisionChoice: ExpressibleByArgument {}
extension ZoomProtocol: ExpressibleByArgument {}
extension BoxChoice: ExpressibleByArgument {}

/// What a zoom and a lesion run are both asked for.
struct RunOptions: ParsableArguments {
  @Option(
    help:
      "Factors by which the target grows, separated by commas (default: 1 to 2; shrink: 0.5 to 1).")
  var scales: String?

  @Option(
    name: .customLong("protocol"),
    help: """
      crop: the paper's, a central crop resized back; target: the target alone grows, outline and \
      texture; retarget: the target grows, the background is compressed, nothing leaves the picture; \
      aperture: the target through a window on a plain ground, both grow; shrink: the whole picture at \
      scales up to 1.
      """)
  var zoomProtocol = ZoomProtocol.crop

  @Option(
    name: [.customLong("units"), .customLong("gates")],
    help:
      "Units, or gates of other networks, separated by commas; * stands for anything (default: all)."
  )
  var units: String?

  @Option(
    help: ArgumentHelp(
      "Targets: a CSV file whose header names the columns (or file,xmin,ymin,xmax,ymax), COCO's JSON,"
        + " Kaggle's LOC_*_solution.csv, Tiny ImageNet's lists, an XML file of Pascal VOC or ILSVRC"
        + " or a folder of them."),
    completion: .file())
  var boxes: String?

  @Option(help: "Of several boxes in a photograph: largest, first, or union (around all of them).")
  var boxChoice = BoxChoice.largest

  @Option(help: "Behind pictures with transparency: gray, noise or an image file.")
  var background = "gray"

  @Option(help: "Side of the network's input in pixels (default: the model's).")
  var size: Int?

  @Option(help: "Arithmetic: f32, bf16, or auto (f32: attention shifts are finer than bf16).")
  var precision = ZoomExperiment.PrecisionChoice.auto

  @Option(help: "Hold the engine to portable, avx2 or avx512 (default: the best there is).")
  var instructionSet: String?

  @Option(help: "Seed of everything random: bootstrap, permutations, controls, shuffling.")
  var seed: UInt64 = 1

  @Option(
    help: """
      Seed of bootstrap and permutations alone, which may be changed on a finished run (default: \
      --seed).
      """)
  var analysisSeed: UInt64?

  @Option(help: "Threads (default: one a core). Results do not depend on it.")
  var workers: Int?

  @Flag(help: "Count photographs whose crops have fewer pixels than the network's input.")
  var includeUndersampled = false

  @Option(help: "Largest photograph to decode, in millions of pixels.")
  var maxMegapixels = 64.0

  @Flag(help: "Throw an earlier run in the folder away and start over.")
  var fresh = false

  @OptionGroup var sharding: ShardOptions

  @Option(help: "The run's folder.", completion: .directory)
  var out: String

  @OptionGroup var input: InputOptions
  @OptionGroup var memory: MemoryOptions
  @OptionGroup var output: OutputOptions

  /// The experiment on some photographs, without controls' and figures' settings.
  func experiment(images: [FilePath], model: String) throws -> ZoomExperiment {
    var experiment = ZoomExperiment(
      images: images, model: model,
      scales: try scales.map { try CommaList.numbers($0, flag: "--scales") },
      zoomProtocol: zoomProtocol, units: CommaList.words(units ?? ""), boxes: boxes,
      boxChoice: boxChoice,
      background: StimulusSpecification.Background(background), size: size, precision: precision,
      instructionSet: instructionSet, seed: seed, workers: workers,
      includesUndersampled: includeUndersampled, maximumMegapixels: maxMegapixels, out: out,
      startsAfresh: fresh)
    experiment.analysisSeed = analysisSeed
    experiment.input = try input.choice(size: size)
    experiment.shard = sharding.shard
    return experiment
  }
}
