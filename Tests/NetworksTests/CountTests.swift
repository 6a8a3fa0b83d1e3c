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
      // Table 3.
      ("resnext50-wider", 224, 28_017_832, 4_739_994_624),
      ("resnext56", 224, 27_281_704, 4_670_423_040),
      ("resnext50-36x4d", 224, 27_549_352, 4_699_324_416),
      // Table 4: parameters of the plain ones as torchvision counts them, the rest by PyTorch's hooks.
      ("shufflenetv2-0.5x", 224, 1_366_792, 40_476_448),
      ("shufflenetv2-0.5x-se", 224, 1_506_972, 40_614_624),
      ("shufflenetv2-0.5x-sk", 224, 1_442_096, 41_771_008),
      ("shufflenetv2-1.0x", 224, 2_278_604, 144_907_992),
      ("shufflenetv2-1.0x-se", 224, 2_453_344, 145_079_432),
      ("shufflenetv2-1.0x-sk", 224, 2_459_410, 148_036_512),
      // Table 5.
      ("resnext29-16x32d", 32, 25_136_970, 4_028_311_552),
      ("resnext29-8x64d", 32, 34_426_698, 5_387_266_048),
      ("resnext29-16x64d", 32, 68_155_210, 10_688_866_304),
      ("senet29", 32, 34_948_506, 5_387_782_144),
      ("sknet29", 32, 27_813_450, 4_180_928_512),
      // Tables 6 and 7.
      ("sknet50-k3-k3", 224, 27_479_784, 4_462_710_784),
      ("sknet50-k3-5x5g64", 224, 28_029_928, 4_552_626_176),
      ("sknet50-k3-7x7g128", 224, 27_990_632, 4_546_203_648),
      ("sknet50-k5", 224, 25_028_904, 4_230_479_872),
      ("sknet50-k7", 224, 25_028_904, 4_230_479_872),
      ("sknet50-k3-k5-sum", 224, 26_458_664, 4_461_690_880),
      ("sknet50-k3-k7-sum", 224, 26_458_664, 4_461_690_880),
      ("sknet50-k5-k7-sum", 224, 26_458_664, 4_461_690_880),
      ("sknet50-k3-k7", 224, 27_479_784, 4_462_710_784),
      ("sknet50-k5-k7", 224, 27_479_784, 4_462_710_784),
      ("sknet50-k3-k5-k7-sum", 224, 27_888_424, 4_692_901_888),
      ("sknet50-k3-k5-k7", 224, 29_249_512, 4_694_261_760),
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

  /// Counted by PyTorch's hooks on the twins of the gates' fixtures.
  @Test(
    "follow the gate",
    arguments: [
      (Architecture.Gate.softmax, Architecture.AttentionScope.shared, 659_690, 53_516_032),
      (.softmax, .position, 690_154, 61_082_112), (.sigmoid, nil, 690_154, 53_546_496),
    ] as [(Architecture.Gate, Architecture.AttentionScope?, Int, Int)])
  func gates(
    gate: Architecture.Gate, scope: Architecture.AttentionScope?, parameters: Int, macs: Int
  ) throws {
    var architecture = try Catalogue.entry(named: "sknet26-tiny").architecture
    for stage in architecture.stages.indices { architecture.stages[stage].units = 1 }
    architecture.classes = 10
    architecture.gate = gate
    architecture.attentionScope = scope
    #expect(architecture.parameterCount == parameters)
    #expect(try architecture.macCount(input: SpatialSize(side: 72)) == macs)
  }

  @Test(
    "name as many tensors as PyTorch's state dictionaries have floats",
    arguments: [
      ("sknet26", 243), ("sknet50", 459), ("sknet101", 918), ("shufflenetv2-1.0x", 282),
      ("shufflenetv2-1.0x-se", 350), ("shufflenetv2-1.0x-sk", 438),
    ])
  func tensors(name: String, count: Int) throws {
    let parameters = try Catalogue.entry(named: name).architecture.parameters
    #expect(parameters.count == count)
    #expect(Set(parameters.map(\.name)).count == count)
  }

  /// Remembered figures are left out: they are hints, and agreeing with them would prove nothing.
  @Test(
    "stand beside the printed figures, within half a per cent of them, or 1 % for SENet",
    arguments: Catalogue.entries.filter { ($0.printed?.certainty ?? .remembered) != .remembered })
  func printed(_ entry: Catalogue.Entry) throws {
    let summary = try NetworkSummary(
      name: entry.title, architecture: entry.architecture, input: SpatialSize(side: 64))
    let comparison = try #require(summary.comparison)
    let isSqueezed = entry.architecture.squeezeExcitation != nil
    #expect(abs(comparison.parametersDifference) < (isSqueezed ? 0.01 : 0.005))
    if let difference = comparison.macsDifference { #expect(abs(difference) < 0.005) }
  }
}
