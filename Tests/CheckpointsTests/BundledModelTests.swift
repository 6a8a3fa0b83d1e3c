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
      model.sha256 == "59e99322b509f7ef786e4744aeb097ef300a30cb97ff5e5a8df67b64b8b956d8")
  }
}
