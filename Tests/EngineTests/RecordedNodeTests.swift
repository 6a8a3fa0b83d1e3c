import Checkpoints
import Engine
import Foundation
import Networks
import TestSupport
import Testing

@Suite("Nodes that a plan records")
struct RecordedNodeTests {
  @Test(
    "have the values of the plain steps, and change nothing else",
    arguments: ["lsknet", "resnest", "sk-stacked", "test-efficientnet"], LoweringTests.sets)
  func values(_ name: String, _ set: InstructionSet) throws {
    let model = try ONNXModel(contentsOfFile: Fixtures.path("onnx/\(name).onnx"))
    let input = try Fixture("onnx/\(name)").tensor("input").values
    let shapes = try model.graph.shapes(picture: model.picture)
    let gates = model.graph.gates(shapes).map(\.node)
    #expect(!gates.isEmpty)
    let twin = try GraphRunner(
      try GraphProgram(model.graph, weights: model.weights, picture: model.picture),
      nodes: gates + [model.graph.output])
    try twin.run(input)
    func runner(_ records: [Int]) throws -> Runner {
      let runner = try Runner(
        try Plan(
          model.graph, weights: model.weights, picture: model.picture, instructionSet: set,
          recording: records))
      try runner.run(input)
      return runner
    }
    let recording = try runner(gates)
    for (index, node) in gates.enumerated() {
      let error = relativeError(recording.recorded(index), twin.value(of: node))
      #expect(error < GraphFixtureTests.valueTolerance, "\(model.graph.nodes[node].name)")
    }
    let plain = try runner([])
    #expect(plain.plan.layers.count <= recording.plan.layers.count)
    #expect(relativeError(recording.logits, plain.logits) < LoweringTests.tolerance)
  }

  /// The graph's gates against those of the plan's own kernels.
  @Test(
    "give the attention of selective-kernel units", arguments: ["sknet26-tiny", "sknet50-k3-k5-k7"])
  func attention(_ name: String) throws {
    let architecture = try Catalogue.entry(named: name).architecture
    let graph = try architecture.graph()
    let picture = SpatialSize(side: 64)
    let weights = Weights.formula(for: architecture)
    let gates = graph.recordedGates(try graph.shapes(picture: picture))
    #expect(gates.map(\.name) == architecture.units.map(\.name))
    #expect(gates.allSatisfy { $0.sizes == architecture.branches.map(\.size) })
    let own = try Runner(try Plan(architecture, weights: weights, height: 64, width: 64))
    let recording = try Runner(
      try Plan(graph, weights: weights, picture: picture, recording: gates.map(\.node)))
    let input = Formula.noise("input", count: 3 * picture.count).map { Float($0) }
    try own.run(input)
    try recording.run(input)
    for (index, gate) in gates.enumerated() {
      #expect(gate.channels == architecture.units[index].width)
      let found = gate.attention(recording.recorded(index))
      #expect(relativeError(found, own.attention(ofUnit: index)) < 1e-5, "\(gate.name)")
    }
  }

  @Test("a gate at every position is the mean over them, a branch its own slice")
  func positions() throws {
    let model = try ONNXModel(contentsOfFile: Fixtures.path("onnx/lsknet.onnx"))
    let shapes = try model.graph.shapes(picture: model.picture)
    let gate = try #require(model.graph.recordedGates(shapes).first)
    #expect(gate.channels == 1 && gate.sizes == [1, 19] && gate.stage == 2)
    let count = try #require(shapes[gate.node]).reduce(1, *)
    let values = (0..<count).map { Float($0 < count / 2 ? 1 : $0 % 2) }
    #expect(gate.attention(values) == [1, 0.5])
    #expect(gate.attention([1]).isEmpty)
  }
}
