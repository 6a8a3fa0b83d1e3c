import Engine
import Networks
import TestSupport
import Testing

@Suite("Networks with PyTorch's numbers")
struct FixtureTests {
  /// Of each tensor's largest magnitude; float32 sums of some thousand terms differ by their order.
  static let tolerance: Float = 1e-4

  static let sets = InstructionSet.allCases.filter { $0 <= .best }

  @Test("agree in logits, attention and unit means", arguments: FixtureNetwork.all, sets)
  func agree(_ network: FixtureNetwork, _ set: InstructionSet) throws {
    let file = try FixtureFile(network.file + ".safetensors")
    let architecture = network.architecture
    let plan = try Plan(
      architecture, weights: .formula(for: architecture), height: network.size,
      width: network.size, instructionSet: set)
    let runner = try Runner(plan, recordsMeans: true)
    let count = 3 * network.size * network.size
    let noise = Formula.noise("input", count: network.pictures * count).map { Float($0) }
    for picture in 0..<network.pictures {
      try runner.run(Array(noise[picture * count..<(picture + 1) * count]))
      func compare(_ actual: [Float], _ name: String) throws {
        let error = relativeError(actual, try file.slice(name, picture: picture))
        #expect(error < Self.tolerance, "\(name) of picture \(picture): \(error)")
      }
      try compare(runner.logits, "logits")
      for (index, unit) in plan.units.enumerated() {
        try compare(runner.outputMeans(ofUnit: index), "mean." + unit.name)
        guard architecture.hasAttention else { continue }
        try compare(runner.attention(ofUnit: index), "attention." + unit.name)
      }
    }
  }
}
