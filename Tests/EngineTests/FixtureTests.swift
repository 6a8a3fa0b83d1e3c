import Engine
import Networks
import TestSupport
import Testing

@Suite("Networks with PyTorch's numbers")
struct FixtureTests {
  /// Of each tensor's largest magnitude; float32 sums of some thousand terms differ by their order.
  static let tolerance: Float = 1e-4

  /// The same in bfloat16.
  static let toleranceInBF16: Float = 0.01

  static let sets = InstructionSet.allCases.filter { $0 <= .best }

  @Test("agree in logits, attention and unit means", arguments: FixtureNetwork.all, sets)
  func agree(_ network: FixtureNetwork, _ set: InstructionSet) throws {
    let errors = try self.errors(network, set, .f32)
    #expect(errors.filter { !($0.error < Self.tolerance) }.isEmpty)
  }

  /// bfloat16 keeps 8 bits, so that every activation and weight is off by up to 2⁻⁹ of itself.
  ///
  /// The largest
  /// errors here, of the six networks: logits 0.0036, attention 0.0028, means 0.0037.
  @Test(
    "agree in bfloat16 as far as its rounding allows",
    .enabled(if: isThere(Precision.bf16.isSupported, else: "bfloat16 for want of AVX512-BF16")),
    arguments: FixtureNetwork.all)
  func agreeInBF16(_ network: FixtureNetwork) throws {
    let errors = try self.errors(network, .best, .bf16)
    #expect(errors.filter { !($0.error < Self.toleranceInBF16) }.isEmpty)
  }

  private func errors(
    _ network: FixtureNetwork, _ set: InstructionSet, _ precision: Precision
  ) throws -> [(name: String, error: Float)] {
    var errors: [(name: String, error: Float)] = []
    let file = try FixtureFile(network.file + ".safetensors")
    let architecture = network.architecture
    let plan = try Plan(
      architecture, weights: .formula(for: architecture), height: network.size,
      width: network.size, precision: precision, instructionSet: set)
    let runner = try Runner(plan, recordsMeans: true)
    let count = 3 * network.size * network.size
    let noise = Formula.noise("input", count: network.pictures * count).map { Float($0) }
    for picture in 0..<network.pictures {
      try runner.run(Array(noise[picture * count..<(picture + 1) * count]))
      func compare(_ actual: [Float], _ name: String) throws {
        errors.append((name, relativeError(actual, try file.slice(name, picture: picture))))
      }
      try compare(runner.logits, "logits")
      for (index, unit) in plan.units.enumerated() {
        try compare(runner.outputMeans(ofUnit: index), "mean." + unit.name)
        guard unit.hasAttention else { continue }
        try compare(runner.attention(ofUnit: index), "attention." + unit.name)
      }
    }
    return errors
  }
}
