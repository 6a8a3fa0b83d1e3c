import Analysis
import ArgumentParser
import Experiments
import Files
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

      Writes results.json, table.txt, units.csv and size-tuning.png into a folder
      that must not be there, or be empty.
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

  @Option(help: "Threads (default: one a core). Results do not depend on it.")
  var workers: Int?

  @Option(help: "The folder to write to.", completion: .directory)
  var out: String

  @Flag(help: "Say nothing but results and errors.")
  var quiet = false

  @Flag(help: "Print results as JSON on standard output.")
  var json = false

  func run() throws {
    let bar = ProgressBar(isQuiet: quiet)
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
      experiment.workers = workers
      let outcome = try TuningRun(experiment).perform(reporting: bar)
      try StandardOutput.print(json ? outcome.results.json() : outcome.table)
      try bar.conclude("tuning", outcome.folder, outcome.files, failed: [])
    }
  }
}

extension Grating.Edge: ExpressibleByArgument {}
