import Checkpoints
import Networks
import Testing
import TestSupport

@Suite("The bundled model")
struct BundledModelTests {
  @Test("is the catalogue's tiny network, with its classes and its preprocessing")
  func description() throws {
    let model = try Model(contentsOfFile: Fixtures.bundledModel)
    let entry = try Catalogue.entry(named: "sknet26-tiny")
    #expect(model.name == "sknet26-tiny")
    #expect(model.architecture == entry.architecture)
    #expect(model.preprocessing.size == 64)
    #expect(model.preprocessing.channelOrder == .rgb)
    #expect(model.classes?.count == 200)
    #expect(model.classes?.first == "n01443537")
    #expect(model.weights.tensors.count == model.architecture.parameters.count)
    #expect(
      model.sha256 == "a170659d5907f81bb70037c4d81c95859df02e0ff03a952d17837824f9d10be1")
  }
}
