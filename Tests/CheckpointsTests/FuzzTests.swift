import Checkpoints
import Foundation
import Networks
import TestSupport
import Testing

@Suite("Spoilt files")
struct FuzzTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test("never make a tensor larger than its file")
  func safetensors() throws {
    let path = folder.path("a.safetensors")
    try SafetensorsWriter.write(
      [
        NamedArray("a", shape: [2, 3], floats: [1, 2, 3, 4, 5, 6]),
        NamedArray("b.c", shape: [2], doubles: [1, 2]),
        NamedArray("d", shape: [], integers: [7]),
        NamedArray("e", shape: [0, 4], floats: []),
      ], metadata: ["name": "\"é\n"], toFile: path)
    let outcome = try fuzz("safetensors, tensors", path) { path, byteCount in
      guard let file = try? SafetensorsFile(contentsOfFile: path) else { return false }
      var total = 0
      for name in file.names {
        total += try file.bytes(of: name).count
        _ = try? file.tensor(name)
        _ = try? file.integers(name)
      }
      try Fuzzing.Fault.unless(total <= byteCount, "\(total) bytes of \(byteCount)")
      return true
    }
    #expect(outcome.accepted > outcome.files / 1000)
  }

  @Test("never make a model that its architecture does not describe")
  func models() throws {
    let path = folder.path("a.safetensors")
    try SmallModel.model.write(toFile: path)
    try fuzz("safetensors, models", path) { path, _ in
      guard let model = try? Model(contentsOfFile: path) else { return false }
      try model.architecture.validate()
      try Fuzzing.Fault.unless(
        Set(model.weights.tensors.keys) == Set(model.architecture.parameters.map(\.name)),
        "other tensors than the architecture's")
      return true
    }
  }

  @discardableResult
  private func fuzz(
    _ title: String, _ path: String, read: (String, Int) throws -> Bool
  ) throws -> Fuzzing.Outcome {
    let whole = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let headerEnd = 8 + Int(whole[0]) + Int(whole[1]) << 8 + Int(whole[2]) << 16
    return try Fuzzing.run(
      title, spoil: { $0.spoiled(whole, headerEnd: headerEnd) }, read: read)
  }
}
