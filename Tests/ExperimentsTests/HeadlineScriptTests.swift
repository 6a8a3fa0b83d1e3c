import Foundation
import SelectiveKernels
import SystemPackage
import TestSupport
import Testing

@Suite("The headline from an export")
struct HeadlineScriptTests {
  private static let article = Fixtures.repository.appending(
    path: "Sources/SelectiveKernels/SelectiveKernels.docc/TheHeadlineFromAnExport.md")

  /// The article's program.
  private func script() throws -> String {
    let text = try String(contentsOf: Self.article, encoding: .utf8)
    let start = try #require(text.range(of: "```python\n"))
    let end = try #require(text[start.upperBound...].range(of: "```"))
    return String(text[start.upperBound..<end.lowerBound])
  }

  @Test(
    "is that of the run, by the article's few lines of Python", .enabled(if: Python.isThere),
    arguments: [ZoomExperiment.Detail.means, .channels])
  func headline(_ detail: ZoomExperiment.Detail) throws {
    let folder = try ScratchFolder()
    var experiment = ZoomExperiment(
      images: [FilePath(Photographs.samples)], controls: [.spectrum, .blur], keep: detail,
      out: folder.path("run"))
    // One is left out, so that the mask is needed.
    experiment.size = 110
    let results = try ZoomRun(experiment).perform().results
    #expect(results.headline.undersampled > 0)
    try RecordedZoom(folder: experiment.out).export(.npz, toFile: folder.path("run.npz"))
    let source = try script()
    let lines = source.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.count <= 13)
    _ = try folder.write(Array(source.utf8), to: "headline.py")
    let run = try ProgramRun(
      try #require(try? Python.shared.get()), [folder.path("headline.py"), folder.path("run.npz")])
    #expect(run.status == 0, "\(run.error)")
    let rows = run.output.split(separator: "\n").map { $0.split(separator: " ") }
    let judged = results.units.filter { $0.shift.judgement != nil }
    #expect(rows.count == judged.count)
    for (row, unit) in zip(rows, judged) {
      #expect(row.count == 3 && row.first.map(String.init) == unit.name)
      let slope = try #require(Double(row[1]))
      let p = try #require(Double(row[2]))
      // The export's numbers are float32.
      #expect(abs(slope - unit.shift.slope.mean) < 1e-6)
      #expect(abs(p - (unit.shift.judgement?.uncorrectedP ?? .nan)) < 1e-4)
    }
  }
}

/// Python with NumPy: that of the system, or a virtual environment that pip fills.
private enum Python {
  struct Missing: Error { var reason: String }

  static var isThere: Bool { (try? shared.get()) != nil }

  static let shared: Result<URL, Missing> = {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sknet-tests-python-numpy")
    let python = folder.appending(path: "bin/python")
    for candidate in [URL(filePath: "/usr/bin/python3"), python] where hasNumPy(candidate) {
      return .success(candidate)
    }
    // Made aside and moved into place whole, so that a second test run finds all of it or nothing.
    let aside = folder.deletingLastPathComponent().appending(path: "sknet-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: aside) }
    for arguments in [
      ["python3", "-m", "venv", aside.path],
      [
        aside.appending(path: "bin/python").path, "-m", "pip", "install", "--quiet",
        "--disable-pip-version-check", "--timeout", "20", "numpy",
      ],
    ] {
      let run = try? ProgramRun(URL(filePath: "/usr/bin/env"), arguments)
      guard run?.status == 0 else {
        let reason = "'\(arguments.joined(separator: " "))' failed"
        print("SKIPPED: the documentation's Python was not run: \(reason)")
        return .failure(Missing(reason: reason))
      }
    }
    try? FileManager.default.removeItem(at: folder)
    try? FileManager.default.moveItem(at: aside, to: folder)
    return hasNumPy(python) ? .success(python) : .failure(Missing(reason: "no NumPy"))
  }()

  private static func hasNumPy(_ python: URL) -> Bool {
    (try? ProgramRun(python, ["-c", "import numpy"]))?.status == 0
  }
}
