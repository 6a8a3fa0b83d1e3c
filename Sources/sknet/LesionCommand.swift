import Analysis
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
        frozen            the attention of scale 1.0, while the target grows
        reverse           the attention of the largest scale, while it shrinks back
        shuffled          another photograph's attention at the same scale
        matched           another's that is as far away as the own one has moved
        mean              the unit's mean attention over all other photographs and
                          scales
        mean-shift        the attention of scale 1.0, moved as the others' on average
        picture-specific  the own attention without the others' average move
        uniform           the same weight for every branch
        swapped           the attention with the branches exchanged
        branches          one branch alone, each in turn
      and, as matrix, in all units the pictures of every scale get the attention of
      every scale.

      Costs, against the intact network on the same photographs: rise of the true
      class's negative log-likelihood (nll), accuracy, agreement, and divergence (kl);
      the first two where classes are known (folder names or WNID_ file names). The
      lesions named by --primary, in all units, get verdicts by all measures or those
      of --measures, corrected together: worse, better, equivalent (within --bounds)
      or unresolved, with the smallest cost that would have been found. All else is
      exploratory.

      The same command on an interrupted run goes on with it; on a finished one it
      prints it again.
      """)

  @Argument(help: "A bundled model's name or a weight file.", completion: .file())
  var model: String

  @Argument(help: "Photographs (JPEG, PNG) and folders of them.", completion: .file())
  var images: [String]

  @Option(
    help: """
      What to do: all, or of frozen, reverse, shuffled, matched, mean, mean-shift, picture-specific, \
      uniform, swapped, branches, matrix.
      """)
  var lesions = "all"

  @Option(help: "Lesions that get verdicts (default: frozen,reverse).")
  var primary: String?

  @Option(help: "By what they are judged, of nll, accuracy, agreement, kl (default: all).")
  var measures: String?

  @Option(
    help:
      "Costs that do not matter: shares, and nats (default: nll=0.05,accuracy=0.02,agreement=0.05,kl=0.05)."
  )
  var bounds: String?

  @OptionGroup var options: RunOptions

  func validate() throws {
    guard !images.isEmpty else { throw ValidationError("no photographs are named") }
  }

  func run() throws {
    try mappingErrors {
      let zoom = try options.experiment(images: GivenPaths.paths(images), model: model)
      try RunPrinter(output: options.output).perform(
        LesionExperiment(
          zoom, lesions: Lesion.list(CommaList.words(lesions)), primary: declaration()))
    }
  }
  private func declaration() throws -> LesionDeclaration {
    LesionDeclaration(
      lesions: try primary.map { try Lesion.list(CommaList.words($0)).map(\.rawValue) },
      measures: try measures.map { try LesionMeasure.list(CommaList.words($0)) },
      bounds: try LesionBounds(words: CommaList.words(bounds ?? "")))
  }
}
