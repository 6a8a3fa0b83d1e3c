import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("A signal")
struct SignalTests {
  /// Sends signals to a command: the first once it has said so much, the next at once after it.
  private func stop(
    _ arguments: [String], with signals: [Int32], afterBytes length: Int
  ) throws -> (status: Int32, reason: Process.TerminationReason, text: String) {
    let run = try Terminal(columns: 100).run(
      arguments, sending: signals[0], afterBytes: length, then: Array(signals.dropFirst()))
    return (run.status, run.reason, run.drawn.joined(separator: "\n"))
  }

  @Test(
    "ends a zoom and a lesion run after the photograph in hand, which is recorded; going on ends with the same bits",
    arguments: [
      (["zoom", Photographs.samples, "--controls", "all"], "results.json", SIGUSR1),
      (
        [
          "lesion", "sknet26-tiny", Photographs.fixtures, "--lesions", "frozen,uniform",
          "--scales", "1,2",
        ], "lesions.json", SIGTERM
      ),
    ])
  func runs(_ arguments: [String], _ file: String, _ signal: Int32) throws {
    let folder = try ScratchFolder()
    let whole = try CommandLineRun(arguments + ["--out", folder.path("whole")])
    #expect(whole.status == 0, "\(whole.error)")
    let stopped = arguments + ["--out", folder.path("stopped"), "--workers", "1"]
    // The bar's first lines come with the first photographs.
    let run = try stop(stopped, with: [signal], afterBytes: 150)
    #expect(run.reason == .exit && run.status == 75, "\(run.text)")
    let line = try #require(run.text.split(separator: "\n").last)
    let words = try #require(
      line.wholeMatch(
        of: /stopped: (\d+) of (\d+) photographs recorded in .*; the same command goes on/))
    let resumed = try CommandLineRun(stopped)
    #expect(resumed.status == 0 && resumed.output == whole.output)
    // A quick machine may have been at the last one.
    #expect(
      words.1 == words.2 || resumed.error.contains("resuming: \(words.1) of "), "\(resumed.error)")
    let contents = ["whole", "stopped"].map {
      FileManager.default.contents(atPath: folder.path("\($0)/\(file)"))
    }
    #expect(contents[0] != nil && contents[0] == contents[1])
  }

  @Test("that comes twice ends the program at once, and nothing committed is lost")
  func twice() throws {
    let folder = try ScratchFolder()
    let arguments = [
      "zoom", Photographs.samples, "--controls", "all", "--out", folder.path("run"),
    ]
    let run = try stop(arguments, with: [SIGTERM, SIGINT], afterBytes: 300)
    // Either of them may have been the first to be seen.
    #expect(
      run.reason == .uncaughtSignal && [SIGTERM, SIGINT].contains(run.status)
        || run.reason == .exit && [75, 130].contains(run.status))
    #expect(try CommandLineRun(arguments).status == 0)
  }

  @Test("has a training write its checkpoint at the step in hand")
  func training() throws {
    // No checkpoint by the clock.
    let toy = try ToyTraining(changes: ["epochs": "60", "checkpointMinutes": "60"])
    #expect(try toy.run("undisturbed").status == 0)
    let arguments = ["train", toy.file, "--out", toy.folder("stopped")]
    let run = try stop(arguments + ["--workers", "2"], with: [SIGHUP], afterBytes: 400)
    #expect(run.reason == .exit && run.status == 75, "\(run.text)")
    let line = try #require(run.text.split(separator: "\n").last)
    let words = try #require(
      line.wholeMatch(
        of: /stopped: step (\d+) of 360 recorded in .*; the same command with --resume goes on/))
    let resumed = try CommandLineRun(arguments + ["--resume", "--workers", "2"])
    #expect(resumed.error.contains("resuming after step \(words.1) of 360"), "\(resumed.error)")
    #expect(toy.bytes("stopped/last.safetensors") == toy.bytes("undisturbed/last.safetensors"))
  }
}
