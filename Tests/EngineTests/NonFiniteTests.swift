import Engine
import Foundation
import Networks
import TestSupport
import Testing

@Suite("A run that is not finite")
struct NonFiniteTests {
  private static let tiny = FixtureNetwork.tiny

  struct Setting: CustomTestStringConvertible, Sendable {
    var set: InstructionSet
    var precision: Precision
    var testDescription: String { "\(set), \(precision)" }

    static let all =
      InstructionSet.allCases.filter { $0 <= .best }.map { Setting(set: $0, precision: .f32) }
      + (isThere(Precision.bf16.isSupported, else: "bfloat16 for want of AVX512-BF16")
        ? [Setting(set: .avx512, precision: .bf16)] : [])
  }

  private func plan(_ weights: Weights, _ setting: Setting) throws -> Plan {
    try Plan(
      Self.tiny, weights: weights, height: 64, width: 64, precision: setting.precision,
      instructionSet: setting.set)
  }

  private func picture(_ index: Int) -> [Float] {
    Formula.noise("picture \(index)", count: 3 * 64 * 64).map { Float($0) }
  }

  /// One layer's weights at a time in others' place: each time something of three pictures is noticed.
  private func expectNoticed(_ setting: Setting, replacing weight: (Float) -> Float) throws {
    let plain = Weights.formula(for: Self.tiny)
    for (name, tensor) in plain.tensors where tensor.shape.count > 1 {
      // A gate is at 0 and 1 long before it overflows.
      if name.contains(".fuse.") || name.contains(".select.") { continue }
      var weights = plain
      weights[name] = Tensor(shape: tensor.shape, values: tensor.values.map(weight))
      let runner = try Runner(plan(weights, setting))
      #expect(throws: NonFiniteOutput.self, "\(name)") {
        for index in 0..<3 { try runner.run(picture(index)) }
      }
    }
  }

  /// The layers' ReLUs make 0 of half of what overflows, and a gate may ignore the rest.
  @Test("is noticed whichever layer overflows", arguments: Setting.all)
  func everyLayer(_ setting: Setting) throws {
    // A batch norm's factor is not far from 1: the weights stay finite, their sums do not.
    try expectNoticed(setting) { $0 == 0 ? 0 : $0 > 0 ? 3e37 : -3e37 }
  }

  /// All that a ReLU lets through is finite here; sums of bfloat16 pairs leave no trace in the processor.
  @Test("is noticed where all of a layer's sums end at -infinity", arguments: Setting.all)
  func downwards(_ setting: Setting) throws {
    try expectNoticed(setting) { $0 == 0 ? 0 : -2e38 }
  }

  @Test("is not seen in large values that stay finite", arguments: Setting.all)
  func large(_ setting: Setting) throws {
    // From the third stage on all is 1e20 times as large, up to the logits.
    var weights = Weights.formula(for: Self.tiny)
    let name = "stages.1.0.reduce.bn"
    for part in [".weight", ".bias"] {
      guard var tensor = weights[name + part] else { continue }
      tensor.values = tensor.values.map { $0 * 1e20 }
      weights[name + part] = tensor
    }
    let runner = try Runner(plan(weights, setting))
    try runner.run(picture(0))
    #expect(runner.logits.reduce(0, +).isFinite)
  }

  @Test("says the first layer", arguments: Setting.all)
  func layer(_ setting: Setting) throws {
    var weights = Weights.formula(for: Self.tiny)
    let name = "stages.1.0.reduce.conv.weight"
    let tensor = try #require(weights[name])
    weights[name] = Tensor(shape: tensor.shape, values: tensor.values.map { _ in 3e37 })
    let runner = try Runner(plan(weights, setting))
    let error = #expect(throws: NonFiniteOutput.self) { try runner.run(picture(0)) }
    // Products of bfloat16 pairs overflow without a trace; what follows them shows it.
    if setting.precision == .f32 { #expect(error?.layer == "SK_3_1 reduce") }
    #expect(error?.layer.hasPrefix("SK_3_1") == true)
  }

  @Test("leaves nothing behind for the next picture", arguments: Setting.all)
  func next(_ setting: Setting) throws {
    let plan = try plan(.formula(for: Self.tiny), setting)
    let fresh = try Runner(plan)
    try fresh.run(picture(0))
    let runner = try Runner(plan)
    for value in [Float.nan, .infinity, 3e38] {
      var broken = picture(1)
      for index in stride(from: 0, to: broken.count, by: 97) { broken[index] = value }
      #expect(throws: NonFiniteOutput.self) { try runner.run(broken) }
      try runner.run(picture(0))
      #expect(runner.logits == fresh.logits)
    }
  }

  @Test("of a batch norm that overflows when it is folded in is refused")
  func folded() throws {
    var weights = Weights.formula(for: Self.tiny)
    let name = "stages.0.0.expand.bn.weight"
    weights[name]?.values[0] = 3e38
    weights["stages.0.0.expand.conv.weight"]?.values[0] = 3e38
    #expect(throws: EngineError.self) { try plan(weights, Setting.all[0]) }
  }
}
