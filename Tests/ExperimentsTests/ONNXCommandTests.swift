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
    for command in [
      ["zoom", Self.photograph, "--model", path, "--out", folder.path("zoom")],
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
    "are refused inputs that are none",
    arguments: [["--mean", "1,2"], ["--std", "0,1,1"], ["--crop", "2"], ["--range", "7"]])
  func inputs(_ arguments: [String]) throws {
    let run = try CommandLineRun(
      ["evaluate", "sknet26-tiny", "--data", Self.photograph] + arguments)
    #expect(run.status == 64)
    #expect(run.error.hasPrefix("Error: "))
  }
}
