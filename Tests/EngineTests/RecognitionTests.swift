import Checkpoints
import Engine
import Foundation
import Networks
import TestSupport
import Testing

@Suite("Networks of selective-kernel units in ONNX")
struct RecognitionTests {
  static let cases = ArchitectureCase.all.filter {
    [
      "as the paper", "plain sum of the branches", "biases before the softmax",
      "a sigmoid for every branch", "another attention width", "basic blocks", "split input",
      "channels that fill no block", "a head after residual units", "a padded pool",
      "a deep stem of channels that fill no block", "pooled shortcuts",
      "attention that channels share, with biases",
    ].contains($0.testDescription)
  }

  @Test("are told from their steps alone and keep every bit", arguments: cases)
  func recognized(_ test: ArchitectureCase) throws {
    let weights = Weights.formula(for: test.architecture)
    let model = Model(
      name: "case", architecture: test.architecture, preprocessing: Preprocessing(size: 40),
      weights: weights)
    let folder = try ScratchFolder()
    try model.writeONNX(toFile: folder.path("case.onnx"))
    let read = try ONNXModel(contentsOfFile: folder.path("case.onnx"))
    let network = try #require(
      RecognizedNetwork(read.graph, weights: read.weights, picture: read.picture))
    #expect(network.architecture.units.map(\.name) == test.architecture.units.map(\.name))
    #expect(network.architecture.branches.map(\.size) == test.architecture.branches.map(\.size))
    #expect(network.architecture.parameterCount == test.architecture.parameterCount)
    let input = Formula.noise("input", count: 3 * 40 * 40).map { Float($0) }
    func run(_ architecture: Architecture, _ weights: Weights) throws -> [Float] {
      let plan = try Plan(architecture, weights: weights, height: 40, width: 40)
      let runner = try Runner(plan)
      try runner.run(input)
      return runner.logits + plan.units.indices.flatMap { runner.attention(ofUnit: $0) }
    }
    #expect(try run(network.architecture, network.weights) == run(test.architecture, weights))
  }

  @Test("are not seen where there are none", arguments: GraphFixtureTests.names)
  func others(_ name: String) throws {
    let model = try ONNXModel(contentsOfFile: Fixtures.path("onnx/\(name).onnx"))
    let network = RecognizedNetwork(
      model.graph, weights: model.weights, picture: model.picture)
    // Plain residual networks are ones of units with one branch.
    #expect(network?.architecture.hasAttention != true)
  }

  @Test("are not what a file claims they are, if their steps say otherwise")
  func claims() throws {
    let model = try ONNXModel(contentsOfFile: Fixtures.path("onnx/test-resnet.onnx"))
    #expect(
      RecognizedNetwork(
        model.graph, weights: model.weights, picture: model.picture,
        claimed: FixtureNetwork.tiny) == nil)
  }
}
