import Checkpoints
import Engine
import Foundation
import Networks
import TestSupport
import Testing

@Suite("Plans of graphs")
struct LoweringTests {
  static let sets = InstructionSet.allCases.filter { $0 <= .best }

  /// Of the largest magnitude: two float32 sums in other orders, through a dozen layers.
  static let tolerance: Float = 5e-5

  @Test("agree with the plain steps, whatever the graph", arguments: 1...80)
  func random(seed: Int) throws {
    let picture = SpatialSize(height: 9 + seed % 7, width: 8 + seed % 5)
    let random = try RandomGraph(
      seed: UInt64(1000 + seed), kind: .patterned, picture: picture, layers: 3 + seed % 6)
    let input = Formula.noise("input \(seed)", count: 3 * picture.count).map { Float($0) }
    let program = try GraphProgram(random.graph, weights: random.weights, picture: picture)
    let twin = try GraphRunner(program)
    try twin.run(input)
    let expected = twin.value(of: random.graph.output)
    for set in Self.sets {
      let plan = try Plan(
        random.graph, weights: random.weights, picture: picture, instructionSet: set)
      let runner = try Runner(plan)
      // Twice, so that nothing left over from the first run goes unnoticed.
      try runner.run(input.map { -$0 })
      try runner.run(input)
      let error = relativeError(runner.logits, expected)
      #expect(error < Self.tolerance, "\(set): \(error)")
    }
  }

  /// bfloat16 keeps 8 bits; a dozen layers add up a dozen roundings of up to 2⁻⁸.
  @Test(
    "agree in bfloat16 as far as its rounding allows",
    .enabled(if: isThere(Precision.bf16.isSupported, else: "bfloat16 for want of AVX512-BF16")),
    arguments: 1...40)
  func randomInBF16(seed: Int) throws {
    let picture = SpatialSize(height: 9 + seed % 7, width: 8 + seed % 5)
    let random = try RandomGraph(
      seed: UInt64(1000 + seed), kind: .patterned, picture: picture, layers: 3 + seed % 6)
    let input = Formula.noise("input \(seed)", count: 3 * picture.count).map { Float($0) }
    let program = try GraphProgram(random.graph, weights: random.weights, picture: picture)
    let twin = try GraphRunner(program)
    try twin.run(input)
    let runner = try Runner(
      try Plan(random.graph, weights: random.weights, picture: picture, precision: .bf16))
    try runner.run(input)
    let error = relativeError(runner.logits, twin.value(of: random.graph.output))
    #expect(error < 0.06, "\(error)")
  }

  @Test(
    "give PyTorch's logits of the networks that it exported", arguments: GraphFixtureTests.names,
    sets)
  func exported(_ name: String, _ set: InstructionSet) throws {
    let model = try ONNXModel(contentsOfFile: Fixtures.path("onnx/\(name).onnx"))
    let fixture = try Fixture("onnx/\(name)")
    let plan = try Plan(
      model.graph, weights: model.weights, picture: model.picture, instructionSet: set)
    let runner = try Runner(plan)
    try runner.run(try fixture.tensor("input").values)
    let error = relativeError(runner.logits, try fixture.tensor("logits").values)
    #expect(error < GraphFixtureTests.valueTolerance)
  }

  @Test("have the same layers and bits for what was written as ONNX and read again")
  func roundTrip() throws {
    let folder = try ScratchFolder()
    for name in ["sknet26-tiny", "shufflenetv2-0.5x-sk", "senet29"] {
      let entry = try Catalogue.entry(named: name)
      let side = 64
      let model = Model(
        name: name, architecture: entry.architecture, preprocessing: Preprocessing(size: side),
        weights: .formula(for: entry.architecture))
      let path = folder.path(name + ".onnx")
      try model.writeONNX(toFile: path)
      let read = try ONNXModel(contentsOfFile: path)
      let own = try Plan(
        model.architecture, weights: model.weights, height: side, width: side)
      let plan = try Plan(read.graph, weights: read.weights, picture: read.picture)
      #expect(plan.layers.map(\.kind) == own.layers.map(\.kind))
      #expect(plan.layers.map(\.macs) == own.layers.map(\.macs))
      let input = Formula.noise("input", count: 3 * side * side).map { Float($0) }
      let (a, b) = (try Runner(own), try Runner(plan))
      try a.run(input)
      try b.run(input)
      #expect(a.logits == b.logits)
    }
  }
}
