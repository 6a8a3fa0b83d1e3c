import Analysis
import ArgumentParser
import Experiments
import Files
import Foundation

/// Performs an experiment and prints what came out: results on standard output, words on error.
struct RunPrinter {
  let output: OutputOptions

  func perform(_ experiment: ZoomExperiment) throws {
    let bar = ProgressBar(isQuiet: output.quiet)
    let outcome = try ZoomRun(experiment).perform(reporting: bar)
    try StandardOutput.print(output.json ? outcome.results.json() : outcome.table)
    try finish(bar, outcome.results.failed, outcome.folder, outcome.files)
  }

  func perform(_ experiment: LesionExperiment) throws {
    let bar = ProgressBar(isQuiet: output.quiet)
    let outcome = try LesionRun(experiment).perform(reporting: bar)
    try StandardOutput.print(output.json ? outcome.results.json() : outcome.table)
    try finish(bar, outcome.results.failed, outcome.folder, outcome.files)
  }

  private func finish(
    _ bar: ProgressBar, _ failed: [Results.Failure], _ folder: String, _ files: [String]
  ) throws {
    for failure in failed { bar.warn("failed: \(failure.error)") }
    bar.say("run folder: \(folder)")
    for path in files { bar.say("  \(path)") }
    if !failed.isEmpty { throw ExitCode.someImagesFailed }
  }
}
