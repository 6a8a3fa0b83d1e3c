import Networks
import Testing

@Suite("Counts of parameters and multiply-adds")
struct CountTests {
  /// Counted from the official prototxt and by PyTorch's hooks.
  @Test(
    "equal those of the networks as PyTorch and Caffe build them",
    arguments: [
      ("resnext50", 224, 25_028_904, 4_230_479_872),
      ("senet50", 224, 27_559_896, 4_232_994_816),
      ("sknet50", 224, 27_479_784, 4_462_710_784),
      ("sknet26", 224, 16_746_408, 2_586_877_952),
      ("resnext101", 224, 44_177_704, 7_969_996_800),
      ("senet101", 224, 48_955_416, 7_974_739_968),
      ("sknet101", 224, 48_736_040, 8_448_724_992),
      ("sknet26-tiny", 64, 1_382_760, 67_139_584),
    ])
  func catalogue(name: String, side: Int, parameters: Int, macs: Int) throws {
    let architecture = try Catalogue.entry(named: name).architecture
    #expect(architecture.parameterCount == parameters)
    #expect(try architecture.macCount(input: SpatialSize(side: side)) == macs)
    let layers = try architecture.layers(input: SpatialSize(side: side))
    #expect(layers.reduce(0) { $0 + $1.parameters } == parameters)
  }

  /// Counted in timm 1.0.31 and in the networks of other repositories.
  @Test(
    "equal those of other people's selective kernel networks",
    arguments: ForeignNetwork.all)
  func foreign(_ expected: ForeignNetwork) throws {
    try expected.architecture.validate()
    #expect(expected.architecture.parameterCount == expected.parameters)
    let input = SpatialSize(side: 224)
    #expect(try expected.architecture.macCount(input: input) == expected.macs)
  }

  /// Counted in the same graphs: syt2's biases, and d = 16 in stage 3 of the released SKNet-101.
  @Test("follow edits of an architecture")
  func edits() throws {
    var biased = try Catalogue.entry(named: "sknet50").architecture
    biased.selectBias = true
    #expect(biased.parameterCount == 27_494_888)
    var released = try Catalogue.entry(named: "sknet101").architecture
    released.stages[1].attentionWidth = 16
    released.stem.pool = .ceil
    #expect(released.parameterCount == 48_686_760)
    #expect(try released.macCount(input: SpatialSize(side: 224)) == 8_448_675_840)
  }

  /// Table 7's rows by the same convention, in millions and thousand millions.
  @Test(
    "equal the exact counts of the paper's ablations",
    arguments: [
      ([3], Architecture.Gate?.none, 25.03, 4.230), ([3, 5], .sum, 26.46, 4.462),
      ([3, 5], .softmax, 27.48, 4.463), ([3, 5, 7], .sum, 27.89, 4.693),
      ([3, 5, 7], .softmax, 29.25, 4.694),
    ])
  func ablations(
    sizes: [Int], gate: Architecture.Gate?, millions: Double, gigaMACs: Double
  ) throws {
    var architecture = try Catalogue.entry(named: "sknet50").architecture
    architecture.branches = sizes.map {
      Architecture.Branch(kernel: 3, dilation: ($0 - 1) / 2, groups: 32)
    }
    architecture.gate = gate
    #expect(abs(Double(architecture.parameterCount) / 1e6 - millions) <= 0.005)
    let macs = try architecture.macCount(input: SpatialSize(side: 224))
    #expect(abs(Double(macs) / 1e9 - gigaMACs) <= 0.0005)
  }

  @Test(
    "name as many tensors as PyTorch's state dictionaries have floats",
    arguments: [("sknet26", 243), ("sknet50", 459), ("sknet101", 918)])
  func tensors(name: String, count: Int) throws {
    let parameters = try Catalogue.entry(named: name).architecture.parameters
    #expect(parameters.count == count)
    #expect(Set(parameters.map(\.name)).count == count)
  }

  @Test("stand beside the printed figures, within half a per cent of them, or 1 % for SENet")
  func printed() throws {
    for entry in Catalogue.entries where entry.printed != nil {
      let summary = try NetworkSummary(
        name: entry.title, architecture: entry.architecture, input: SpatialSize(side: 64))
      let comparison = try #require(summary.comparison)
      let isSqueezed = entry.architecture.squeezeExcitation != nil
      #expect(abs(comparison.macsDifference) < 0.005)
      #expect(abs(comparison.parametersDifference) < (isSqueezed ? 0.01 : 0.005))
    }
  }
}
