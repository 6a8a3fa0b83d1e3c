import ArgumentParser
import Experiments
import Files

/// Performs an experiment of any kind and prints what came out: results on standard output, words on
/// error.
struct RunPrinter {
  let output: OutputOptions

  func perform(_ experiment: some Experiment) throws {
    let bar = ProgressBar(isQuiet: output.quiet)
    guard experiment.shard == nil else {
      let status = try experiment.performShard(reporting: bar)
      try StandardOutput.print(output.json ? status.json() : RunStatus.table([status]))
      return try bar.conclude("run folder", status.folder, [], failed: status.failures())
    }
    let outcome = try experiment.perform(reporting: bar)
    try StandardOutput.print(output.json ? outcome.results.json() : outcome.table)
    try bar.conclude("run folder", outcome.folder, outcome.files, failed: outcome.failed)
  }
}
