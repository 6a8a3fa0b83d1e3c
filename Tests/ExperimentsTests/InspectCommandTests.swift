import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("The inspect command")
struct InspectCommandTests {
  @Test(
    "refuses what does not go together",
    arguments: [
      ["inspect"], ["inspect", "sknet50", "--all"], ["inspect", "--all", "--graph", "svg"],
      ["inspect", "sknet50", "--json", "--graph", "svg"], ["inspect", "sknet50", "--out", "x.svg"],
      ["inspect", "sknet50", "--graph", "png"], ["inspect", "sknet50", "--graph", "gif"],
      ["inspect", "--all", "--size", "224"],
    ])
  func refused(_ arguments: [String]) throws {
    let run = try CommandLineRun(arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty && run.error.hasPrefix("Error: "))
  }

  @Test("prints the paper's tables, as text and as JSON")
  func all() throws {
    let text = try CommandLineRun(["inspect", "--all"])
    #expect(text.status == 0)
    for entry in Catalogue.entries { #expect(text.output.contains(" \(entry.name) ")) }
    let json = try CommandLineRun(["inspect", "--all", "--json"])
    let tables = try JSONDecoder().decode([PaperTable].self, from: Data(json.output.utf8))
    let row = try #require(tables.flatMap(\.rows).first { $0.name == "sknet50" })
    #expect(row.parameters == 27_479_784)
    // 27,479,784 / 27.5 M − 1.
    #expect(abs((row.comparison?.parametersDifference ?? 1) + 0.000735) < 1e-6)
  }

  @Test("finds every network of the catalogue by its name, those with a point in it too")
  func names() throws {
    for entry in Catalogue.entries { #expect(!ModelSource.isFile(entry.name), "\(entry.name)") }
    let run = try CommandLineRun(["inspect", "shufflenetv2-1.0x", "--json"])
    #expect(run.status == 0)
    let summary = try JSONDecoder().decode(NetworkSummary.self, from: Data(run.output.utf8))
    #expect(summary.parameters == 2_278_604)
    #expect(ModelSource.isFile("shufflenetv2-1.0x.safetensors"))
  }

  @Test("draws a network on standard output or into a file")
  func graph() throws {
    let shown = try CommandLineRun(["inspect", "sknet26-tiny", "--graph", "svg"])
    #expect(shown.status == 0)
    #expect(shown.output.contains("<svg"))
    let folder = try ScratchFolder()
    let path = folder.path("tiny.svg")
    let written = try CommandLineRun(["inspect", "tiny", "--graph", "svg", "--out", path])
    #expect(written.status == 0)
    #expect(written.output == path + "\n")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == shown.output)
    let lost = try CommandLineRun([
      "inspect", "tiny", "--graph", "pdf", "--out", "/nonexistent/tiny.pdf",
    ])
    #expect(lost.status == 1)
    #expect(lost.error.contains("/nonexistent/tiny.pdf"))
  }
}
