import ArgumentParser
import Experiments

extension ExportFormat: ExpressibleByArgument {}

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write what a run recorded as CSV, npz or safetensors.",
    discussion: """
      Examples:
        sknet export run --to npz --out run.npz
        sknet export run --to csv --out run.csv

      Arrays: attention.SK_2_1 … [images, scales, M, C] (means: [images, scales, M]), logits
      [images, scales, classes], control.NAME.… the same; images in the order of their paths.
      What a control lacks is NaN.
      """)

  @Argument(help: "The run's folder.", completion: .directory)
  var folder: String

  @Option(help: "csv, npz or safetensors.")
  var to: ExportFormat

  @Option(help: "The file to write.", completion: .file())
  var out: String

  func run() throws {
    try mappingErrors {
      try RecordedRun(folder: folder).export(to, toFile: out)
    }
  }
}
