import Foundation
import TestSupport
import Testing

@Suite("On a terminal")
struct TerminalTests {
  private func zoom(_ images: String, _ out: String) -> [String] {
    ["zoom", images, "--controls", "none", "--out", out]
  }

  @Test(
    "the bar keeps within the terminal's width and sends no escapes", arguments: [1, 20, 61, 200])
  func width(_ columns: UInt16) throws {
    let folder = try ScratchFolder()
    let run = try Terminal(columns: columns).run(zoom(Photographs.samples, folder.path("run")))
    #expect(run.status == 0, "\(run.text)")
    let bars = run.drawn.prefix { !$0.hasPrefix("run folder") }
      .filter { !$0.hasPrefix("classes of ") && !$0.hasPrefix("skipped: ") }
    #expect(bars.count > 1)
    #expect(bars.allSatisfy { $0.count < max(columns, 2) }, "\(bars)")
    #expect(bars.contains { $0.contains("█") } == (columns >= 61))
    #expect(!run.text.unicodeScalars.contains("\u{1B}"))
    #expect(bars.last?.hasPrefix(columns > 100 ? "████████████████████████ 16/16" : "") == true)
  }

  @Test("TERM=dumb gets lines, none of them drawn over")
  func dumb() throws {
    let folder = try ScratchFolder()
    let run = try Terminal(columns: 80, environment: ["TERM": "dumb"])
      .run(zoom(Photographs.samples, folder.path("run")))
    #expect(run.status == 0)
    #expect(run.text.contains("16/16"))
    #expect(!run.text.replacing("\r\n", with: "\n").unicodeScalars.contains("\r"))
    #expect(!run.text.contains("█"))
  }

  @Test(
    "a signal leaves the shell a line of its own, and says how to go on",
    arguments: [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT])
  func signals(_ signal: Int32) throws {
    let folder = try ScratchFolder()
    let arguments = [
      "zoom", Photographs.samples, "--controls", "all", "--out", folder.path("run"),
    ]
    let run = try Terminal(columns: 80).run(arguments, sending: signal, afterBytes: 200)
    if signal == SIGQUIT {
      #expect(run.reason == .uncaughtSignal && run.status == signal)
    } else {
      #expect(run.reason == .exit && run.status == (signal == SIGINT ? 130 : 75))
      let last = run.drawn.last
      #expect(last?.hasPrefix("stopped: ") == true && last?.hasSuffix("goes on") == true)
    }
    #expect(run.text.hasSuffix("\r\n"))
    #expect(run.drawn.count >= 1)
  }

  @Test("a signal ends what cannot be gone on with", arguments: [SIGINT, SIGTERM])
  func noJob(_ signal: Int32) throws {
    let run = try Terminal(columns: 80).run(
      ["evaluate", "sknet26-tiny", "--data", Photographs.samples], sending: signal, afterBytes: 20)
    #expect(run.reason == .uncaughtSignal && run.status == signal)
  }

  @Test(
    "exported tables reach it spelt out, and everybody else as they are", arguments: ["csv", "npz"])
  func exports(_ format: String) throws {
    let folder = try ScratchFolder()
    try folder.folder("photographs")
    try FileManager.default.copyItem(
      atPath: Photographs.fixtures + "/n01443537_goldfish.JPEG",
      toPath: folder.path("photographs/\u{1B}[2J\u{202E}.jpg"))
    let run = try CommandLineRun(zoom(folder.path("photographs"), folder.path("run")))
    #expect(run.status == 0, "\(run.error)")
    let arguments = ["export", folder.path("run"), "--to", format, "--out"]
    let shown = try Terminal(columns: 80).run(arguments + ["/dev/stderr"])
    #expect(shown.status == 0 && !shown.text.unicodeScalars.contains("\u{1B}"))
    guard format == "csv" else { return }
    #expect(shown.text.contains(#"\u{1B}[2J\u{202E}.jpg"#))
    #expect(try CommandLineRun(arguments + ["-"]).output.contains("\u{1B}[2J\u{202E}.jpg"))
  }

  @Test("hostile names never reach it raw", arguments: [true, false])
  func names(_ isTerminal: Bool) throws {
    let folder = try ScratchFolder()
    let photographs = folder.url.appending(path: "photographs")
    try FileManager.default.copyItem(at: URL(filePath: Photographs.fixtures), to: photographs)
    let name = "\u{1B}]0;x\u{7}\u{1B}[31m\u{202E}two\nlines\u{9B}.jpg"
    try Data("no picture".utf8).write(to: photographs.appending(path: name))
    let arguments = zoom(photographs.path, folder.path("run"))
    let text =
      isTerminal
      ? try Terminal(columns: 80).run(arguments).text.replacing("\r\n", with: "\n")
      : try CommandLineRun(arguments).error
    let line = text.split(separator: "\n").first { $0.contains("failed: ") }
    #expect(line?.contains(#"\u{1B}]0;x\u{7}\u{1B}[31m\u{202E}two\nlines\u{9B}.jpg"#) == true)
    let raw = text.replacing("\r", with: "").unicodeScalars.filter {
      $0 != "\n" && $0.properties.generalCategory == .control || $0 == "\u{202E}"
    }
    #expect(raw.isEmpty)
    let report = try String(contentsOfFile: folder.path("run/report.html"), encoding: .utf8)
    #expect(report.contains(#"\u{202E}two\nlines"#) && !report.contains("\u{202E}"))
  }

  @Test(
    "what was typed wrongly gets the usage of its command, and nothing is named by an empty name",
    arguments: [
      (["zoom", "x", "--scales", "1,x", "--out", "y"], "zoom"), (["zoom", "x"], "zoom"),
      (["compare", "", ""], "compare"),
      (["benchmark", "sknet26-tiny", "--batch", "8"], "benchmark"),
      (["inspect", "sknet50", "--size", "0"], "inspect"),
      (["convert", "sknet26-tiny", "--to", "x.txt"], "convert"),
    ])
  func usage(_ arguments: [String], _ command: String) throws {
    let run = try CommandLineRun(arguments)
    #expect(run.status == 64)
    #expect(run.error.contains("\nUsage: sknet \(command) "), "\(run.error)")
    #expect(run.error.hasSuffix("  See 'sknet \(command) --help' for more information.\n"))
    #expect(!run.error.contains("Error: :"))
  }

  @Test(
    "an empty name is shown as one",
    arguments: [
      ["zoom", "", "--out", "r"], ["figures", ""], ["run", ""],
      ["evaluate", "sknet26-tiny", "--data", ""],
      ["inspect", "sknet50", "--graph", "svg", "--out", ""],
    ])
  func emptyNames(_ arguments: [String]) throws {
    let run = try CommandLineRun(arguments)
    #expect(run.status == 1)
    #expect(run.error.hasPrefix("Error: '': "), "\(run.error)")
  }
}
