import AllocationFailure
import Engine
import Networks
import TestSupport
import Testing

@Suite("Memory of a run")
struct RunMemoryTests {
  static let sets = InstructionSet.allCases.filter { $0 <= .best }

  /// A map by every operation that no pattern takes where it stands here, and then no map.
  private func graph() throws -> (Graph, map: Int) {
    var graph = Graph()
    var value = try graph.add("picture", .picture(channels: 4))
    func add(_ name: String, _ operation: Graph.Operation, _ inputs: [Int]? = nil) throws {
      value = try graph.add(name, operation, inputs ?? [value])
    }
    try add("edge", .padding(.init(before: [0, 0, 1, 2], after: [0, 0, 2, 1], mode: .reflect)))
    try add("apart", .slice(axis: 2, start: 1, count: 5, step: 2))
    try add("picked", .selection(axis: 3, indices: [3, 0, 7, 7, 2], dropsAxis: false))
    try add(
      "larger", .resizing(.init(size: .init(7, 6), mode: .bilinear, coordinates: .halfPixel)))
    try add("turned", .transpose([0, 1, 3, 2]))
    try add(
      "layer norm",
      .normalization(.init(scope: .axes(from: 1), scale: nil, shift: nil, epsilon: 1e-3)))
    try add(
      "group norm", .normalization(.init(scope: .groups(2), scale: nil, shift: nil, epsilon: 1e-3)))
    try add("over rows", .softmax(axis: 3))
    let map = value
    try add("largest", .reduction(.maximum, axes: [3], keepsAxes: true))
    try add("less", .combination(.subtract), [map, value])
    try add("spread", .activation(.softplus))
    let end = value
    try add("total", .reduction(.sum, axes: [1, 2], keepsAxes: false))
    try add("mean", .reduction(.mean, axes: [0], keepsAxes: false))
    graph.output = value
    return (graph, end)
  }

  /// Holds the second call of something to how often it asks for memory; what is made at the first is the
  /// runtime's.
  private func expect(
    _ expected: UInt, at location: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
  ) rethrows {
    try body()
    let before = sk_allocation_count()
    try body()
    let count = sk_allocation_count() - before
    #expect(count == expected, sourceLocation: location)
  }

  @Test(
    "is planned once where steps are plain: a run asks for none", arguments: sets,
    [Precision.f32, .bf16])
  func forwards(_ set: InstructionSet, _ precision: Precision) throws {
    guard precision == .f32 || (set == .avx512 && Precision.bf16.isSupported) else { return }
    let (graph, _) = try graph()
    let side = EveryOperation.picture
    let plan = try Plan(
      graph, weights: Weights(), picture: side, precision: precision, instructionSet: set)
    #expect(plan.layers.filter { $0.implementation == "plain" }.count > 8)
    let runner = try Runner(plan)
    let input = Formula.noise("input", count: 4 * side.count).map { Float($0) }
    try expect(0) { try runner.run(input) }
    // The count counts.
    try expect(1) { try runner.run([Float](repeating: 1, count: plan.inputCount)) }
  }

  @Test("is planned once on the way back by plain steps: a gradient asks for itself alone")
  func plainBackwards() throws {
    let network = try EveryOperation()
    let program = try GraphProgram(
      network.graph, weights: network.weights, picture: EveryOperation.picture)
    let runner = try GraphRunner(program)
    let input = Formula.noise("input", count: 4 * program.picture.count).map { Float($0) }
    let node = network.graph.output
    let seed = Formula.noise("seed", count: runner.value(of: node).count).map { Float($0) }
    let sum = try #require(network.graph.nodes.firstIndex { $0.operation.name == "sum" })
    try expect(0) { try runner.run(input) }
    let replaced = [sum: runner.value(of: sum)]
    var gradient: [Float] = []
    try expect(1) { gradient = try runner.gradient(of: node, seed: seed) }
    #expect(gradient.allSatisfy(\.isFinite) && gradient.contains { $0 != 0 })
    let held: Set = [sum]
    try expect(1) { _ = try runner.gradient(of: node, seed: seed, holding: held) }
    try expect(0) { try runner.run(input, replacing: replaced) }
    try expect(1) { _ = try runner.gradient(of: node, seed: seed) }
  }

  @Test("is planned once on the way back by compiled steps too", arguments: sets)
  func compiledBackwards(_ set: InstructionSet) throws {
    let (graph, map) = try graph()
    let side = EveryOperation.picture
    let network = try GradientPlan(
      graph, weights: Weights(), picture: side, targets: [map], gates: [], instructionSet: set)
    let runner = try network.runner()
    let input = Formula.noise("input", count: 4 * side.count).map { Float($0) }
    let shape = try #require(try graph.shapes(picture: side)[map])
    let seed = Formula.noise("seed", count: shape.reduce(1, *)).map { Float($0) }
    try expect(0) { try runner.run(input, replacing: [:]) }
    var gradient: [Float] = []
    try expect(1) { gradient = try runner.gradient(of: map, seed: seed, holding: []) }
    #expect(gradient.contains { $0 != 0 })
  }

  @Test("is planned once where gates are live, held and replaced", arguments: sets)
  func gates(_ set: InstructionSet) throws {
    let (graph, weights, gate) = try selection()
    let side = SpatialSize(height: 7, width: 6)
    let network = try GradientPlan(
      graph, weights: weights, picture: side, targets: [graph.output], gates: [gate],
      instructionSet: set)
    let runner = try network.runner()
    let input = Formula.noise("input", count: 16 * side.count).map { Float($0) }
    let seed = [Float](repeating: 1, count: 16 * side.count)
    try expect(0) { try runner.run(input, replacing: [:]) }
    let replaced = [gate: runner.value(of: gate)]
    var gradients: [[Float]] = [[], []]
    for (place, held) in [[], Set([gate])].enumerated() {
      try expect(1) {
        gradients[place] = try runner.gradient(of: graph.output, seed: seed, holding: held)
      }
    }
    #expect(gradients[0] != gradients[1])
    try expect(0) { try runner.run(input, replacing: replaced) }
    #expect(
      try runner.gradient(of: graph.output, seed: seed, holding: []) == gradients[1])
  }

  /// Two grouped branches, which are our own kernels', chosen between by their mean.
  private func selection() throws -> (Graph, Weights, gate: Int) {
    var graph = Graph()
    var weights = Weights()
    func add(_ name: String, _ operation: Graph.Operation, _ inputs: [Int]) throws -> Int {
      try graph.add(name, operation, inputs)
    }
    func convolution(
      _ name: String, _ source: Int, inputs: Int = 16, channels: Int = 16, groups: Int = 1,
      reach: Int = 0
    ) throws -> Int {
      let side = 2 * reach + 1
      weights[name] = Formula.tensor(name, shape: [channels, inputs / groups, side, side])
      return try add(
        name,
        .convolution(
          .init(
            weights: name, channels: channels, groups: groups,
            window: .init(kernel: .init(side, side), before: .init(reach, reach)))), [source])
    }
    let picture = try add("picture", .picture(channels: 16), [])
    let branches = try (1...2).map { reach in
      try add(
        "branch \(reach)", .activation(.relu),
        [convolution("grouped \(reach)", picture, groups: 4, reach: reach)])
    }
    let sum = try add("sum", .combination(.add), branches)
    let mean = try add("mean", .reduction(.mean, axes: [2, 3], keepsAxes: true), [sum])
    let hidden = try add("hidden", .activation(.relu), [convolution("fuse", mean, channels: 5)])
    let logits = try branches.indices.map { branch in
      try add(
        "row \(branch)", .reshape([1, 1, 16]),
        [convolution("select \(branch)", hidden, inputs: 5)])
    }
    let gate = try add(
      "gate", .softmax(axis: 1), [try add("logits", .concatenation(axis: 1), logits)])
    let weighed = try branches.enumerated().map { index, branch in
      let part = try add(
        "part \(index)", .slice(axis: 1, start: index, count: 1, step: 1), [gate])
      let weight = try add("weights \(index)", .reshape([1, 16, 1, 1]), [part])
      return try add("weighed \(index)", .combination(.multiply), [branch, weight])
    }
    graph.output = try add("selected", .combination(.add), weighed)
    return (graph, weights, gate)
  }
}
