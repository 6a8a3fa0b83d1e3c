import Engine
import Memory
import Networks
import Testing
import Training

@Suite("A training's memory")
struct TrainingMemoryTests {
  @Test("is refused before any is taken")
  func refused() throws {
    let architecture = TrainedNetwork.all[0].architecture
    let error = #expect(throws: MemoryError.self) {
      try TrainingNetwork.requireMemory(
        for: architecture, batch: 65_536, height: 8192, width: 8192, workers: 256,
        precision: .f32, includingState: true)
    }
    #expect(error?.description.hasPrefix("training with batches of 65536 at 8192 × 8192") == true)
    let state = try TrainingState(architecture, weights: .formula(for: architecture))
    #expect(throws: MemoryError.self) {
      try TrainingNetwork(state, batch: 65_536, height: 4096, width: 4096, workers: 2)
    }
  }
}
