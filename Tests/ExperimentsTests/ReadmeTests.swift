import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("The README's program")
struct ReadmeTests {
  /// The lines between the marks, as they stand in the README.
  private func program(weights: String, photograph: String, out: String) throws -> [Float] {
    // README begins
    let model = try Model(contentsOfFile: weights)
    let plan = try Plan(model.architecture, weights: model.weights, height: 64, width: 64)
    let runner = try Runner(plan)
    let photo = try Picture(contentsOfFile: photograph)
    let maker = try StimulusMaker(StimulusSpecification(scales: [1, 1.5, 2], size: 64))
    for stimulus in try maker.stimuli(for: photo, name: photograph) where stimulus.control == nil {
      try runner.run(model.preprocessing.input(pixels: stimulus.pixels))
      print(stimulus.scale, runner.attention(ofUnit: 3))  // SK_3_2: [M, C]
    }
    let outcome = try ZoomRun(ZoomExperiment(images: [FilePath(photograph)], out: out)).perform()
    print(outcome.table)
    // README ends
    return runner.attention(ofUnit: 3)
  }

  @Test("is the one that is compiled here")
  func sameText() throws {
    let source = try String(contentsOfFile: #filePath, encoding: .utf8)
    let readme = try String(
      contentsOf: Fixtures.repository.appending(path: "README.md"), encoding: .utf8)
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    let begin = try #require(lines.firstIndex { $0.hasSuffix("// README begins") })
    let end = try #require(lines.firstIndex { $0.hasSuffix("// README ends") })
    let text = lines[begin + 1..<end].map { $0.dropFirst(4) }.joined(separator: "\n")
    #expect(readme.contains(text))
  }

  @Test("gives the attention of PyTorch's fixture")
  func attention() throws {
    let folder = try ScratchFolder()
    let actual = try program(
      weights: Fixtures.bundledModel, photograph: Photographs.fixtures + "/n01443537_goldfish.JPEG",
      out: folder.path("run"))
    // The first photograph at the last scale.
    let expected = try Fixture("sknet26-tiny-zoom").tensor("attention.SK_3_2")
    let size = expected.shape[2] * expected.shape[3]
    #expect(relativeError(actual, Array(expected.values[4 * size..<5 * size])) < 1e-4)
  }
}
