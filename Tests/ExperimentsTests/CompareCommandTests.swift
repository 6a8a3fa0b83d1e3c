import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("The compare command")
struct CompareCommandTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func zoom(_ name: String, _ change: (inout ZoomExperiment) -> Void = { _ in }) throws
    -> (path: String, results: ZoomResults)
  {
    var experiment = ZoomExperiment(
      images: [Photographs.fixturesFolder], scales: [1, 2], controls: [.spectrum],
      units: ["SK_3_*"],
      out: folder.path(name))
    change(&experiment)
    return (experiment.out, try ZoomRun(experiment).perform().results)
  }

  @Test("sets runs side by side, paired over the same photographs, and draws them")
  func compares() throws {
    let first = try zoom("first")
    let second = try zoom("second") { $0.size = 48 }
    let out = folder.path("comparison")
    let run = try CommandLineRun([
      "compare", first.path, second.path, "--json", "--out", out, "--format", "svg",
    ])
    #expect(run.status == 0, "\(run.error)")
    let comparison = try JSONDecoder().decode(Comparison.self, from: Data(run.output.utf8))
    #expect(comparison.runs.map(\.label) == ["first", "second"])
    #expect(comparison.runs[1].pairs == 4)
    for (row, units) in zip(comparison.units, zip(first.results.units, second.results.units)) {
      #expect(row.name == units.0.name)
      #expect(row.entries[0]?.shift.mean == units.0.shift.mean)
      #expect(row.entries[0]?.shift.interval == units.0.shift.interval)
      #expect(row.entries[0]?.slope == units.0.shift.slope)
      #expect(row.entries[0]?.judgement == units.0.shift.judgement)
      #expect(row.entries[1]?.excess == units.1.shift.controls["spectrum"]?.excessSlope)
      let difference = row.entries[1]?.difference?.mean ?? .nan
      #expect(abs(difference - (units.1.shift.slope.mean - units.0.shift.slope.mean)) < 1e-12)
    }
    #expect(
      try String(contentsOfFile: out + "/compare.json", encoding: .utf8) == run.output)
    #expect(
      try String(contentsOfFile: out + "/comparison.svg", encoding: .utf8).contains("<svg"))
    let table = try CommandLineRun(["compare", first.path, second.path])
    #expect(table.status == 0 && table.error.isEmpty)
    #expect(table.output.contains("differences are paired: second (4)"))
  }

  @Test("refuses in one line what cannot be compared")
  func refuses() throws {
    let first = try zoom("first").path
    let scales = try zoom("scales") { $0.scales = [1, 1.5] }.path
    _ = try LesionRun(
      LesionExperiment(
        ZoomExperiment(
          images: [Photographs.fixturesFolder], units: ["SK_5_2"], out: folder.path("lesion")),
        lesions: [.uniform])
    ).perform()
    let cases: [([String], Int32, String)] = [
      ([first], 64, "two runs"), ([first, first + "/."], 64, "named twice"),
      ([first, scales], 1, "scales: cannot be compared with first: scales: 1.0× to 1.5×"),
      ([first, folder.path("lesion")], 1, "holds a lesion run"),
      ([first, folder.path("nowhere")], 1, "no such folder"),
      ([first, scales, "--format", "pdf"], 64, "--out"),
    ]
    for (arguments, status, words) in cases {
      let run = try CommandLineRun(["compare"] + arguments)
      #expect(run.status == status)
      #expect(run.output.isEmpty && run.error.contains(words), "\(run.error)")
      if status == 1 { #expect(run.error.split(separator: "\n").count == 1) }
    }
  }

  @Test("does not take a run for whole that was interrupted")
  func interrupted() throws {
    let first = try zoom("first").path
    let stopped = try CommandLineRun(
      [
        "zoom", Photographs.samples, "--controls", "none", "--keep", "channels", "--quiet", "--out",
        folder.path("stopped"),
      ], fileLimit: 700)
    #expect(stopped.status == 1)
    let run = try CommandLineRun(["compare", first, folder.path("stopped")])
    #expect(run.status == 1)
    #expect(run.error.contains("stopped: is not finished: "), "\(run.error)")
  }
}
