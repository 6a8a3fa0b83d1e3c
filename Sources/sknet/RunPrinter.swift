import ArgumentParser
import Experiments
import Foundation

/// Performs an experiment and prints what came out: results on standard output, words on error.
struct RunPrinter {
  let output: OutputOptions

  func perform(_ experiment: ZoomExperiment) throws {
    let bar = ProgressBar(isQuiet: output.quiet)
    let outcome = try ZoomRun(experiment).perform(reporting: bar)
    if output.json {
      print(try outcome.results.json())
    } else {
      print(outcome.table)
    }
    for failure in outcome.results.failed { bar.warn("failed: \(failure.error)") }
    bar.say("run folder: \(outcome.folder)")
    for path in outcome.files { bar.say("  \(path)") }
    if !outcome.results.failed.isEmpty { throw ExitCode.someImagesFailed }
  }
}
