import ArgumentParser
import Experiments
import Figures
import Files

extension FigureFormat: ExpressibleByArgument {}

struct FiguresCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "figures",
    abstract: "Draw a recorded run's figures again, without the network.",
    discussion: """
      Examples:
        sknet figures run --format pdf
        sknet figures run --only shift-over-depth --format svg
        sknet figures lesions --format pdf

      The figures of a zoom are figure-3ab, figure-3c, figure-4 and
      shift-over-depth; those of a lesion run are lesion-costs and lesion-matrix.
      """)

  @Argument(help: "The run's folder.", completion: .directory)
  var folder: String

  @Option(help: "png, pdf or svg.")
  var format = FigureFormat.png

  @Option(help: "One figure by its name.")
  var only: String?

  func run() throws {
    try mappingErrors {
      let recorded = try RunFolder.open(folder)
      let paths = try recorded.draw(formats: [format], only: only)
      try StandardOutput.print(paths.joined(separator: "\n"))
    }
  }
}
