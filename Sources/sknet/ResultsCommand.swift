import ArgumentParser
import Experiments
import Files

struct ResultsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "results",
    abstract: "Work out a recorded run's results again, without the network.",
    discussion: """
      Examples:
        sknet results run
        sknet results runs/shard-3 --json

      Prints the table and writes results, figures and report into the run's folder. Of
      a run that is not finished, a shard among them, all of it says on how much it
      rests: 17 of 200 photographs.
      """)

  @Argument(help: "The run's folder.", completion: .directory)
  var folder: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    let bar = ProgressBar(isQuiet: output.quiet)
    try mappingErrors {
      let run = try RunFolder.open(folder).reported()
      try StandardOutput.print(output.json ? run.json : run.table)
      try bar.conclude("run folder", run.folder, run.files, failed: run.failed)
    }
  }
}
