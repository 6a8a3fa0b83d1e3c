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
      every kind. The rate is that of the process that recorded the
      last photographs.
      """)

  @Argument(help: "Folders of runs or shards.", completion: .directory)
  var runs: [String]

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    try mappingErrors {
      // A folder of which nothing can be told keeps back none of the others.
      let asked = runs.map { folder in Result { try RunStatus(folder: folder) } }
      let status = asked.compactMap { try? $0.get() }
      if !status.isEmpty {
        try StandardOutput.print(json ? JSONText.of(status) : RunStatus.table(status))
      }
      let errors = asked.compactMap { if case .failure(let error) = $0 { error } else { nil } }
      guard let last = errors.last else { return }
      for error in errors.dropLast() { StatusLine.write("Error: \(error)") }
      throw last
    }
  }
}
