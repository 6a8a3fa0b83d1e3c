import Analysis
import ArgumentParser
import Experiments
import Stimuli

struct TuningCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tuning",
    abstract: "Measure size tuning with gratings, as physiology does it.",
    discussion: """
      Examples:
        sknet tuning sknet26-tiny --out tuning
        sknet tuning net.onnx --at conv3,conv4 --contrasts 0.1,1 --out tuning

      Each channel of a node is searched for its preferred orientation and frequency
      at the node's central position, then shown discs and annuli of that grating at
      every radius, and discs at every contrast: summation field, surround,
      suppression index, annulus minimum field, and how the summation field changes
      with contrast, with the network's gates live and held at what the highest
      contrast made of them.

      The folder gets results.json, table.txt, units.csv, figures/size-tuning.png and
      report.html. The same command on an interrupted run goes on with it; on a finished
      one it prints it again. 'export' writes the curves, and each channel's properties
      by Brain-Score's names.
      """)

  @Argument(help: "A catalogue name, a weight file or an ONNX file.", completion: .file())
  var model: String

  @Option(help: "Nodes or units, separated by commas (default: the last of every stage).")
  var at = ""

  @Option(help: "Orientations of the search (default: 6).")
  var orientations: Int?

  @Option(help: "Spatial frequencies of the search (default: 8).")
  var frequencies: Int?

  @Option(help: "Phases of each grating (default: 8).")
  var phases: Int?

  @Option(help: "Radii of discs and annuli (default: 12).")
  var radii: Int?

  @Option(help: "Contrasts, ascending, separated by commas (default: 0.06,0.12,0.25,0.5,1).")
  var contrasts: String?

  @Option(help: "How discs and annuli end: hard, or cosine (over two pixels).")
  var edge = Grating.Edge.hard

  @Option(help: "Degrees of visual angle that the input's side counts for beside monkey V1.")
  var degrees = 8.0

  @Option(help: "Side of the network's input in pixels (default: the model's).")
  var size: Int?

  @OptionGroup var input: InputOptions

  @Option(help: "Threads (default: one a core). Results do not depend on it.")
  var workers: Int?

  @Flag(help: "Throw an earlier run in the folder away and start over.")
  var fresh = false

  @Option(help: "The run's folder.", completion: .directory)
  var out: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    try mappingErrors {
      var experiment = TuningExperiment(model: model, out: out)
      experiment.nodes = CommaList.words(at)
      if let orientations { experiment.orientations = orientations }
      if let frequencies { experiment.frequencies = frequencies }
      if let phases { experiment.phases = phases }
      if let radii { experiment.radii = radii }
      if let contrasts {
        experiment.contrasts = try CommaList.numbers(contrasts, flag: "--contrasts")
      }
      experiment.edge = edge
      experiment.degrees = degrees
      experiment.size = size
      experiment.input = try input.choice(size: nil)
      experiment.workers = workers
      experiment.startsAfresh = fresh
      try RunPrinter(output: output).perform(experiment)
    }
  }
}

extension Grating.Edge: ExpressibleByArgument {}
