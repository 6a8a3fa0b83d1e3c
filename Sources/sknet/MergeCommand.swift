import ArgumentParser
import Experiments
import Files

struct MergeCommand: ParsableCommand, ResumableCommand {
  static let resuming = Signals.Resuming.sameCommand
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Join the shards of a run to the run that they are parts of.",
    discussion: """
      Examples:
        sknet zoom photographs/ --shard 1/2 --out runs/shard-1
        sknet zoom photographs/ --shard 2/2 --out runs/shard-2
        sknet merge runs/shard-* --out run

      Results equal those of one run to the bit. Shards of another model, other
      photographs, another specification or another minor version of this tool are
      refused; those that are missing or not finished are named as an array for a
      scheduler (--array=3,17). Photographs that still lie where they lay are held
      against what was recorded.

      The same command on an interrupted merge goes on with it. An ablation's
      trained networks stay in their shards' folders.
      """)

  @Argument(help: "Folders of all shards.", completion: .directory)
  var shards: [String]

  @Option(help: "The folder of the whole run.", completion: .directory)
  var out: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    let bar = ProgressBar(isQuiet: output.quiet)
    try mappingErrors {
      let run = try RunMerge(shards: shards, out: out).perform(reporting: bar)
      try StandardOutput.print(output.json ? run.json : run.table)
      try bar.conclude("run folder", run.folder, run.files, failed: run.failed)
    }
  }
}
