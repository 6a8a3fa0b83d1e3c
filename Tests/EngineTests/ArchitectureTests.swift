import Engine
import Networks
import TestSupport
import Testing

/// A small network with something that no fixture has.
struct ArchitectureCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let architecture: Architecture
  var height = 19
  var width = 14

  init(_ name: String, height: Int = 19, width: Int = 14, _ edit: (inout Architecture) -> Void) {
    testDescription = name
    var architecture = Architecture(
      stem: .init(kernel: 3, stride: 2, channels: 16, pool: .none),
      stages: [
        .init(units: 2, width: 16, output: 32, stride: 1),
        .init(units: 1, width: 32, output: 64, stride: 2),
      ],
      branches: [
        .init(kernel: 3, dilation: 1, groups: 4), .init(kernel: 3, dilation: 2, groups: 4),
      ],
      reduction: 4, minimum: 8, classes: 7)
    edit(&architecture)
    self.architecture = architecture
    self.height = height
    self.width = width
  }

  static let all: [ArchitectureCase] = [
    ArchitectureCase("as the paper") { _ in },
    ArchitectureCase("plain sum of the branches") { $0.gate = .sum },
    ArchitectureCase("biases before the softmax") { $0.selectBias = true },
    ArchitectureCase("a sigmoid for every branch") { $0.gate = .sigmoid },
    ArchitectureCase("attention that channels share, with biases") {
      $0.attentionScope = .shared
      $0.selectBias = true
    },
    ArchitectureCase("attention at every position") { $0.attentionScope = .position },
    ArchitectureCase("sigmoids at every position, with biases") {
      $0.gate = .sigmoid
      $0.attentionScope = .position
      $0.selectBias = true
      $0.branches.append(.init(kernel: 5, dilation: 1, groups: 1))
    },
    ArchitectureCase("another attention width") { $0.stages[1].attentionWidth = 13 },
    ArchitectureCase("excitation after attention") { $0.squeezeExcitation = .init(reduction: 4) },
    ArchitectureCase("basic blocks") { $0.block = .basic },
    ArchitectureCase("basic blocks with excitation and one branch") {
      $0.block = .basic
      $0.branches = [.init(kernel: 3, dilation: 1, groups: 1)]
      $0.squeezeExcitation = .init(reduction: 8)
      $0.gate = nil
    },
    ArchitectureCase("dense branches") {
      $0.branches = [
        .init(kernel: 3, dilation: 1, groups: 1), .init(kernel: 3, dilation: 1, groups: 16),
      ]
    },
    ArchitectureCase("split input") {
      $0.splitInput = true
      $0.stages[0].width = 32
      $0.branches = [
        .init(kernel: 3, dilation: 1, groups: 1), .init(kernel: 3, dilation: 2, groups: 8),
      ]
    },
    ArchitectureCase("depthwise branches of 1, 3, 5 and 7") {
      $0.branches = [1, 3, 5, 7].map { .init(kernel: $0, dilation: 1, groups: 64) }
    },
    ArchitectureCase("channels that fill no block") {
      $0.stem.channels = 13
      $0.stages[0].width = 12
      $0.stages[0].output = 22
      $0.stages[1].width = 20
      $0.stages[1].output = 41
    },
    ArchitectureCase("a head after residual units") { $0.head = 37 },
    ArchitectureCase("shuffle units with attention, excited, with a head") {
      $0.block = .shuffle
      $0.squeezeExcitation = .init(reduction: 4)
      $0.head = 21
      $0.stages[1].units = 3
    },
    ArchitectureCase("shuffle units of halves that fill no block") {
      $0.block = .shuffle
      $0.stem.channels = 13
      $0.stages[0] = .init(units: 3, width: 12, output: 26, stride: 1)
      $0.stages[1] = .init(units: 5, width: 20, output: 84, stride: 3)
      $0.branches = [3, 5].map { .init(kernel: $0, dilation: 1, groups: 64) }
    },
    ArchitectureCase("shuffle units that add, and a stage of one") {
      $0.block = .shuffle
      $0.gate = .sum
    },
    ArchitectureCase("shuffle units with one dense branch") {
      $0.block = .shuffle
      $0.branches = [.init(kernel: 3, dilation: 1, groups: 1)]
      $0.gate = nil
    },
    ArchitectureCase("a padded pool", height: 37, width: 30) { $0.stem.pool = .padded },
    ArchitectureCase("a ceiling pool", height: 36, width: 31) { $0.stem.pool = .ceil },
    ArchitectureCase("a ceiling pool of next to nothing", height: 3, width: 3) {
      $0.stem.pool = .ceil
    },
    ArchitectureCase("one pixel", height: 1, width: 1) { _ in },
    ArchitectureCase("a stem of 7 at stride 1") {
      $0.stem = .init(kernel: 7, stride: 1, channels: 24, pool: .none)
    },
    ArchitectureCase("a deep stem of channels that fill no block", height: 37, width: 30) {
      $0.stem = .init(kernel: 3, stride: 2, channels: 20, pool: .padded, hidden: [9, 12])
    },
    ArchitectureCase("two convolutions before units without a pool") {
      $0.stem.hidden = [24]
    },
    ArchitectureCase("pooled shortcuts", height: 26, width: 37) {
      $0.shortcutPool = .average
      $0.stages[0].stride = 3
      $0.stages.append(.init(units: 2, width: 32, output: 64, stride: 2))
    },
    ArchitectureCase("pooled shortcuts beside one excited branch", height: 21, width: 22) {
      $0.shortcutPool = .average
      $0.branches.removeLast()
      $0.gate = nil
      $0.squeezeExcitation = .init(reduction: 4)
    },
    ArchitectureCase("pooled shortcuts of basic blocks with excitation", height: 21, width: 22) {
      $0.block = .basic
      $0.shortcutPool = .average
      $0.squeezeExcitation = .init(reduction: 4)
    },
    ArchitectureCase("a stride of 3 in the first stage") { $0.stages[0].stride = 3 },
  ]
}

@Suite("Whatever an architecture says")
struct ArchitectureTests {
  /// Of each tensor's largest magnitude.
  static let tolerance: Float = 2e-5

  @Test(
    "agrees with the plain network", arguments: ArchitectureCase.all,
    InstructionSet.allCases.filter { $0 <= .best })
  func agrees(_ test: ArchitectureCase, _ set: InstructionSet) throws {
    let weights = Weights.formula(for: test.architecture)
    let input = Formula.noise("input", count: 3 * test.height * test.width).map { Float($0) }
    let expected = PlainNetwork(architecture: test.architecture, weights: weights)
      .run(input, height: test.height, width: test.width)
    let plan = try Plan(
      test.architecture, weights: weights, height: test.height, width: test.width,
      instructionSet: set)
    let runner = try Runner(plan, recordsMeans: true)
    // Twice, so that nothing left over from the first run goes unnoticed.
    try runner.run(input.map { -$0 })
    try runner.run(input)
    #expect(relativeError(runner.logits, expected.logits) < Self.tolerance)
    for (index, unit) in plan.units.enumerated() {
      let error = relativeError(runner.outputMeans(ofUnit: index), expected.means[index])
      #expect(error < Self.tolerance, "\(unit.name): \(error)")
      guard unit.hasAttention else {
        #expect(expected.attention[index].isEmpty)
        #expect(runner.attention(ofUnit: index).isEmpty)
        continue
      }
      let attentionError = relativeError(
        runner.attention(ofUnit: index), expected.attention[index])
      #expect(attentionError < Self.tolerance, "\(unit.name) attention: \(attentionError)")
    }
  }

  @Test(
    "runs in bfloat16 too",
    .enabled(if: isThere(Precision.bf16.isSupported, else: "bfloat16 for want of AVX512-BF16")),
    arguments: ArchitectureCase.all)
  func bf16(_ test: ArchitectureCase) throws {
    let weights = Weights.formula(for: test.architecture)
    let input = Formula.noise("input", count: 3 * test.height * test.width).map { Float($0) }
    let expected = PlainNetwork(architecture: test.architecture, weights: weights)
      .run(input, height: test.height, width: test.width)
    let plan = try Plan(
      test.architecture, weights: weights, height: test.height, width: test.width,
      precision: .bf16)
    let runner = try Runner(plan, recordsMeans: true)
    try runner.run(input)
    runner.agrees(with: expected)
  }
}

extension Runner {
  /// Compares logits and every attention, in bfloat16.
  ///
  /// Weights and activations are off by up to 2⁻⁹ of themselves each, and tensors of a dozen numbers average
  /// no rounding errors away: a few times 2⁻⁹ of the largest logit. Attention, between 0 and 1, is a softmax
  /// of means over positions, which do average them: half as much.
  func agrees(with expected: PlainNetwork.Result) {
    let error = relativeError(logits, expected.logits)
    #expect(error < 0.02, "logits: \(error)")
    for (index, unit) in plan.units.enumerated() {
      let found = attention(ofUnit: index)
      #expect(found.count == expected.attention[index].count)
      let error = zip(found, expected.attention[index]).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(error < 0.01, "\(unit.name) attention: \(error)")
    }
  }
}
