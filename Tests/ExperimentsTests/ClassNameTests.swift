import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("A published checkpoint of 1,000 classes")
struct ClassNameTests {
  /// timm's skresnet18 with weights by formula, as a file without metadata.
  private func checkpoint(in folder: ScratchFolder) throws -> String {
    let path = folder.path("skresnet18.safetensors")
    try SafetensorsWriter.write(
      PublishedNetwork.named("timm-skresnet18").tensors().map {
        NamedArray($0.name, shape: $0.tensor.shape, floats: $0.tensor.values)
      }, toFile: path)
    return path
  }

  @Test("knows the classes of photographs that are named by WordNet ids")
  func known() throws {
    let folder = try ScratchFolder()
    let path = try checkpoint(in: folder)
    let run = try CommandLineRun([
      "evaluate", path, "--data", Photographs.fixtures, "--quiet", "--json",
    ])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("\"images\" : 4") && run.output.contains("\"unlabelled\" : 0"))
    let results = try ZoomRun(
      ZoomExperiment(
        images: [Photographs.fixturesFolder], model: path, scales: [1, 1.25], controls: [],
        size: 96,
        out: folder.path("run"))
    ).perform().results
    #expect(results.accuracy.map(\.images) == [4, 4])
    #expect(results.classes.map(\.id) == ["n01443537", "n01882714", "n02085620", "n02165456"])
    // torchvision's indices.
    #expect(results.classes.map(\.index) == [1, 105, 151, 301])
    #expect(results.classes.map(\.name) == ["goldfish", "koala", "Chihuahua", "ladybug"])
  }
}
