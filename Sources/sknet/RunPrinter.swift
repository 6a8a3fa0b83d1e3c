import ArgumentParser
import Experiments
import Files

/// Performs an experiment of any kind and prints what came out: results on standard output, words on
/// error.
struct RunPrinter {
  let output: OutputOptions

  func perform(_ experiment: some Experiment) throws {
    let bar = ProgressBar(isQuiet: output.quiet)
    let outcome = try experiment.perform(reporting: bar)
    try StandardOutput.print(output.json ? outcome.results.json() : outcome.table)
    try bar.conclude("run folder", outcome.folder, outcome.files, failed: outcome.failed)
  }
}
