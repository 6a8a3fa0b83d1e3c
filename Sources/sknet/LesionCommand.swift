import ArgumentParser
import Experiments

struct LesionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lesion",
    abstract: "Replace a network's attention and measure what that costs as the target grows.",
    discussion: """
      Examples:
        sknet lesion sknet26-tiny photographs/ --out lesions
        sknet lesion sk50.safetensors photos/ --lesions frozen,uniform --out lesions

      In every unit alone, then in all units of the stages up to each, the attention
      is replaced by
        frozen     the attention of scale 1.0, while the target grows
        shuffled   another photograph's attention at the same scale
        mean       the unit's mean attention over all photographs and scales
        uniform    the same weight for every branch
        swapped    the attention with the branches exchanged
        branches   one branch alone, each in turn
      If frozen costs nothing, selection by size does not matter. Costs are accuracy
      where classes are known (folder names or WNID_ file names), agreement and
      divergence everywhere.

      The same command on an interrupted run goes on with it; on a finished one it
      prints it again.
      """)

  @Argument(help: "A bundled model's name or a weight file.", completion: .file())
  var model: String

  @Argument(help: "Photographs (JPEG, PNG) and folders of them.", completion: .file())
  var images: [String]

  @Option(help: "What to do: all, or of frozen,shuffled,mean,uniform,swapped,branches.")
  var lesions = "all"

  @OptionGroup var options: RunOptions

  func validate() throws {
    guard !images.isEmpty else { throw ValidationError("no photographs are named") }
  }

  func run() throws {
    try mappingErrors {
      let zoom = try options.experiment(images: GivenPaths.paths(images), model: model)
      try RunPrinter(output: options.output).perform(
        LesionExperiment(zoom, lesions: Lesion.list(CommaList.words(lesions))))
    }
  }
}
