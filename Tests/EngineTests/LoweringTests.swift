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

  /// A random graph, a picture, and what the plain steps make of it.
  private struct Example {
    let picture: SpatialSize
    let random: RandomGraph
    let input: [Float]
    let expected: [Float]

    init(seed: Int) throws {
      let picture = SpatialSize(height: 9 + seed % 7, width: 8 + seed % 5)
      random = try RandomGraph(
        seed: UInt64(1000 + seed), kind: .patterned, picture: picture, layers: 3 + seed % 6)
      input = Formula.noise("input \(seed)", count: 3 * picture.count).map { Float($0) }
      let twin = try GraphRunner(
        try GraphProgram(random.graph, weights: random.weights, picture: picture))
      try twin.run(input)
      expected = twin.value(of: random.graph.output)
      self.picture = picture
    }
  }

  @Test("agree with the plain steps, whatever the graph", arguments: 1...80)
  func random(seed: Int) throws {
    let example = try Example(seed: seed)
    let (random, input) = (example.random, example.input)
    for set in Self.sets {
      let plan = try Plan(
        random.graph, weights: random.weights, picture: example.picture, instructionSet: set)
      let runner = try Runner(plan)
      // Twice, so that nothing left over from the first run goes unnoticed.
      try runner.run(input.map { -$0 })
      try runner.run(input)
      let error = relativeError(runner.logits, example.expected)
      #expect(error < Self.tolerance, "\(set): \(error)")
    }
  }

  /// bfloat16 keeps 8 bits; a dozen layers add up a dozen roundings of up to 2⁻⁸.
  @Test(
    "agree in bfloat16 as far as its rounding allows",
    .enabled(if: isThere(Precision.bf16.isSupported, else: "bfloat16 for want of AVX512-BF16")),
    arguments: 1...40)
  func randomInBF16(seed: Int) throws {
    let example = try Example(seed: seed)
    let runner = try Runner(
      try Plan(
        example.random.graph, weights: example.random.weights, picture: example.picture,
        precision: .bf16))
    try runner.run(example.input)
    let error = relativeError(runner.logits, example.expected)
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

  /// As small as each network takes; AlexNet and VGG-16, whose layers others have too, take too long.
  @Test(
    "agree with the plain steps on the catalogue's networks",
    arguments: [
      ("googlenet", 64), ("inception_v3", 75), ("xception", 65), ("mobilenet_v1", 64),
      ("mobilenet_v2", 48), ("igcv3", 48), ("densenet121", 64), ("lsknet-t", 64),
    ])
  func catalogue(_ name: String, _ side: Int) throws {
    guard case .graph(let entry) = try Catalogue.found(named: name) else {
      Issue.record("\(name)")
      return
    }
    let (graph, picture) = (try entry.graph(), SpatialSize(side: side))
    let weights = try Weights.formula(for: graph, picture: picture)
    let input = Formula.noise("input", count: 3 * picture.count).map { Float($0) }
    let twin = try GraphRunner(try GraphProgram(graph, weights: weights, picture: picture))
    try twin.run(input)
    let runner = try Runner(try Plan(graph, weights: weights, picture: picture))
    try runner.run(input)
    #expect(
      relativeError(runner.logits, twin.value(of: graph.output))
        < GraphFixtureTests.valueTolerance)
  }

  @Test(
    "normalise joined maps where they lie: DenseNet has no step on floats, and copies nothing together"
  )
  func norms() throws {
    guard case .graph(let entry) = try Catalogue.found(named: "densenet121") else { return }
    let (graph, picture) = (try entry.graph(), SpatialSize(side: 64))
    let plan = try Plan(
      graph, weights: try .formula(for: graph, picture: picture), picture: picture)
    let plain = plan.layers.filter { $0.implementation == "plain" }
    #expect(plain.isEmpty, "\(plain.map(\.name).prefix(5))")
  }

  @Test(
    "take every function behind a convolution in: MobileNetV2 has a layer a convolution, and its classifier"
  )
  func depthwise() throws {
    guard case .graph(let entry) = try Catalogue.found(named: "mobilenet_v2") else { return }
    let (graph, picture) = (try entry.graph(), SpatialSize(side: 64))
    let weights = try Weights.formula(for: graph, picture: picture)
    let convolutions = graph.nodes.count {
      if case .convolution = $0.operation { true } else { false }
    }
    for set in Self.sets {
      let plan = try Plan(graph, weights: weights, picture: picture, instructionSet: set)
      #expect(plan.layers.count == convolutions + 1, "\(set)")
    }
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
