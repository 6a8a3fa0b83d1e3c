import Analysis
import Foundation
import TestSupport
import Testing

@Suite("results.json")
struct ResultsFileTests {
  let scratch: ScratchFolder
  let results: ZoomResults

  init() throws {
    scratch = try ScratchFolder()
    let photographs = (0..<6).map { i in
      var photograph = MadeUpPhotographs.photograph(
        "\(i)", base: 0.01 * Double(i), zoom: 0.3 / Double(i + 1),
        controls: ["blur": 0.1, "spectrum": 0.1 / Double(i + 2)])
      photograph.classIndex = i % 2
      photograph.stimuli[0].rank = i
      return photograph
    }
    results = try ZoomResults.of(photographs, units: ["SK_2_2"])
  }

  @Test("is read back as it was written")
  func roundTrip() throws {
    let path = scratch.path("results.json")
    var written = results
    written.failed = [FailedPhotograph(path: "a/\"b\"\n.jpg", error: "is empty")]
    try written.write(toFile: path)
    #expect(try ZoomResults(contentsOfFile: path) == written)
    // Over an older file, too.
    try results.write(toFile: path)
    #expect(try ZoomResults(contentsOfFile: path) == results)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.url.path).count == 1)
  }

  @Test("a pipe or a folder in its place is not waited for")
  func notRegular() throws {
    let pipe = scratch.path("pipe.json")
    try #require(mkfifo(pipe, 0o600) == 0)
    for (path, problem) in [
      (pipe, "is not a regular file"), (scratch.url.path, "is a folder, not a file"),
      (scratch.path("none.json"), "no such file"),
    ] {
      let error = #expect(throws: ResultsFileError.self) { try ZoomResults(contentsOfFile: path) }
      #expect(error?.description == "\(path): \(problem)")
    }
  }

  @Test("has the keys that readers rely on")
  func keys() throws {
    let object = try JSONSerialization.jsonObject(with: Data(results.json().utf8))
    let top = try #require(object as? [String: Any])
    let keys = [
      "formatVersion", "seed", "precision", "model", "protocol", "scales", "images", "headline",
      "measure", "failed", "units", "stages", "classes", "accuracy", "primary",
    ]
    #expect(Set(top.keys) == Set(keys))
    #expect(top["formatVersion"] as? Int == 2)
    let model = try #require(top["model"] as? [String: Any])
    #expect(Set(model.keys) == ["name", "sha256", "architecture"])
    let unit = try #require((top["units"] as? [[String: Any]])?.first)
    #expect(Set(unit.keys) == ["name", "stage", "channels", "branches", "byScale", "shift"])
    let branch = try #require((unit["branches"] as? [[String: Int]])?.last)
    #expect(branch == ["kernel": 3, "dilation": 2, "groups": 8, "size": 5])
    let scale = try #require((unit["byScale"] as? [[String: Any]])?.first)
    #expect(Set(scale.keys) == ["scale", "meanAttention", "difference", "interval"])
    let shift = try #require(unit["shift"] as? [String: Any])
    #expect(
      Set(shift.keys) == [
        "from", "to", "mean", "interval", "slope", "imagesUp", "channelsUp", "p", "controls",
        "judgement",
      ])
    let judgement = try #require(shift["judgement"] as? [String: Any])
    #expect(
      judgement["verdict"] as? String == results.units[0].shift.judgement?.verdict.rawValue)
    #expect(
      Set(judgement.keys).isSuperset(of: ["p", "uncorrectedP", "shiftP", "missing", "isContrary"]))
    let controls = try #require(shift["controls"] as? [String: [String: Any]])
    #expect(Set(controls.keys) == ["blur", "spectrum"])
    #expect(
      controls["blur"].map { Set($0.keys) }
        == [
          "role", "counts", "images", "mean", "interval", "excess", "excessInterval", "slope",
          "excessSlope",
        ])
    let accuracy = try #require((top["accuracy"] as? [[String: Any]])?.first)
    #expect(Set(accuracy.keys) == ["scale", "top1", "top5", "images"])
  }

  /// As the version before wrote it.
  @Test("of format version 1 is read: slopes follow from the means, and nothing is judged")
  func versionOne() throws {
    let architecture = String(
      decoding: try JSONEncoder().encode(results.model.architecture), as: UTF8.self)
    let scale = { (scale: Double, value: Double) in
      #"{"scale": \#(scale), "meanAttention": [0.5, 0.5], "difference": \#(value), "interval": [0, 1]}"#
    }
    let text = """
      {"formatVersion": 1, "seed": 1, "precision": "f32", "protocol": "crop", "scales": [1, 2, 4],
      "model": {"name": "a", "sha256": "00", "architecture": \(architecture)}, "images": 9,
      "headline": {"images": 9, "undersampled": 0, "isConfounded": false},
      "measure": "attentionDifference", "failed": [], "stages": [], "classes": [], "accuracy": [],
      "units": [{"name": "SK_2_2", "stage": 2, "channels": 32, "branches": [],
      "byScale": [\(scale(1, 0.1)), \(scale(2, 0.5)), \(scale(4, 0.3))],
      "shift": {"from": 1, "to": 4, "mean": 0.2, "interval": [0.1, 0.3], "imagesUp": 1,
      "channelsUp": 1, "p": 0.08, "uncorrectedP": 0.01, "verdict": "confounded", "controls":
      {"spectrum": {"images": 9, "mean": 0.1, "interval": [0, 0.2], "excess": 0.1,
      "excessInterval": [0, 0.3]}}}}]}
      """
    let path = try scratch.write(Array(text.utf8), to: "old.json")
    let read = try ZoomResults(contentsOfFile: path)
    let shift = read.units[0].shift
    // numpy.polyfit([0, 1, 2], [0.1, 0.5, 0.3], 1)
    #expect(abs(shift.slope.mean - 0.1) < 1e-12 && shift.slope.interval.isEmpty)
    #expect(shift.p == 0.01 && shift.judgement == nil && read.primary == nil)
    let spectrum = try #require(shift.controls["spectrum"])
    #expect(spectrum.role == .explains && spectrum.slope.mean == 0.05)
    #expect(!ZoomTable(read).text.isEmpty)
  }

  @Test(
    "of a newer format, or none at all, is refused in one line that names it",
    arguments: [
      (#"{"formatVersion":3}"#, "format version 3"), (#"{"formatVersion":1}"#, "no results file"),
      ("{}", "no results file"), ("", "no results file"), ("[1", "no results file"),
    ])
  func refused(text: String, reason: String) throws {
    let path = try scratch.write(Array(text.utf8), to: "results.json")
    let error = #expect(throws: ResultsFileError.self) { try ZoomResults(contentsOfFile: path) }
    let line = try #require(error).description
    #expect(line.hasPrefix(path) && line.contains(reason) && !line.contains("\n"))
  }

  @Test("that cannot be read or written is named, with the cause")
  func unwritable() throws {
    let missing = #expect(throws: ResultsFileError.self) {
      try ZoomResults(contentsOfFile: scratch.path("none"))
    }
    #expect(missing?.description == "\(scratch.path("none")): no such file")
    let path = try scratch.write([1], to: "file") + "/results.json"
    let error = #expect(throws: ResultsFileError.self) { try results.write(toFile: path) }
    let line = try #require(error).description
    #expect(line.hasPrefix("\(path): cannot be written: ") && !line.contains("\n"))
    #expect(line.hasSuffix("Not a directory") || line.hasSuffix("No such file or directory"))
  }
}
