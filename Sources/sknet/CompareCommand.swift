import ArgumentParser
import Experiments
import Figures
import Files

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Set recorded zooms side by side: shifts per unit and their differences.",
    discussion: """
      Examples:
        sknet compare runs/sknet50 runs/sknet50-bf16
        sknet compare runs/sknet26 runs/sknet50 runs/sknet101 --out comparison

      Shows the slope per octave of every unit in every run, its excess over the
      spectrum control, each later run's difference from the first, and verdicts on
      the first run's primary family. Every column is over the photographs that count
      in all runs, told by their content, and differences are paired by them; a run
      that shares none with the first is resampled by itself.

      Units are matched by name if all networks have as many units in each stage.
      Otherwise beside each unit of the network with the fewest stands the one at
      the nearest relative depth within the stage, unit i of n being at (i - 1/2) /
      n. Stages match by the paper's number.

      Runs must be finished, and of the same protocol and scales.
      """)

  @Argument(help: "Folders of zooms, two or more.", completion: .directory)
  var runs: [String]

  @Option(help: "A folder for compare.json and the figure, comparison.png.", completion: .directory)
  var out: String?

  @Option(help: "The figure's format: png, pdf or svg (default: png).")
  var format: FigureFormat?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard runs.count > 1 else { throw ValidationError("a comparison needs two runs") }
    guard format == nil || out != nil else {
      throw ValidationError("--format goes with --out, where the figure is written")
    }
  }

  func run() throws {
    try mappingErrors {
      let comparison = try RunComparison(folders: runs)
      try StandardOutput.print(output.json ? comparison.comparison.json() : comparison.table)
      guard let out else { return }
      let bar = ProgressBar(isQuiet: output.quiet)
      for path in try comparison.write(to: out, format: format ?? .png) { bar.say("  \(path)") }
    }
  }
}
