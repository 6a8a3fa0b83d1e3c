import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("ONNX files on the command line")
struct ONNXCommandTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private static let photograph = Fixtures.repository.appending(path: "Experiments/samples").path

  /// The bundled model as ONNX.
  private func bundled() throws -> String {
    let path = folder.path("tiny.onnx")
    let run = try CommandLineRun(["convert", "sknet26-tiny", "--to", path])
    #expect(run.status == 0)
    return path
  }

  @Test("evaluate as the model that they were written from")
  func evaluation() throws {
    func report(_ model: String) throws -> [String: Any] {
      let run = try CommandLineRun(
        ["evaluate", model, "--data", Self.photograph, "--json", "--quiet"])
      #expect(run.status == 0, "\(run.error)")
      return try #require(
        JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    }
    let (own, other) = (try report("sknet26-tiny"), try report(bundled()))
    for key in ["top1", "top5", "images", "size"] {
      #expect(own[key] as? Double == other[key] as? Double, "\(key)")
    }
  }

  @Test("become the weights that they were written from, batch norms folded")
  func conversion() throws {
    let out = folder.path("back.safetensors")
    let run = try CommandLineRun(["convert", try bundled(), "--to", out])
    #expect(run.status == 0, "\(run.error)")
    let model = try Model(contentsOfFile: out)
    #expect(
      try model.architecture == Model(contentsOfFile: Fixtures.bundledModel).architecture)
  }

  @Test("say how pictures become their input, which is recorded")
  func preprocessing() throws {
    let folder = folder.path("run")
    let run = try CommandLineRun([
      "zoom", Self.photograph, "--model", try bundled(), "--scales", "1,2", "--controls", "none",
      "--mean", "0.5,0.5,0.5", "--range", "1", "--out", folder,
    ])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.error.contains("mean 0.5,0.5,0.5"))
    let again = try CommandLineRun([
      "zoom", Self.photograph, "--model", try bundled(), "--scales", "1,2", "--controls", "none",
      "--out", folder,
    ])
    #expect(again.status != 0)
  }

  @Test(
    "of other networks run where no units are needed, and are refused in a line where they are",
    arguments: ["mobilenet-v2", "inception"])
  func others(_ name: String) throws {
    let path = Fixtures.path("onnx/\(name).onnx")
    let timed = try CommandLineRun(["benchmark", path, "--seconds", "0.1", "--json"])
    #expect(timed.status == 0, "\(timed.error)")
    let zoom = try CommandLineRun(
      ["zoom", Self.photograph, "--model", path, "--out", folder.path("zoom")])
    #expect(zoom.status == 1 && zoom.error.split(separator: "\n").count == 1)
    #expect(zoom.error.contains("\(name) has no gate that chooses between branches"))
    for command in [
      ["lesion", path, Self.photograph, "--out", folder.path("lesion")],
      ["convert", path, "--to", folder.path("out.safetensors")],
    ] {
      let run = try CommandLineRun(command)
      #expect(run.status == 1)
      #expect(run.error.split(separator: "\n").count == 1)
      #expect(run.error.contains("\(name).onnx: is no network of selective-kernel units"))
    }
  }

  @Test(
    "of other networks are zoomed by their gates: selection at every position, splits, three branches",
    arguments: [("lsknet", 2, 2, nil), ("resnest", 2, 2, nil), ("sk-stacked", 1, 3, "softmax_1")])
  func gates(_ name: String, _ units: Int, _ branches: Int, _ gate: String?) throws {
    let path = Fixtures.path("onnx/\(name).onnx")
    let run = folder.path("run")
    let arguments =
      ["zoom", Self.photograph, "--model", path, "--scales", "1,2", "--controls", "none"]
      + (gate.map { ["--gates", $0] } ?? [])
    let zoom = try CommandLineRun(arguments + ["--out", run])
    #expect(zoom.status == 0, "\(zoom.error)")
    let results = try ZoomResults(contentsOfFile: run + "/results.json")
    #expect(results.units.count == units)
    for unit in results.units {
      #expect(unit.branches.count == branches)
      for scale in unit.byScale {
        #expect(scale.meanAttention.count == branches)
        #expect(scale.meanAttention.allSatisfy { (0...1).contains($0) })
        if name != "lsknet" {
          #expect(abs(scale.meanAttention.reduce(0, +) - 1) < 1e-5)
        }
      }
    }
    // Recorded again, and as tables for others.
    #expect(try CommandLineRun(arguments + ["--out", run]).status == 0)
    for command in [
      ["export", run, "--to", "csv", "--out", folder.path("run.csv")],
      ["export", run, "--to", "npz", "--out", folder.path("run.npz")],
      ["figures", run, "--format", "svg"],
    ] {
      let done = try CommandLineRun(command)
      #expect(done.status == 0, "\(command): \(done.error)")
    }
    let lesion = try CommandLineRun(
      ["lesion", path, Self.photograph, "--out", folder.path("lesion")])
    #expect(lesion.status != 0 && lesion.error.contains("selective-kernel units"))
  }

  @Test("of gates with branches of different sizes ask for those of one kind")
  func mixed() throws {
    let run = try CommandLineRun([
      "zoom", Self.photograph, "--model", Fixtures.path("onnx/sk-stacked.onnx"), "--out",
      folder.path("run"),
    ])
    #expect(run.status == 64)
    #expect(run.error.contains("softmax_1 (3, 5, 7)") && run.error.contains("--gates"))
  }

  @Test(
    "are refused inputs that are none",
    arguments: [["--mean", "1,2"], ["--std", "0,1,1"], ["--crop", "2"], ["--range", "7"]])
  func inputs(_ arguments: [String]) throws {
    let run = try CommandLineRun(
      ["evaluate", "sknet26-tiny", "--data", Self.photograph] + arguments)
    #expect(run.status == 64)
    #expect(run.error.hasPrefix("Error: "))
  }
}
