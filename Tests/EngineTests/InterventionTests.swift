import Engine
import Networks
import TestSupport
import Testing

/// Something done to a unit, for the engine and for its plain twin.
struct InterventionCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let unit: Int
  let intervention: @Sendable (_ branches: Int, _ width: Int) -> Intervention
  let plain: @Sendable ([[Double]]) -> [[Double]]

  static func given(_ m: Int, _ c: Int) -> Double { 0.1 + 0.3 * Double(m) + 0.01 * Double(c) }

  static let all: [InterventionCase] = [
    InterventionCase(
      testDescription: "the first branch alone", unit: 0, intervention: { _, _ in .branch(0) },
      plain: { a in a.indices.map { m in a[m].map { _ in m == 0 ? 1 : 0 } } }),
    InterventionCase(
      testDescription: "the last branch alone", unit: 2,
      intervention: { branches, _ in .branch(branches - 1) },
      plain: { a in a.indices.map { m in a[m].map { _ in m == a.count - 1 ? 1 : 0 } } }),
    InterventionCase(
      testDescription: "uniform", unit: 1, intervention: { _, _ in .uniform },
      plain: { a in a.map { $0.map { _ in 1 / Double(a.count) } } }),
    InterventionCase(
      testDescription: "swapped", unit: 1, intervention: { _, _ in .swapped },
      plain: { $0.reversed() }),
    InterventionCase(
      testDescription: "given weights", unit: 0,
      intervention: { branches, width in
        .weights((0..<branches).flatMap { m in (0..<width).map { Float(given(m, $0)) } })
      },
      plain: { a in a.indices.map { m in a[m].indices.map { given(m, $0) } } }),
  ]
}

@Suite("An intervention")
struct InterventionTests {
  static let networks = ArchitectureCase.all.filter {
    $0.architecture.units.allSatisfy(\.hasAttention)
  }

  private func input(_ test: ArchitectureCase) -> [Float] {
    Formula.noise("input", count: 3 * test.height * test.width).map { Float($0) }
  }

  private func runner(
    _ test: ArchitectureCase, _ set: InstructionSet = .best, _ precision: Precision = .f32
  ) throws -> Runner {
    try Runner(
      try Plan(
        test.architecture, weights: .formula(for: test.architecture), height: test.height,
        width: test.width, precision: precision, instructionSet: set))
  }

  @Test(
    "weighs the branches as the plain network does", arguments: networks,
    InstructionSet.allCases.filter { $0 <= .best })
  func agrees(_ test: ArchitectureCase, _ set: InstructionSet) throws {
    let runner = try runner(test, set)
    let branches = test.architecture.branches.count
    for change in InterventionCase.all {
      let unit = runner.plan.units[change.unit]
      var plain = PlainNetwork(
        architecture: test.architecture, weights: .formula(for: test.architecture))
      plain.replaced[change.unit] = change.plain
      let expected = plain.run(input(test), height: test.height, width: test.width)
      var interventions = [Intervention?](repeating: nil, count: runner.plan.units.count)
      interventions[change.unit] = change.intervention(branches, unit.width)
      try runner.intervene(interventions)
      try runner.run(input(test))
      let error = relativeError(runner.logits, expected.logits)
      #expect(error < ArchitectureTests.tolerance, "\(change.testDescription): \(error)")
      for index in runner.plan.units.indices {
        let attention = runner.attention(ofUnit: index)
        #expect(
          relativeError(attention, expected.attention[index]) < ArchitectureTests.tolerance)
        let used = runner.usedAttention(ofUnit: index)
        #expect((used == attention) == (index != change.unit))
      }
    }
  }

  @Test("reaches shuffle units that have attention, and refuses those that begin a stage")
  func shuffled() throws {
    let test = try #require(
      ArchitectureCase.all.first {
        $0.architecture.block == .shuffle && $0.architecture.hasAttention
      })
    let runner = try runner(test)
    var plain = PlainNetwork(
      architecture: test.architecture, weights: .formula(for: test.architecture))
    plain.replaced[1] = { $0.reversed() }
    let expected = plain.run(input(test), height: test.height, width: test.width)
    var interventions = [Intervention?](repeating: nil, count: runner.plan.units.count)
    interventions[1] = .swapped
    try runner.intervene(interventions)
    try runner.run(input(test))
    #expect(relativeError(runner.logits, expected.logits) < ArchitectureTests.tolerance)
    interventions[0] = .uniform
    let error = #expect(throws: EngineError.self) { try runner.intervene(interventions) }
    #expect(error?.description.contains("SK_2_1: the unit has no attention") == true)
  }

  @Test(
    "reaches bfloat16 too",
    .enabled(if: isThere(Precision.bf16.isSupported, else: "bfloat16 for want of AVX512-BF16")),
    arguments: networks)
  func bf16(_ test: ArchitectureCase) throws {
    let runner = try runner(test, .best, .bf16)
    let branches = test.architecture.branches.count
    for change in InterventionCase.all {
      var plain = PlainNetwork(
        architecture: test.architecture, weights: .formula(for: test.architecture))
      plain.replaced[change.unit] = change.plain
      let expected = plain.run(input(test), height: test.height, width: test.width)
      var interventions = [Intervention?](repeating: nil, count: runner.plan.units.count)
      interventions[change.unit] = change.intervention(
        branches, runner.plan.units[change.unit].width)
      try runner.intervene(interventions)
      try runner.run(input(test))
      runner.agrees(with: expected)
    }
  }

  /// A mean over positions is not what was there.
  @Test(
    "leaves the bits alone when it is none, or gives back what was there",
    arguments: networks.filter { $0.architecture.attentionScope != .position })
  func intact(_ test: ArchitectureCase) throws {
    let runner = try runner(test)
    let input = input(test)
    try runner.run(input)
    let logits = runner.logits
    let units = runner.plan.units.indices
    let attention = units.map { runner.attention(ofUnit: $0) }
    var interventions: [Intervention?] = attention.map { .weights($0) }
    try runner.intervene(interventions)
    try runner.run(input)
    #expect(runner.logits == logits)
    // Swapped in all units, every gate after the first sees something else.
    interventions = units.map { $0 == 0 ? .swapped : nil }
    try runner.intervene(interventions)
    try runner.run(input)
    let swapped = runner.usedAttention(ofUnit: 0)
    #expect(runner.attention(ofUnit: 0) == attention[0])
    let width = runner.plan.units[0].width
    let branches = test.architecture.branches.count
    let twice = (0..<branches).reversed().flatMap { swapped[$0 * width..<($0 + 1) * width] }
    interventions[0] = .weights(twice)
    try runner.intervene(interventions)
    try runner.run(input)
    #expect(runner.logits == logits)
    try runner.intervene(units.map { _ in nil })
    try runner.run(input)
    #expect(runner.logits == logits)
    #expect(units.allSatisfy { runner.usedAttention(ofUnit: $0) == attention[$0] })
  }

  /// A power of two changes no bit of a product.
  @Test("of 1 for every branch is the network that sums, of 1/M that network's sum over M")
  func sums() throws {
    let test = ArchitectureCase("summed") { _ in }
    var architecture = test.architecture
    architecture.gate = .sum
    var weights = Weights.formula(for: test.architecture)
    let input = input(test)
    func summed(_ weights: Weights) throws -> [Float] {
      let names = Set(architecture.parameters.map(\.name))
      let plan = try Plan(
        architecture, weights: Weights(weights.tensors.filter { names.contains($0.key) }),
        height: test.height, width: test.width)
      let runner = try Runner(plan)
      try runner.run(input)
      return runner.logits
    }
    let gated = try runner(test)
    try gated.intervene(
      gated.plan.units.map { .weights([Float](repeating: 1, count: 2 * $0.width)) })
    try gated.run(input)
    #expect(try gated.logits == summed(weights))
    try gated.intervene(gated.plan.units.map { _ in .uniform })
    try gated.run(input)
    for unit in architecture.units {
      let name = unit.prefix + "expand.conv.weight"
      let kernel = try #require(weights[name])
      weights[name] = Tensor(shape: kernel.shape, values: kernel.values.map { $0 / 2 })
    }
    #expect(try relativeError(gated.logits, summed(weights)) < 1e-6)
  }

  @Test("that makes no sense is refused by its unit's name and changes nothing")
  func refused() throws {
    let runner = try runner(ArchitectureCase("as the paper") { _ in })
    let asked: [([Intervention?], String)] = [
      ([nil], "3 units"), ([nil, .branch(2), nil], "SK_2_2: branch 2"),
      ([.branch(-1), nil, nil], "SK_2_1: branch -1"),
      ([nil, nil, .weights([1])], "SK_3_1: 1 weights"),
      ([.weights([Float](repeating: .nan, count: 32)), nil, nil], "SK_2_1: a weight"),
    ]
    for (interventions, phrase) in asked {
      let error = #expect(throws: EngineError.self) { try runner.intervene(interventions) }
      #expect(error?.description.contains(phrase) == true, "\(error?.description ?? "")")
    }
    #expect(runner.interventions == [nil, nil, nil])
    let plain = try self.runner(ArchitectureCase("summed") { $0.gate = .sum })
    #expect(throws: EngineError.self) { try plain.intervene([.uniform, nil, nil]) }
    try plain.intervene([nil, nil, nil])
  }
}
