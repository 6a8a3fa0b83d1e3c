import ArgumentParser
import Experiments

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run an experiment file.",
    discussion: """
      Examples:
        sknet run Experiments/zoom.yaml
        sknet run Experiments/zoom.yaml --out /tmp/run

      Paths in the file are relative to it; unknown keys are errors.
      """)

  @Argument(help: "The experiment, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
  var experiment: String

  @Option(help: "The run's folder, instead of the file's.", completion: .directory)
  var out: String?

  @Option(help: "Threads (default: one a core). Results do not depend on it.")
  var workers: Int?

  @Flag(help: "Throw an earlier run in the folder away and start over.")
  var fresh = false

  @OptionGroup var sharding: ShardOptions
  @OptionGroup var memory: MemoryOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try mappingErrors {
      var value = try ExperimentFile(contentsOfFile: experiment, out: out).experiment
      if fresh { try value.startAfresh() }
      if let workers { value.workers = workers }
      value.shard = sharding.shard
      try RunPrinter(output: output).perform(value)
    }
  }
}
