import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("A run that is not finished")
struct UnfinishedRunTests {
  @Test("says on how much of it all that it shows rests")
  func everywhere() throws {
    let folder = try ScratchFolder()
    let run = folder.path("run")
    let stopped = try Terminal(columns: 100).run(
      ["zoom", Photographs.samples, "--controls", "all", "--workers", "1", "--out", run],
      sending: SIGUSR1, afterBytes: 200)
    #expect(stopped.status == 75)
    let shown = try CommandLineRun(["results", run])
    #expect(shown.status == 0, "\(shown.error)")
    let words = try #require(
      shown.output.firstMatch(of: /NOT FINISHED: (\d+ of 16 photographs) rec/))
    let sentence = String(words.1)
    for name in ["results.json", "report.html"] {
      let text = try String(contentsOfFile: "\(run)/\(name)", encoding: .utf8)
      #expect(name == "results.json" ? text.contains("\"unfinished\"") : text.contains(sentence))
    }
    #expect(try CommandLineRun(["figures", run, "--format", "svg"]).status == 0)
    for (format, file) in [("csv", "run.csv"), ("npz", "run.npz"), ("safetensors", "run.st")] {
      let path = folder.path(file)
      #expect(try CommandLineRun(["export", run, "--to", format, "--out", path]).status == 0)
      let bytes = try #require(FileManager.default.contents(atPath: path))
      // npz has texts in four bytes a character.
      let text = format == "npz" ? "unfinished" : sentence
      #expect(bytes.range(of: Data(text.utf8)) != nil, "\(format)")
    }
    let status = try CommandLineRun(["status", run, "--json"])
    #expect(status.output.contains("\"state\" : \"stopped\""))
    let absent = folder.path("absent")
    let besides = try CommandLineRun(["status", run, absent])
    #expect(besides.status == 1 && besides.output.contains("stopped"))
    #expect(besides.error == "Error: \(absent): no such folder\n")
    let finished = try CommandLineRun([
      "zoom", Photographs.samples, "--controls", "all", "--quiet", "--out", run,
    ])
    #expect(finished.status == 0 && !finished.output.contains("NOT FINISHED"))
    let results = try String(contentsOfFile: run + "/results.json", encoding: .utf8)
    #expect(!results.contains("unfinished"))
  }

  @Test("is looked at while it is written")
  func running() throws {
    let folder = try ScratchFolder()
    let run = folder.path("run")
    let process = try RunningProgram(
      CommandLineRun.program,
      [
        "zoom", Photographs.samples, "--size", "160", "--include-undersampled",
        "--scales", "1,1.1,1.2,1.3,1.4,1.5", "--workers", "1", "--out", run,
      ])
    defer { process.kill() }
    var last: RunStatus?
    let deadline = ContinuousClock.now + .seconds(120)
    while process.isRunning, ContinuousClock.now < deadline {
      last =
        FileManager.default.fileExists(atPath: run + "/run.sqlite")
        ? try? RunStatus(folder: run) : nil
      if let last, last.done > 1, last.rate != nil { break }
      usleep(100_000)
    }
    let status = try #require(last)
    #expect(status.state == .running && status.total == 16 && status.done + status.left == 16)
    #expect(status.secondsLeft != nil)
    // It waits while it is looked at; a quick machine may have ended it before.
    process.send(SIGSTOP)
    let recorded = try RunStatus(folder: run).done
    let shown = try CommandLineRun(["results", run])
    #expect(
      shown.status == 0
        && (recorded == 16 || shown.output.contains(" of 16 photographs recorded.")),
      "\(shown.error)")
  }
}
