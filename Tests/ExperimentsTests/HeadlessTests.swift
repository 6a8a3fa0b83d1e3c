import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("A network without a classifier")
struct HeadlessTests {
  private let folder: ScratchFolder
  private var path: String { folder.path("headless.safetensors") }

  init() throws {
    folder = try ScratchFolder()
    var model = try Model(contentsOfFile: Fixtures.bundledModel)
    model.architecture.classes = 0
    model.classes = nil
    var weights = Weights()
    for parameter in model.architecture.parameters {
      weights[parameter.name] = model.weights[parameter.name]
    }
    model.weights = weights
    try model.write(toFile: path)
  }

  @Test("has the attention of the whole one, and no accuracy")
  func zoom() throws {
    func shifts(_ model: String, _ name: String) throws -> ZoomResults {
      let run = try CommandLineRun([
        "zoom", Photographs.fixtures, "--model", model, "--controls", "spectrum", "--quiet",
        "--json",
        "--out", folder.path(name),
      ])
      #expect(run.status == 0, "\(run.error)")
      return try JSONDecoder().decode(ZoomResults.self, from: Data(run.output.utf8))
    }
    let whole = try shifts("sknet26-tiny", "whole")
    let headless = try shifts(path, "headless")
    #expect(!whole.accuracy.isEmpty && headless.accuracy.isEmpty)
    #expect(headless.units == whole.units)
    #expect(headless.images == 4 && headless.failed.isEmpty)
    for format in ["csv", "npz"] {
      let exported = try CommandLineRun([
        "export", folder.path("headless"), "--to", format, "--out", folder.path("run." + format),
      ])
      #expect(exported.status == 0, "\(exported.error)")
    }
  }

  @Test(
    "is inspected and timed, and refused where everything hangs on its output",
    arguments: [
      (["inspect"], 0, "no classifier"), (["benchmark", "--seconds", "0.1"], 0, "images/s"),
      (["evaluate", "--data", Photographs.fixtures], 1, "has no classifier"),
      (["lesion", Photographs.fixtures, "--out", "/nonexistent/run"], 1, "has no classifier"),
      (["convert", "--to", "/nonexistent/model.onnx"], 1, "has no classifier"),
    ])
  func commands(_ arguments: [String], _ status: Int32, _ words: String) throws {
    let run = try CommandLineRun([arguments[0], path] + arguments.dropFirst())
    #expect(run.status == status, "\(run.error)")
    #expect((run.output + run.error).contains(words), "\(run.output)\(run.error)")
  }
}
