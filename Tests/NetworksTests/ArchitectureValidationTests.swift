import Foundation
import Networks
import Testing

@Suite("Validation of an architecture")
struct ArchitectureValidationTests {
  @Test("names the field that no network can have", arguments: ArchitectureEdit.wrong)
  func wrong(_ edit: ArchitectureEdit) throws {
    var architecture = try Catalogue.entry(named: "sknet26-tiny").architecture
    edit.apply(&architecture)
    let error = #expect(throws: ArchitectureError.self) { try architecture.validate() }
    #expect(error?.field == edit.testDescription)
  }

  @Test("lets unusual networks pass", arguments: ArchitectureEdit.unusual)
  func unusual(_ edit: ArchitectureEdit) throws {
    var architecture = try Catalogue.entry(named: "sknet26-tiny").architecture
    edit.apply(&architecture)
    try architecture.validate()
    // What passes can be counted at the largest picture without overflow.
    let side = Architecture.Limits.inputSide.upperBound
    #expect(try architecture.macCount(input: SpatialSize(side: side)) > 0)
  }

  @Test("keeps the largest network that passes countable")
  func largest() throws {
    // One 1×1 unit of 2³⁰ weights on 2³⁰ positions.
    let architecture = Architecture(
      stem: Architecture.Stem(kernel: 1, stride: 1, channels: 16_384, pool: .none),
      stages: [Architecture.Stage(units: 1, width: 65_536, output: 8192, stride: 1)],
      branches: [Architecture.Branch(kernel: 3, dilation: 1, groups: 65_536)], gate: nil,
      classes: 2)
    try architecture.validate()
    let summary = try NetworkSummary(
      name: "large", architecture: architecture,
      input: SpatialSize(side: Architecture.Limits.inputSide.upperBound))
    #expect(summary.macs > 1 << 60 && summary.flops == 2 * summary.macs)
  }
}

/// A change of one field, named after the field.
struct ArchitectureEdit: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var apply: @Sendable (inout Architecture) -> Void

  init(_ name: String, _ apply: @escaping @Sendable (inout Architecture) -> Void) {
    testDescription = name
    self.apply = apply
  }

  static let wrong = [
    ArchitectureEdit("stem.kernel") { $0.stem.kernel = 2 },
    ArchitectureEdit("stem.kernel") { $0.stem.kernel = -1 },
    ArchitectureEdit("stem.kernel") { $0.stem.kernel = .max },
    ArchitectureEdit("stem.stride") { $0.stem.stride = 0 },
    ArchitectureEdit("stem.channels") { $0.stem.channels = 1 << 40 },
    ArchitectureEdit("stem.hidden (count)") { $0.stem.hidden = [] },
    ArchitectureEdit("stem.hidden (count)") { $0.stem.hidden = Array(repeating: 8, count: 9) },
    ArchitectureEdit("stem.hidden[1]") { $0.stem.hidden = [8, 0] },
    ArchitectureEdit("stem.hidden[0]") { $0.stem.hidden = [.max] },
    ArchitectureEdit("shortcutPool") {
      $0.block = .shuffle
      $0.shortcutPool = .average
    },
    ArchitectureEdit("reduction") { $0.reduction = 0 },
    ArchitectureEdit("minimum") { $0.minimum = 0 },
    ArchitectureEdit("classes") { $0.classes = -1 },
    ArchitectureEdit("epsilon") { $0.epsilon = .nan },
    ArchitectureEdit("epsilon") { $0.epsilon = -1e-5 },
    ArchitectureEdit("branches (count)") { $0.branches = [] },
    ArchitectureEdit("branches (count)") {
      $0.branches = Array(repeating: $0.branches[0], count: 17)
    },
    ArchitectureEdit("branches[1].kernel") { $0.branches[1].kernel = 4 },
    ArchitectureEdit("branches[1].dilation") { $0.branches[1].dilation = 0 },
    ArchitectureEdit("branches[0].groups") { $0.branches[0].groups = 0 },
    ArchitectureEdit("gate") { $0.gate = nil },
    ArchitectureEdit("attentionScope") {
      $0.gate = .sum
      $0.attentionScope = .shared
    },
    ArchitectureEdit("stages (count)") { $0.stages = [] },
    ArchitectureEdit("stages[2].units") { $0.stages[2].units = 0 },
    ArchitectureEdit("stages (units together)") {
      $0.stages = Array(
        repeating: Architecture.Stage(
          units: 1000, width: 32, output: 32, stride: 1), count: 2)
    },
    ArchitectureEdit("stages[0].width") { $0.stages[0].width = 0 },
    ArchitectureEdit("stages[0].width") { $0.stages[0].width = 36 },
    ArchitectureEdit("stages[3].output") { $0.stages[3].output = -512 },
    ArchitectureEdit("stages[1].stride") { $0.stages[1].stride = 9 },
    ArchitectureEdit("stages[1].attentionWidth") { $0.stages[1].attentionWidth = 0 },
    ArchitectureEdit("squeezeExcitation.reduction") {
      $0.squeezeExcitation = Architecture.SqueezeExcitation(reduction: 65)
    },
    ArchitectureEdit("stages[0]") {
      $0.splitInput = true
      $0.stages[0].width = 33
    },
    // In a basic block the first unit's branches see the stem's channels.
    ArchitectureEdit("stages[0].width") {
      $0.block = .basic
      $0.stem.channels = 12
    },
    ArchitectureEdit("stages[1].output") {
      $0.block = .shuffle
      $0.stages[1].output = 127
    },
    ArchitectureEdit("squeezeExcitation.reduction") {
      $0.block = .shuffle
      $0.squeezeExcitation = Architecture.SqueezeExcitation(reduction: 33)
    },
    ArchitectureEdit("squeezeExcitation.reduction") {
      $0.block = .shuffle
      $0.squeezeExcitation = Architecture.SqueezeExcitation(reduction: 16)
      $0.head = 15
    },
    ArchitectureEdit("head") { $0.head = 0 },
    ArchitectureEdit("stages") {
      $0.stages[3] = Architecture.Stage(units: 1024 - 6, width: 65_536, output: 65_536, stride: 1)
    },
  ]

  static let unusual = [
    ArchitectureEdit("three branches, one dense 5×5") {
      $0.branches.append(Architecture.Branch(kernel: 5, dilation: 1, groups: 1))
    },
    ArchitectureEdit("more groups than channels") { $0.branches[0].groups = 65_536 },
    ArchitectureEdit("basic units on halves") {
      $0.block = .basic
      $0.splitInput = true
      for index in $0.stages.indices { $0.stages[index].output = $0.stages[index].width }
    },
    ArchitectureEdit("one branch and no gate") {
      $0.gate = nil
      $0.branches.removeLast()
    },
    ArchitectureEdit("a plain sum") { $0.gate = .sum },
    ArchitectureEdit("a sigmoid shared by all channels") {
      $0.gate = .sigmoid
      $0.attentionScope = .shared
    },
    ArchitectureEdit("attention at every position") { $0.attentionScope = .position },
    ArchitectureEdit("attention and squeeze-and-excitation") {
      $0.squeezeExcitation = Architecture.SqueezeExcitation(reduction: 64)
    },
    ArchitectureEdit("shuffle units of odd halves, excited, with a head") {
      $0.block = .shuffle
      $0.stages[0].output = 22
      $0.squeezeExcitation = Architecture.SqueezeExcitation(reduction: 11)
      $0.head = 11
    },
    ArchitectureEdit("a pool rounded up") { $0.stem.pool = .ceil },
    ArchitectureEdit("a deep stem and pooled shortcuts") {
      $0.stem.hidden = [1, 65_536, 7]
      $0.shortcutPool = .average
    },
  ]
}
