import Checkpoints
import Engine
import Networks
import TestSupport
import Testing

@Suite("Published networks", .serialized)
struct PublishedNetworkTests {
  /// Of each tensor's largest magnitude, as for our own networks.
  static let tolerance: Float = 1e-4

  @Test(
    "give the logits and attention that their own code gives",
    arguments: PublishedNetwork.pytorch + PublishedNetwork.caffe)
  func agree(_ network: PublishedNetwork) throws {
    let model = try network.model()
    let fixture = try Fixture("foreign/" + network.fixture)
    let plan = try Plan(model.architecture, weights: model.weights, height: 224, width: 224)
    let runner = try Runner(plan)
    try runner.run(Formula.noise("input", count: 3 * 224 * 224).map { Float($0) })
    #expect(relativeError(runner.logits, try fixture.tensor("logits").values) < Self.tolerance)
    for (index, unit) in model.architecture.units.enumerated() {
      let expected = try fixture.tensor(network.attentionName(of: unit))
      let error = relativeError(runner.attention(ofUnit: index), expected.values)
      #expect(error < Self.tolerance, "\(unit.name)")
    }
  }

  /// 65 × 75 pixels leave odd maps in every stage, so that the shortcuts' last windows are clipped.
  @Test("average clipped windows as PyTorch does")
  func clippedShortcuts() throws {
    let network = PublishedNetwork.named("timm-skresnet50d")
    let model = try network.model()
    let plan = try Plan(model.architecture, weights: model.weights, height: 65, width: 75)
    let runner = try Runner(plan)
    try runner.run(Formula.noise("input", count: 3 * 65 * 75).map { Float($0) })
    let logits = try Fixture("foreign/" + network.fixture).tensor("logits.65x75")
    #expect(relativeError(runner.logits, logits.values) < Self.tolerance)
  }

  @Test("pool as Caffe does at even and at odd sizes", arguments: [64, 65])
  func ceilPool(size: Int) throws {
    let model = try Model(contentsOfFile: Fixtures.path("foreign/caffe-small.caffemodel"))
    let logits = try Fixture("foreign/caffe-small").tensor("logits.\(size)")
    let plan = try Plan(model.architecture, weights: model.weights, height: size, width: size)
    let runner = try Runner(plan)
    let count = 3 * size * size
    let noise = Formula.noise("input", count: 2 * count).map { Float($0) }
    for picture in 0..<2 {
      try runner.run(Array(noise[picture * count..<(picture + 1) * count]))
      let expected = Array(logits.values[picture * 5..<(picture + 1) * 5])
      #expect(relativeError(runner.logits, expected) < Self.tolerance, "picture \(picture)")
    }
  }

  @Test("saved by PyTorch with their tensor names alone give PyTorch's logits")
  func stateDict() throws {
    let model = try Model(contentsOfFile: Fixtures.path("foreign/zip-state-dict.pth"))
    let logits = try Fixture("foreign/expected").tensor("logits of the state dict")
    let plan = try Plan(model.architecture, weights: model.weights, height: 16, width: 16)
    let runner = try Runner(plan)
    let noise = Formula.noise("input", count: 2 * 3 * 16 * 16).map { Float($0) }
    for picture in 0..<2 {
      try runner.run(Array(noise[picture * 768..<(picture + 1) * 768]))
      let expected = Array(logits.values[picture * 3..<(picture + 1) * 3])
      #expect(relativeError(runner.logits, expected) < Self.tolerance, "picture \(picture)")
    }
  }
}
