import Checkpoints
import Engine
import Foundation
import Networks
import TestSupport
import Testing

@Suite("Compiled gradients")
struct CompiledGradientTests {
  static let sets = InstructionSet.allCases.filter { $0 <= .best }

  /// Of the largest magnitude: two float32 sums in other orders, there and back, where a value next to 0 may
  /// lie on either side of a ReLU's kink.
  static let tolerance: Float = 1e-3

  /// Whether all targets' gradients are taken by compiled steps.
  private static func isCompiled(_ network: Differentiable) -> Bool {
    if case .compiled = network { true } else { false }
  }

  @Test("agree with the plain steps, whatever the graph", arguments: 1...80)
  func random(seed: Int) throws {
    let picture = SpatialSize(height: 9 + seed % 7, width: 8 + seed % 5)
    let random = try RandomGraph(
      seed: UInt64(1000 + seed), kind: .patterned, picture: picture, layers: 3 + seed % 6)
    let program = try GraphProgram(random.graph, weights: random.weights, picture: picture)
    let targets = Array(Set(random.maps.dropFirst().suffix(3)))
    let twin = try GraphRunner(program, nodes: targets)
    let inputs = ["a", "b"].map { Formula.noise($0 + "\(seed)", count: 3 * picture.count) }
      .map { $0.map { Float($0) } }
    for set in Self.sets {
      let network = try Differentiable(
        random.graph, weights: random.weights, picture: picture, targets: targets, gates: [],
        instructionSet: set)
      let runner = try network.runner()
      // Twice, so that nothing left over from the first run goes unnoticed.
      for input in inputs {
        try twin.run(input)
        try runner.run(input, replacing: [:])
        for node in targets {
          let count = try #require(program.shapes[node]).reduce(1, *)
          let weights = Formula.noise("seed \(node)", count: count).map { Float($0) }
          let error = relativeError(
            try runner.gradient(of: node, seed: weights, holding: []),
            try twin.gradient(of: node, seed: weights))
          #expect(error < Self.tolerance, "\(set), node \(node): \(error)")
        }
      }
    }
  }

  @Test("are had for most graphs, whatever the graph, and say of the others which node it is")
  func coverage() throws {
    var reasons: [String] = []
    for seed in 1...80 {
      let picture = SpatialSize(height: 9 + seed % 7, width: 8 + seed % 5)
      let random = try RandomGraph(
        seed: UInt64(1000 + seed), kind: .patterned, picture: picture, layers: 3 + seed % 6)
      let network = try Differentiable(
        random.graph, weights: random.weights, picture: picture,
        targets: Array(Set(random.maps.dropFirst().suffix(3))), gates: [])
      if case .plain(_, _, let reason) = network { reasons.append(reason) }
    }
    #expect(reasons.count <= 4, "\(reasons)")
    #expect(reasons.allSatisfy { $0.hasPrefix("node '") })
  }

  @Test("are PyTorch's, of the networks that it exported", arguments: GraphFixtureTests.names, sets)
  func exported(_ name: String, _ set: InstructionSet) throws {
    let model = try ONNXModel(contentsOfFile: Fixtures.path("onnx/\(name).onnx"))
    let fixture = try Fixture("onnx/\(name)")
    let points = try JSONDecoder().decode(
      [String: String].self, from: Data((fixture.file.metadata["nodes"] ?? "").utf8))
    let nodes = try points.mapValues { try #require(model.graph.index(named: $0), "\($0)") }
    let network = try Differentiable(
      model.graph, weights: model.weights, picture: model.picture, targets: Array(nodes.values),
      gates: [], instructionSet: set)
    #expect(Self.isCompiled(network), "\(name)")
    let runner = try network.runner()
    try runner.run(try fixture.tensor("input").values, replacing: [:])
    let shapes = try model.graph.shapes(picture: model.picture)
    for (point, node) in nodes {
      let gradient = try runner.gradient(
        of: node, seed: GraphRunner.middleSeed(try #require(shapes[node])), holding: [])
      let error = relativeError(gradient, try fixture.tensor("gradient." + point).values)
      #expect(error < GraphFixtureTests.gradientTolerance, "\(point)")
    }
  }

  /// Networks of every kind of unit, and the units whose gradients are taken.
  static let catalogue = [
    ("sknet26-tiny", 64), ("sknet26", 64), ("senet29", 32), ("shufflenetv2-0.5x-sk", 64),
    ("shufflenetv2-1.0x-se", 64), ("resnext29-16x32d", 32),
  ]

  @Test("with gates live, held and replaced are the plain steps'", arguments: catalogue, sets)
  func gates(_ network: (String, Int), _ set: InstructionSet) throws {
    let architecture = try Catalogue.entry(named: network.0).architecture
    let graph = try architecture.graph()
    let picture = SpatialSize(side: network.1)
    let weights = Weights.formula(for: architecture)
    let program = try GraphProgram(graph, weights: weights, picture: picture)
    let gates = graph.gates(program.shapes).map(\.node)
    let units = architecture.units.map(\.name)
    let targets = try [units[1], units[units.count / 2], units[units.count - 1]].map {
      try #require(graph.index(named: $0))
    }
    let compiled = try Differentiable(
      graph, weights: weights, picture: picture, targets: targets, gates: gates,
      instructionSet: set)
    #expect(Self.isCompiled(compiled))
    let runner = try compiled.runner()
    let twin = try GraphRunner(program, nodes: targets + gates)
    let inputs = ["a", "b"].map { Formula.noise($0, count: 3 * picture.count).map { Float($0) } }
    let reached = Set(graph.ancestors(of: targets))
    func check(
      _ input: [Float], replacing values: [Int: [Float]] = [:], holding held: Set<Int>,
      _ what: String
    ) throws {
      try runner.run(input, replacing: values)
      for node in targets {
        let seed = GraphRunner.middleSeed(try #require(program.shapes[node]))
        let gradient = try runner.gradient(of: node, seed: seed, holding: held)
        // A hair to either side, where a value lies next to a ReLU's kink.
        let errors = try [1, 1 + 4e-6, 1 - 4e-6].map { (factor: Float) in
          try twin.run(input.map { factor * $0 }, replacing: values)
          return relativeError(gradient, try twin.gradient(of: node, seed: seed, holding: held))
        }
        let error = errors.min() ?? .infinity
        #expect(error < Self.tolerance, "\(what), \(graph.nodes[node].name): \(errors)")
      }
      try twin.run(input, replacing: values)
    }
    try check(inputs[0], holding: Set(gates), "held")
    try check(inputs[0], holding: [], "live")
    var recorded: [Int: [Float]] = [:]
    for gate in gates {
      recorded[gate] = twin.value(of: gate)
      guard reached.contains(gate) else { continue }
      #expect(relativeError(runner.value(of: gate), twin.value(of: gate)) < 1e-5)
    }
    try check(inputs[1], replacing: recorded, holding: Set(gates), "replaced")
    try check(inputs[1], holding: [], "live again")
  }
}
