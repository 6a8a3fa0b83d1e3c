import Analysis
import ArgumentParser
import Experiments
import Stimuli

extension ZoomExperiment.Detail: ExpressibleByArgument {}
extension ClaimedDirection: ExpressibleByArgument {}

struct ZoomCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zoom",
    abstract: "Enlarge the target of every photograph and record which kernels are selected.",
    discussion: """
      Examples:
        sknet zoom photographs/ --out run
        sknet zoom cat.jpg dog.png --scales 1,1.5,2 --controls psf,spectrum --out run
        sknet zoom photographs/ --model sk50.safetensors --units 'SK_3_*' --out run
        sknet zoom photographs/ --primary SK_4_2 --direction either --out run
        sknet zoom photographs/ --protocol target --boxes boxes.csv --out run

      The primary family's units get a verdict: larger, smaller, equivalent (moves less
      than matters), confounded (not beyond every control) or unresolved. It is fixed
      when the run begins. Everything else is printed as exploratory.

      The same command on an interrupted run goes on with it; on a finished one it
      draws and prints it again. Results are the same to the bit for any --workers.
      """)

  @Argument(help: "Photographs (JPEG, PNG) and folders of them.", completion: .file())
  var images: [String]

  @Option(help: "A bundled model's name or a weight file.", completion: .file())
  var model = "sknet26-tiny"

  @Option(
    help: """
      Controls: usual (psf, spectrum; seam with target; both arms of aperture), all that go \
      with the protocol, none, or of psf, blur, spectrum, local, scrambled, sham, seam, moat, surround, \
      noise, gate, aperture-content, aperture-window.
      """)
  var controls = "usual"

  @Option(
    help:
      "How many times the measured point spread psf matches (0.5 and 0.7 tell how much hangs on it)."
  )
  var psfFactor = 1.0

  @Option(
    help:
      "Units that get a verdict, or stages ('stage 3'), by commas (default: the last of stages 2, 3, 4)."
  )
  var primary: String?

  @Option(help: "Where they are claimed to turn: larger, smaller or either.")
  var direction = ClaimedDirection.larger

  @Option(
    help: "Smallest slopes per octave that matter, one or one a unit (default: half the paper's).")
  var smallestEffect: String?

  @Option(help: "means, or channels: every channel's attention, for export.")
  var keep = ZoomExperiment.Detail.means

  @Option(help: "Photographs that figure 3 shows, by file name, separated by commas.")
  var examples: String?

  @OptionGroup var options: RunOptions

  func validate() throws {
    guard !images.isEmpty else { throw ValidationError("no photographs are named") }
  }

  func run() throws {
    try mappingErrors {
      var experiment = try options.experiment(images: GivenPaths.paths(images), model: model)
      experiment.controls = try Control.list(
        CommaList.words(controls), protocol: experiment.zoomProtocol, scales: experiment.scales)
      experiment.psfFactor = psfFactor
      experiment.primary = FamilyDeclaration(
        units: primary.map(CommaList.words), direction: direction,
        smallestEffects: try smallestEffect.map {
          try CommaList.numbers($0, flag: "--smallest-effect")
        })
      experiment.keep = keep
      experiment.examples = CommaList.words(examples ?? "")
      try RunPrinter(output: options.output).perform(experiment)
    }
  }
}
