import Engine
import Memory
import Networks
import Testing

@Suite("A plan's memory")
struct PlanMemoryTests {
  /// What lies beyond it: oneDNN's scratch and its own layouts of weights, folded biases.
  @Test("is known before it is taken", arguments: ArchitectureCase.all)
  func known(_ test: ArchitectureCase) throws {
    for set in InstructionSet.allCases where set <= .best {
      let known = try Plan.bytes(
        of: test.architecture, height: 96, width: 80, precision: .f32, instructionSet: set)
      let plan = try Plan(
        test.architecture, weights: .formula(for: test.architecture), height: 96, width: 80,
        instructionSet: set)
      let weights = Double(known.weights) / Double(plan.weightBytes)
      #expect((0.7...1.3).contains(weights), "weights: \(weights)")
      let workspace = Double(known.workspace) / Double(plan.workspaceBytes)
      #expect((0.7...1.3).contains(workspace), "workspace: \(workspace)")
    }
  }

  @Test("of a small description that asks for terabytes is refused in no time")
  func refused() throws {
    // The weights are not looked at: nothing of them is there yet.
    let error = #expect(throws: MemoryError.self) {
      try Plan(
        FixtureNetwork.tiny, weights: Weights(), height: 4096, width: 4096, workers: 100_000)
    }
    #expect(
      error?.description.hasPrefix("the network at 4096 × 4096 pixels on 100000 threads: ") == true)
    var architecture = FixtureNetwork.tiny
    architecture.stem.channels = 65_536
    let values = #expect(throws: EngineError.self) {
      try Plan(architecture, weights: Weights(), height: 8192, width: 8192)
    }
    #expect(values?.description.contains("more values than") == true)
  }

  @Test("of what no network has is an error, not an overflow")
  func overflow() {
    let edits: [(inout Architecture) -> Void] = [
      { $0.branches = [.init(kernel: 65_535, dilation: 1, groups: 1)] },
      { $0.stem.kernel = 65_535 },
      { $0.branches = [.init(kernel: 3, dilation: 65_536, groups: 8)] },
      { $0.stages = Array(repeating: $0.stages[3], count: 70_000) },
      { $0.stages[0].units = 65_536 },
      { $0.branches = Array(repeating: $0.branches[0], count: 70_000) },
      {
        $0.stem.channels = 65_536
        $0.stages = Array(
          repeating: .init(units: 1, width: 65_536, output: 65_536, stride: 1), count: 1024)
      },
    ]
    for edit in edits {
      var architecture = FixtureNetwork.tiny
      edit(&architecture)
      #expect(throws: (any Error).self) {
        try Plan(architecture, weights: Weights(), height: 8192, width: 8192)
      }
    }
  }
}
