import Engine
import Networks
import TestSupport
import Testing

/// What is run, and what is gone back through.
@Suite("The part of a network that is needed")
struct NeededPartTests {
  static let sets = InstructionSet.allCases.filter { $0 <= .best }

  /// A map; a map whose slope is infinite everywhere; a map that nobody can run, or that has no weights.
  private struct Network {
    static let picture = SpatialSize(side: 9)

    var graph = Graph()
    var weights = Weights()
    let map: Int
    let steep: Int
    let joined: Int

    init() throws {
      let source = try graph.add("picture", .picture(channels: 3))
      func convolution(_ name: String) -> Graph.Operation {
        .convolution(
          .init(
            weights: name, channels: 8,
            window: .init(kernel: .init(3, 3), before: .init(1, 1))))
      }
      weights["first"] = Formula.tensor("first", shape: [8, 3, 3, 3])
      weights["second"] = Formula.tensor("second", shape: [8, 8, 3, 3])
      let first = try graph.add("first", convolution("first"), [source])
      // √0: its derivative is infinite, and 0 · ∞ no number.
      let nothing = try graph.add("nothing", .combination(.subtract), [first, first])
      steep = try graph.add("steep", .activation(.sqrt), [nothing])
      map = try graph.add("second", convolution("second"), [first])
      joined = try graph.add("joined", .combination(.add), [map, steep])
      let later = try graph.add("later", convolution("of no file"), [joined])
      graph.output = try graph.add("last", .unknown("Fantasy"), [later])
    }
  }

  private static let input = Formula.noise("input", count: 3 * 81).map { Float($0) }
  private static let seed = Formula.noise("seed", count: 8 * 81).map { Float($0) }

  @Test("is run alone: what stands beyond needs no weights, nor be understood", arguments: sets)
  func forwards(_ set: InstructionSet) throws {
    let network = try Network()
    let plan = try GradientPlan(
      network.graph, weights: network.weights, picture: Network.picture, targets: [network.map],
      gates: [], instructionSet: set)
    try plan.runner().run(Self.input)
    #expect(throws: EngineError.self) {
      try GradientPlan(
        network.graph, weights: network.weights, picture: Network.picture,
        targets: [network.graph.output - 1], gates: [], instructionSet: set)
    }
  }

  @Test("is gone back through alone, whatever else was asked for", arguments: sets)
  func backwards(_ set: InstructionSet) throws {
    let network = try Network()
    func gradients(_ targets: [Int], holding held: Int? = nil) throws -> [[Float]] {
      let runner = try GradientPlan(
        network.graph, weights: network.weights, picture: Network.picture, targets: targets,
        gates: held.map { [$0] } ?? [], instructionSet: set
      ).runner()
      try runner.run(Self.input)
      return try targets.map {
        try runner.gradient(of: $0, seed: Self.seed, holding: Set(held.map { [$0] } ?? []))
      }
    }
    let joined = network.joined
    let (alone, both) = (try gradients([network.map]), try gradients([network.map, network.steep]))
    #expect(both[0] == alone[0] && both[0].contains { $0 != 0 })
    // Whoever goes through the other sees it; who holds it does not.
    #expect(both[1].contains { !$0.isFinite })
    let through = try gradients([joined])[0]
    #expect(through.contains { !$0.isFinite })
    #expect(
      relativeError(try gradients([joined], holding: network.steep)[0], alone[0]) < 1e-6)
  }

  @Test("is gone back through alone by plain steps too")
  func plainly() throws {
    var network = try Network()
    network.graph.output = network.joined
    network.weights["of no file"] = Formula.tensor("of no file", shape: [8, 8, 3, 3])
    let program = try GraphProgram(
      network.graph, weights: network.weights, picture: Network.picture)
    let runner = try GraphRunner(program)
    try runner.run(Self.input)
    let alone = try runner.gradient(of: network.map, seed: Self.seed)
    #expect(alone.allSatisfy { $0.isFinite } && alone.contains { $0 != 0 })
    let joined = network.joined
    let through = try runner.gradient(of: joined, seed: Self.seed)
    #expect(through.contains { !$0.isFinite })
    #expect(
      try runner.gradient(of: joined, seed: Self.seed, holding: [network.steep]) == alone)
  }

  @Test("is run once for several nodes and positions, in any order, to the bit", arguments: sets)
  func shared(_ set: InstructionSet) throws {
    for seed in 1...6 {
      let picture = SpatialSize(height: 10 + seed, width: 12)
      let random = try RandomGraph(
        seed: UInt64(2000 + seed), kind: .patterned, picture: picture, layers: 5)
      let targets = Array(Set(random.maps.dropFirst().suffix(3))).sorted()
      let shapes = try random.graph.shapes(picture: picture)
      let plan = try GradientPlan(
        random.graph, weights: random.weights, picture: picture, targets: targets, gates: [],
        instructionSet: set)
      let input = Formula.noise("input \(seed)", count: 3 * picture.count).map { Float($0) }
      func positions(_ node: Int) throws -> [[Float]] {
        let shape = try #require(shapes[node])
        let count = shape.reduce(1, *)
        return (0..<3).map { place in
          (0..<count).map { $0 % (shape[2] * shape[3]) == place ? 1 : 0 }
        }
      }
      let shared = try plan.runner()
      try shared.run(input)
      for node in targets.reversed() + targets {
        for seeds in try positions(node) {
          let own = try plan.runner()
          try own.run(input)
          #expect(
            try shared.gradient(of: node, seed: seeds) == own.gradient(of: node, seed: seeds))
        }
      }
    }
  }

  @Test("may end at any node that is held or replaced", arguments: 1...24)
  func anyNode(seed: Int) throws {
    let picture = SpatialSize(height: 9 + seed % 7, width: 8 + seed % 5)
    let random = try RandomGraph(
      seed: UInt64(3000 + seed), kind: .patterned, picture: picture, layers: 3 + seed % 4)
    let program = try GraphProgram(random.graph, weights: random.weights, picture: picture)
    let target = try #require(random.maps.last)
    let twin = try GraphRunner(program)
    let weights = Formula.noise("seed", count: program.shapes[target]?.reduce(1, *) ?? 0)
      .map { Float($0) }
    let inputs = ["a", "b"].map { name in
      Formula.noise(name + "\(seed)", count: 3 * picture.count).map { Float($0) }
    }
    let inner = random.graph.ancestors(of: [target]).filter {
      !random.graph.nodes[$0].inputs.isEmpty
    }
    for part in 0..<3 {
      let node = inner[(seed * 7 + part * inner.count / 3) % inner.count]
      let what = Comment(rawValue: "\(node) \(random.graph.nodes[node].operation.name)")
      let runner = try GradientPlan(
        random.graph, weights: random.weights, picture: picture, targets: [target],
        gates: [node], instructionSet: Self.sets[seed % Self.sets.count]
      ).runner()
      try twin.run(inputs[0])
      try runner.run(inputs[0])
      for held: Set<Int> in [[], [node]] {
        let expected = try twin.gradient(of: target, seed: weights, holding: held)
        let found = try runner.gradient(of: target, seed: weights, holding: held)
        #expect(relativeError(found, expected) < CompiledGradientTests.tolerance, what)
      }
      let value = twin.value(of: node)
      #expect(relativeError(runner.value(of: node), value) < 1e-4, what)
      try twin.run(inputs[1], replacing: [node: value])
      try runner.run(inputs[1], replacing: [node: value])
      #expect(
        relativeError(
          try runner.gradient(of: target, seed: weights),
          try twin.gradient(of: target, seed: weights)) < CompiledGradientTests.tolerance, what)
    }
  }
}
