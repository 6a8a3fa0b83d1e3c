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

  /// Weights of a node's values, random.
  private static func seed(_ node: Int, _ shapes: [[Int]?]) throws -> [Float] {
    let count = try #require(shapes[node]).reduce(1, *)
    return Formula.noise("seed \(node)", count: count).map { Float($0) }
  }

  @Test("agree with the plain steps, whatever the graph", arguments: 1...104)
  func random(seed: Int) throws {
    let picture = SpatialSize(height: 9 + seed % 7, width: 8 + seed % 5)
    let random = try RandomGraph(
      seed: UInt64(1000 + seed), kind: seed > 80 ? .smooth : .patterned, picture: picture,
      layers: 3 + seed % 6)
    let program = try GraphProgram(random.graph, weights: random.weights, picture: picture)
    let targets = Array(Set(random.maps.dropFirst().suffix(3)))
    let gates = random.graph.gates(program.shapes).map(\.node)
    let twin = try GraphRunner(program, nodes: targets + gates)
    let inputs = ["a", "b"].map { Formula.noise($0 + "\(seed)", count: 3 * picture.count) }
      .map { $0.map { Float($0) } }
    let reached = gates.filter(random.graph.ancestors(of: targets).contains)
    for (place, set) in Self.sets.enumerated() {
      // Gates that are to be held may be done in other steps; each graph's with one instruction set.
      let isHolding = !reached.isEmpty && seed % Self.sets.count == place
      for own in isHolding ? [[], gates] : [[]] {
        let runner = try GradientPlan(
          random.graph, weights: random.weights, picture: picture, targets: targets, gates: own,
          instructionSet: set
        ).runner()
        func check(_ held: [Int], _ what: String) throws {
          for node in targets {
            let weights = try Self.seed(node, program.shapes)
            let error = relativeError(
              try runner.gradient(of: node, seed: weights, holding: Set(held)),
              try twin.gradient(of: node, seed: weights, holding: Set(held)))
            #expect(error < Self.tolerance, "\(set), node \(node), \(what): \(error)")
          }
        }
        // Twice, so that nothing left over from the first run goes unnoticed.
        var values: [Int: [Float]] = [:]
        for input in inputs {
          try twin.run(input)
          try runner.run(input)
          try check([], "live")
          guard !own.isEmpty else { continue }
          try check(own, "held")
          for gate in reached {
            #expect(relativeError(runner.value(of: gate), twin.value(of: gate)) < 1e-4)
            if values.count < reached.count { values[gate] = twin.value(of: gate) }
          }
        }
        guard !own.isEmpty else { continue }
        // The first picture's weights in the second.
        try twin.run(inputs[1], replacing: values)
        try runner.run(inputs[1], replacing: values)
        try check([], "replaced")
        try twin.run(inputs[1])
        try runner.run(inputs[1])
        try check([], "live again")
      }
    }
  }

  @Test("are PyTorch's, of the networks that it exported", arguments: GraphFixtureTests.names, sets)
  func exported(_ name: String, _ set: InstructionSet) throws {
    let model = try ONNXModel(contentsOfFile: Fixtures.path("onnx/\(name).onnx"))
    let fixture = try Fixture("onnx/\(name)")
    let points = try JSONDecoder().decode(
      [String: String].self, from: Data((fixture.file.metadata["nodes"] ?? "").utf8))
    let nodes = try points.mapValues { try #require(model.graph.index(named: $0), "\($0)") }
    let network = try GradientPlan(
      model.graph, weights: model.weights, picture: model.picture, targets: Array(nodes.values),
      gates: [], instructionSet: set)
    let runner = try network.runner()
    try runner.run(try fixture.tensor("input").values, replacing: [:])
    let shapes = try model.graph.shapes(picture: model.picture)
    let fields = model.graph.theoreticalFields(shapes)
    for (point, node) in nodes {
      let shape = try #require(shapes[node])
      let gradient = try runner.gradient(
        of: node, seed: GraphRunner.middleSeed(shape, layout: fields[node].layout(of: shape)),
        holding: [])
      let error = relativeError(gradient, try fixture.tensor("gradient." + point).values)
      #expect(error < GraphFixtureTests.gradientTolerance, "\(point)")
    }
  }

  @Test(
    "with gates live, held and replaced are the plain steps' in networks that PyTorch exported",
    arguments: ["lsknet", "resnest", "sk-stacked", "test-efficientnet"], sets)
  func exportedGates(_ name: String, _ set: InstructionSet) throws {
    let model = try ONNXModel(contentsOfFile: Fixtures.path("onnx/\(name).onnx"))
    let graph = model.graph
    let program = try GraphProgram(graph, weights: model.weights, picture: model.picture)
    let gates = graph.gates(program.shapes).map(\.node)
    let target = try #require(
      graph.bottlenecks.last { program.shapes[$0]?.count == 4 && (program.shapes[$0]?[2] ?? 0) > 1 }
    )
    #expect(!graph.ancestors(of: [target]).filter(gates.contains).isEmpty)
    let twin = try GraphRunner(program, nodes: [target] + gates)
    let runner = try GradientPlan(
      graph, weights: model.weights, picture: model.picture, targets: [target], gates: gates,
      instructionSet: set
    ).runner()
    let seed = GraphRunner.middleSeed(try #require(program.shapes[target]))
    let inputs = ["a", "b"].map {
      Formula.noise($0, count: 3 * model.picture.count).map { Float($0) }
    }
    var gradients: [[Float]] = []
    func check(_ held: [Int]) throws {
      gradients.append(try runner.gradient(of: target, seed: seed, holding: Set(held)))
      let plain = try twin.gradient(of: target, seed: seed, holding: Set(held))
      let error = relativeError(gradients[gradients.count - 1], plain)
      #expect(error < Self.tolerance, "\(gradients.count): \(error)")
    }
    try twin.run(inputs[0])
    try runner.run(inputs[0])
    try check([])
    try check(gates)
    let values = Dictionary(uniqueKeysWithValues: gates.map { ($0, twin.value(of: $0)) })
    try twin.run(inputs[1], replacing: values)
    try runner.run(inputs[1], replacing: values)
    try check([])
    try check(gates)
    #expect(gradients[0] != gradients[1] && gradients[2] == gradients[3])
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
    let compiled = try GradientPlan(
      graph, weights: weights, picture: picture, targets: targets, gates: gates,
      instructionSet: set)
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
