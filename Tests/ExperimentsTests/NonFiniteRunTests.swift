import Checkpoints
import Foundation
import Networks
import TestSupport
import Testing

@Suite("Runs of a network whose values are not finite")
struct NonFiniteRunTests {
  /// The bundled model with a classifier whose products overflow.
  private func model(in folder: ScratchFolder) throws -> String {
    var model = try Model(contentsOfFile: Fixtures.bundledModel)
    let classifier = try #require(model.weights["classifier.weight"])
    model.weights["classifier.weight"] = Tensor(
      shape: classifier.shape, values: classifier.values.map { $0 > 0 ? 3e38 : -3e38 })
    let path = folder.path("broken.safetensors")
    try model.write(toFile: path)
    return path
  }

  @Test("count no photograph as recognised and name each")
  func evaluation() throws {
    let folder = try ScratchFolder()
    let run = try CommandLineRun([
      "evaluate", try model(in: folder), "--data", Photographs.fixtures, "--quiet", "--json",
    ])
    #expect(run.status == 3, "\(run.error)")
    #expect(run.output.contains("\"images\" : 0") && run.output.contains("\"top1\" : 0"))
    for name in ["goldfish", "koala", "Chihuahua", "ladybug"] {
      let line = run.error.split(separator: "\n").first { $0.contains(name) }
      #expect(line?.contains("not finite from its layer 'classifier' on") == true, "\(run.error)")
    }
  }

  @Test("fail by the photograph's name", arguments: ["zoom", "lesion"])
  func runs(_ command: String) throws {
    let folder = try ScratchFolder()
    let model = try model(in: folder)
    let first = command == "zoom" ? ["--model", model, "--controls", "none"] : [model]
    let run = try CommandLineRun(
      [command] + first
        + [Photographs.fixtures, "--scales", "1,2", "--out", folder.path("run"), "--quiet"])
    #expect(run.status == 1)
    #expect(run.error.contains("goldfish") && run.error.contains("not finite"), "\(run.error)")
    #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
  }

  @Test("end a training with its step and layer", arguments: ["100", "1000"])
  func training(_ rate: String) throws {
    let toy = try ToyTraining(changes: [
      "learningRate": rate, "schedule": "cosine", "zeroLastNorm": "",
    ])
    let run = try toy.run("run")
    #expect(run.status == 1)
    #expect(run.error.contains("training diverged at step "), "\(run.error)")
    #expect(run.error.contains(/'(stem|stages|classifier)[^']*' is not finite/), "\(run.error)")
    #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
  }
}
