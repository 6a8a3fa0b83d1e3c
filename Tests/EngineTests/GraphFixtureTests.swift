import Checkpoints
import Engine
import Foundation
import Networks
import TestSupport
import Testing

@Suite("Networks that PyTorch exported as ONNX")
struct GraphFixtureTests {
  static let names = [
    "densenet", "dilated", "forms-dynamo", "forms-torchscript", "igcv", "inception", "lsknet",
    "mobilenet-v2", "resnest", "shufflenet-v2", "sk-stacked", "test-convnext", "test-efficientnet",
    "test-resnet", "xception",
  ]

  /// Of each tensor's largest magnitude; both sides are float32, with sums in other orders.
  static let valueTolerance: Float = 1e-4
  /// The fixtures' gradients are float64, rounded.
  static let gradientTolerance: Float = 1e-3

  @Test("give PyTorch's logits, inner values and gradients", arguments: names)
  func agree(_ name: String) throws {
    let model = try ONNXModel(contentsOfFile: Fixtures.path("onnx/\(name).onnx"))
    let fixture = try Fixture("onnx/\(name)")
    let points = try JSONDecoder().decode(
      [String: String].self, from: Data((fixture.file.metadata["nodes"] ?? "").utf8))
    let nodes = try points.mapValues { try #require(model.graph.index(named: $0), "\($0)") }
    let program = try GraphProgram(model.graph, weights: model.weights, picture: model.picture)
    let fields = model.graph.theoreticalFields(program.shapes)
    let runner = try GraphRunner(program, nodes: Array(nodes.values) + [model.graph.output])
    try runner.run(try fixture.tensor("input").values)
    let logits = relativeError(
      runner.value(of: model.graph.output), try fixture.tensor("logits").values)
    #expect(logits < Self.valueTolerance)
    for (point, node) in nodes {
      let value = relativeError(
        runner.value(of: node), try fixture.tensor("value." + point).values)
      #expect(value < Self.valueTolerance, "\(point)")
      let shape = try #require(program.shapes[node])
      let gradient = try runner.gradient(
        of: node, seed: GraphRunner.middleSeed(shape, layout: fields[node].layout(of: shape)))
      let error = relativeError(gradient, try fixture.tensor("gradient." + point).values)
      #expect(error < Self.gradientTolerance, "\(point)")
    }
  }
}
