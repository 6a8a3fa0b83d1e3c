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
    "are probed with pictures as they are said to go in, which is written down; arrays go in as they are"
  )
  func probed() throws {
    let network = Fixtures.path("onnx/mobilenet-v2.onnx")
    let picture = Self.photograph + "/n01882714_koala.JPEG"
    func probe(_ input: String, _ name: String, _ more: [String] = []) throws -> CommandLineRun {
      try CommandLineRun(
        ["probe", network, "--input", input, "--out", folder.path(name + ".safetensors")] + more)
    }
    func logits(_ name: String) throws -> (values: [Float], preprocessing: String?) {
      let file = try SafetensorsFile(contentsOfFile: folder.path(name + ".safetensors"))
      return (try file.tensor("logits").values, file.metadata["preprocessing"])
    }
    let usual = try probe(picture, "usual")
    #expect(usual.status == 0 && usual.error.contains("ImageNet's"), "\(usual.error)")
    let other = try probe(picture, "other", ["--mean", "0.5,0.5,0.5", "--std", "0.5,0.5,0.5"])
    #expect(other.status == 0 && other.error.contains("mean 0.5,0.5,0.5"), "\(other.error)")
    #expect(try logits("usual").values != logits("other").values)
    #expect(try logits("other").preprocessing?.contains("mean 0.5,0.5,0.5") == true)
    let array = Fixtures.path("onnx/mobilenet-v2.safetensors")
    #expect(try probe(array, "array").status == 0)
    #expect(try logits("array").preprocessing == "none: an array")
    let refused = try probe(array, "refused", ["--mean", "0,0,0"])
    #expect(refused.status == 64 && refused.error.contains("an array goes in as it is"))
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

  @Test(
    "of other networks are compared gate by gate where they stand in the same stages, else refused in a line"
  )
  func compared() throws {
    func zoom(_ name: String, _ gates: [String] = []) throws -> String {
      let run = folder.path("run-" + name)
      let zoom = try CommandLineRun(
        [
          "zoom", Self.photograph, "--model", Fixtures.path("onnx/\(name).onnx"), "--scales", "1,2",
          "--controls", "none", "--out", run,
        ] + gates)
      #expect(zoom.status == 0, "\(zoom.error)")
      return run
    }
    let first = try zoom("resnest")
    // Gates of other names, beside each other by their depth.
    let beside = try CommandLineRun(["compare", first, try zoom("lsknet"), "--json"])
    #expect(beside.status == 0, "\(beside.error)")
    let comparison = try JSONDecoder().decode(Comparison.self, from: Data(beside.output.utf8))
    #expect(comparison.matching == .depth && comparison.units.count == 2)
    for unit in comparison.units {
      let names = unit.entries.compactMap { $0?.name }
      #expect(names.count == 2 && names[0] != names[1])
      #expect(unit.entries[1]?.difference != nil)
    }
    // A gate of the picture's own resolution, which the other has not.
    let other = try zoom("sk-stacked", ["--gates", "softmax"])
    let refused = try CommandLineRun(["compare", first, other])
    #expect(refused.status == 1 && refused.output.isEmpty)
    #expect(
      refused.error.contains("no stage in common: 1, not 2, 3")
        && refused.error.split(separator: "\n").count == 1)
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
    arguments: [
      (["--mean", "1,2"], "mean: expected three"), (["--std", "0,1,1"], "std: expected three"),
      (["--crop", "2"], "crop: expected above 0"), (["--range", "7"], "The value '7' is invalid"),
    ])
  func inputs(_ arguments: [String], _ line: String) throws {
    let run = try CommandLineRun(
      ["evaluate", "sknet26-tiny", "--data", Self.photograph] + arguments)
    #expect(run.status == 64)
    #expect(run.error.hasPrefix("Error: " + line), "\(run.error)")
  }
}
