import ArgumentParser
import Experiments
import Stimuli

extension ZoomExperiment.Detail: ExpressibleByArgument {}

struct ZoomCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zoom",
    abstract: "Enlarge the target of every photograph and record which kernels are selected.",
    discussion: """
      Examples:
        sknet zoom photographs/ --out run
        sknet zoom cat.jpg dog.png --scales 1,1.5,2 --controls psf,spectrum --out run
        sknet zoom photographs/ --model sk50.safetensors --units 'SK_3_*' --out run
        sknet zoom photographs/ --protocol target --boxes boxes.csv --out run

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
      var experiment = try options.experiment(images: images, model: model)
      experiment.controls = try Control.list(
        CommaList.words(controls), protocol: experiment.zoomProtocol, scales: experiment.scales)
      experiment.psfFactor = psfFactor
      experiment.keep = keep
      experiment.examples = CommaList.words(examples ?? "")
      try RunPrinter(output: options.output).perform(experiment)
    }
  }
}
