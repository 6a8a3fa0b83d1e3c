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
      ["inspect", "--all", "--size", "224"], ["inspect", "--all", "--picture", "x.png"],
      ["inspect", "sknet26-tiny", "--picture", "x.png", "--graph", "svg"],
      ["inspect", "resnet18", "--size", "32", "--picture", Self.photograph],
    ])
  func refused(_ arguments: [String]) throws {
    let run = try CommandLineRun(arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty && run.error.hasPrefix("Error: "))
  }

  private static let photograph =
    Fixtures.repository.appending(path: "Experiments/samples/n01882714_koala.JPEG").path

  private struct Report: Decodable {
    var expected: [ExpectedRow]
  }

  private struct ExpectedRow: Decodable {
    var name: String
    var attention: [Double]
    var kernelSize: Double
    var sigma: [Double]
    var sigmaWithShortcuts: [Double]?
  }

  private func expected(_ arguments: [String]) throws -> [ExpectedRow] {
    let run = try CommandLineRun(["inspect", "sknet26-tiny", "--json"] + arguments)
    #expect(run.status == 0, "\(run.error)")
    return try JSONDecoder().decode(Report.self, from: Data(run.output.utf8)).expected
  }

  @Test("takes what is said of how pictures become the input, as probe does")
  func preprocessing() throws {
    let flags = ["--mean", "0.5,0.5,0.5", "--std", "0.1,0.2,0.3", "--crop", "0.5"]
    let folder = try ScratchFolder()
    let out = folder.path("probe.safetensors")
    let probe = try CommandLineRun(
      ["probe", "sknet26-tiny", "--input", Self.photograph, "--record", "attention.SK_3_2"] + flags
        + ["--out", out])
    #expect(probe.status == 0, "\(probe.error)")
    let weights = try SafetensorsFile(contentsOfFile: out).tensor("value.attention.SK_3_2").values
    let mean = Double(weights.prefix(weights.count / 2).reduce(0, +)) / Double(weights.count / 2)
    let rows = try [flags, []].map { flags in
      try #require(
        expected(["--picture", Self.photograph] + flags).first { $0.name == "attention.SK_3_2" })
    }
    #expect(abs(rows[0].attention[0] - mean) < 1e-5 && abs(rows[1].attention[0] - mean) > 1e-3)
    let told = try CommandLineRun(
      ["inspect", "sknet26-tiny", "--picture", Self.photograph] + flags)
    #expect(told.output.contains("mean 0.5,0.5,0.5, std 0.1,0.2,0.3, crop 0.5"))
    let array = folder.path("input.npy")
    _ = try folder.write(
      Array("\u{93}NUMPY".unicodeScalars.map { UInt8($0.value) }), to: "input.npy")
    for (arguments, words) in [
      (["--crop", "0.5"], "go with --picture"),
      (["--picture", Self.photograph, "--picture", array, "--crop", "0.5"], "goes in as it is"),
      (["--picture", Self.photograph, "--std", "1,0,1"], "std"),
    ] {
      let run = try CommandLineRun(["inspect", "sknet26-tiny"] + arguments)
      #expect(run.status == 64 && run.error.contains(words), "\(run.error)")
    }
  }

  @Test("measures attention and shortcuts on a picture for expected fields")
  func measured() throws {
    let rows = try expected(["--picture", Self.photograph])
    // The gates' means are those that probe records.
    let folder = try ScratchFolder()
    let out = folder.path("probe.safetensors")
    let probe = try CommandLineRun([
      "probe", "sknet26-tiny", "--input", Self.photograph, "--record", "attention.SK_3_2", "--out",
      out,
    ])
    #expect(probe.status == 0, "\(probe.error)")
    let weights = try SafetensorsFile(contentsOfFile: out).tensor("value.attention.SK_3_2").values
    let half = weights.count / 2
    let means = [0, half].map { start -> Double in
      Double(weights[start..<start + half].reduce(0, +)) / Double(half)
    }
    let row = try #require(rows.first { $0.name == "attention.SK_3_2" })
    for (measured, mean) in zip(row.attention, means) { #expect(abs(measured - mean) < 1e-5) }
    let size: Double = 3 * means[0] + 5 * means[1]
    #expect(abs(row.kernelSize - size) < 1e-4)
    // The first unit's gate has no sum before it; behind it, shorter paths make fields smaller.
    #expect(rows[0].sigmaWithShortcuts == rows[0].sigma)
    for row in rows.dropFirst() {
      #expect(try #require(row.sigmaWithShortcuts)[0] < row.sigma[0], "\(row.name)")
    }
    // Given weights stay as they are; shortcuts alone are measured.
    let given = try expected(["--attention", "0.25,0.75", "--picture", Self.photograph])
    let plain = try expected(["--attention", "0.25,0.75"])
    #expect(given.map(\.sigma) == plain.map(\.sigma))
    #expect(given.allSatisfy { $0.attention == [0.25, 0.75] })
    #expect(plain.allSatisfy { $0.sigmaWithShortcuts == nil })
    let text = try CommandLineRun([
      "inspect", "sknet26-tiny", "--picture", Self.photograph, "--picture", Self.photograph,
    ])
    #expect(text.output.contains("σ px with shortcuts"))
    #expect(text.output.contains("means over 2 pictures"))
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
