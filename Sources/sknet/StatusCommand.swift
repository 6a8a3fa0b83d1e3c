import Analysis
import ArgumentParser
import Experiments
import Files

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "How far runs are: done, failed, left, rate and time left.",
    discussion: """
      Examples:
        sknet status run
        sknet status runs/shard-*
        sknet status runs/shard-* --json

      Works on runs at rest and while they are written, on shards and whole runs of
      zooms, lesions and ablations. The rate is that of the process that recorded the
      last photographs.
      """)

  @Argument(help: "Folders of runs or shards.", completion: .directory)
  var runs: [String]

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    try mappingErrors {
      let status = try runs.map { try RunStatus(folder: $0) }
      try StandardOutput.print(json ? JSONText.of(status) : RunStatus.table(status))
    }
  }
}
