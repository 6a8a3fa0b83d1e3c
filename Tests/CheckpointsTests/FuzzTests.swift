import Checkpoints
import Foundation
import Networks
import TestSupport
import Testing

/// Spoilt files by the thousand: errors are fine, traps and memory are not.
///
/// `SK_FUZZ_SECONDS` lengthens it; each seed is in the failure's text.
@Suite("Spoilt files")
struct FuzzTests {
  private let seconds =
    ProcessInfo.processInfo.environment["SK_FUZZ_SECONDS"].flatMap(Double.init) ?? 0.7

  @Test("never make a tensor larger than its file")
  func safetensors() throws {
    let folder = try ScratchFolder()
    let path = folder.path("a.safetensors")
    try SafetensorsWriter.write(
      [
        NamedArray("a", shape: [2, 3], floats: [1, 2, 3, 4, 5, 6]),
        NamedArray("b.c", shape: [2], doubles: [1, 2]),
        NamedArray("d", shape: [], integers: [7]),
        NamedArray("e", shape: [0, 4], floats: []),
      ], metadata: ["name": "\"é\n"], toFile: path)
    let whole = [UInt8](try Data(contentsOf: URL(filePath: path)))
    var accepted = 0
    let rounds = try everySpoiltFile(whole, in: folder) { path, size in
      guard let file = try? SafetensorsFile(contentsOfFile: path) else { return }
      accepted += 1
      var total = 0
      for name in file.names {
        total += try file.bytes(of: name).count
        _ = try? file.tensor(name)
        _ = try? file.integers(name)
      }
      #expect(total <= size)
    }
    // The mutator is of use only if it makes both.
    #expect(accepted > rounds / 1000 && accepted < rounds)
  }

  @Test("never make a model that its architecture does not describe")
  func models() throws {
    let folder = try ScratchFolder()
    let path = folder.path("a.safetensors")
    try SmallModel.model.write(toFile: path)
    let whole = [UInt8](try Data(contentsOf: URL(filePath: path)))
    try everySpoiltFile(whole, in: folder) { path, _ in
      guard let model = try? Model(contentsOfFile: path) else { return }
      try model.architecture.validate()
      #expect(Set(model.weights.tensors.keys) == Set(model.architecture.parameters.map(\.name)))
    }
  }

  @discardableResult
  private func everySpoiltFile(
    _ whole: [UInt8], in folder: ScratchFolder, check: (String, Int) throws -> Void
  ) throws -> Int {
    let headerEnd = 8 + Int(whole[0]) + Int(whole[1]) << 8 + Int(whole[2]) << 16
    let end = Date(timeIntervalSinceNow: seconds)
    var seed: UInt64 = 0
    while Date() < end {
      seed += 1
      var mutator = Mutator(seed: seed)
      let bytes = mutator.spoiled(whole, headerEnd: headerEnd)
      let path = try folder.write(bytes, to: "spoilt.safetensors")
      do { try check(path, bytes.count) } catch {
        Issue.record("seed \(seed): \(error)")
      }
    }
    return Int(seed)
  }
}
