import Engine
import Networks
import Testing

@Suite("What a plan refuses")
struct PlanErrorTests {
  static let architecture = Architecture(
    stem: .init(kernel: 3, stride: 2, channels: 16, pool: .none),
    stages: [.init(units: 1, width: 16, output: 32, stride: 1)],
    branches: [
      .init(kernel: 3, dilation: 1, groups: 4), .init(kernel: 3, dilation: 2, groups: 4),
    ], classes: 7)

  private func message(_ edit: (inout Architecture, inout Weights) -> Void) -> String {
    var architecture = Self.architecture
    var weights = Weights.formula(for: architecture)
    edit(&architecture, &weights)
    do {
      _ = try Plan(architecture, weights: weights, height: 8, width: 8)
      return "accepted"
    } catch {
      return "\(error)"
    }
  }

  private func expect(
    _ part: String, _ edit: (inout Architecture, inout Weights) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let message = message(edit)
    #expect(message.contains(part), sourceLocation: sourceLocation)
    #expect(!message.contains("\n"), sourceLocation: sourceLocation)
  }

  @Test("names tensors that do not fit")
  func tensors() {
    let name = "stages.0.0.reduce.conv.weight"
    expect("'\(name)' [16, 16, 1, 1] is missing") { $1[name] = nil }
    expect("'layer1.0.weight' is not part of the network") {
      $1["layer1.0.weight"] = Tensor(shape: [1], values: [0])
    }
    expect("'\(name)' is [16, 16], expected [16, 16, 1, 1]") {
      $1[name] = Tensor(shape: [16, 16], values: [Float](repeating: 0, count: 256))
    }
    expect("'\(name)' holds nan at index 5") { $1.tensors[name]?.values[5] = .nan }
    expect("'classifier.bias' holds inf at index 1") {
      $1.tensors["classifier.bias"]?.values[1] = .infinity
    }
    expect("'stem.bn.running_var' is -2.0 at channel 3, expected a variance") {
      $1.tensors["stem.bn.running_var"]?.values[3] = -2
    }
    expect("; and 35 more") { $1 = Weights() }
  }

  @Test("ignores PyTorch's counters")
  func counters() {
    expect("accepted") {
      $1["stem.bn.num_batches_tracked"] = Tensor(shape: [], values: [0])
    }
  }

  @Test("names the part of an architecture that describes no network")
  func architectures() {
    expect("no stages") { a, _ in a.stages = [] }
    expect("no branches") { a, _ in a.branches = [] }
    expect("branch 1 has kernel 4") { a, _ in a.branches[1].kernel = 4 }
    expect("branch 0 cannot divide") { a, _ in a.branches[0].groups = 5 }
    expect("need a gate") { a, _ in a.gate = nil }
    expect("stage 2") { a, _ in a.stages[0].width = 0 }
    expect("the stem is") { a, _ in a.stem.stride = 0 }
    expect("stage 2") { a, _ in a.stages[0].units = -1 }
    expect("reduction") { a, _ in a.reduction = 0 }
    expect("it says \(Int.max)") { a, _ in a.stages[0].units = Int.max }
    expect("it says 1000000") { a, _ in a.branches[1].dilation = 1_000_000 }
    expect("two halves of 31 channels") { a, _ in
      a.block = .shuffle
      a.stages[0].output = 31
    }
    expect("cannot reduce 16 channels by 17") { a, _ in
      a.block = .shuffle
      a.squeezeExcitation = .init(reduction: 17)
    }
    expect("the head cannot reduce 7 channels by 8") { a, _ in
      a.block = .shuffle
      a.squeezeExcitation = .init(reduction: 8)
      a.head = 7
    }
    expect("the head has 0 channels") { a, _ in a.head = 0 }
    expect("the stem's first convolutions have [8, 0]") { a, _ in a.stem.hidden = [8, 0] }
    expect("it says 70000") { a, _ in a.stem.hidden = [70_000] }
    expect("no shortcut to pool for") { a, _ in
      a.block = .shuffle
      a.shortcutPool = .average
    }
    expect("epsilon") { a, _ in a.epsilon = .nan }
  }

  @Test("says what the processor lacks", .enabled(if: InstructionSet.best >= .avx2))
  func processors() {
    let weights = Weights.formula(for: Self.architecture)
    #expect(
      throws: EngineError.processor(
        "bf16 needs the instruction set AVX512-BF16, which avx2 has not")
    ) {
      _ = try Plan(
        Self.architecture, weights: weights, height: 8, width: 8, precision: .bf16,
        instructionSet: .avx2)
    }
  }

  @Test("refuses an input of another size, and none at all")
  func inputs() throws {
    let weights = Weights.formula(for: Self.architecture)
    let plan = try Plan(Self.architecture, weights: weights, height: 8, width: 9)
    let runner = try Runner(plan)
    #expect(throws: EngineError.input(expected: 216, found: 215)) {
      try runner.run([Float](repeating: 0, count: 215))
    }
    #expect(throws: EngineError.input(expected: 216, found: 0)) { try runner.run([]) }
    #expect(throws: EngineError.self) {
      _ = try Plan(Self.architecture, weights: weights, height: 0, width: 9)
    }
  }
}
