import Checkpoints
import Foundation
import Networks
import TestSupport
import Testing

@Suite("Spoilt foreign files")
struct ForeignFuzzTests {
  @Test(
    "never make tensors larger than four times the file",
    arguments: ["zip-views.pth", "zip-protocol4.pth", "legacy-dtypes.pth", "legacy-syt2-like.pth"])
  func pytorch(_ name: String) throws {
    let whole = [UInt8](try Data(contentsOf: URL(filePath: Fixtures.path("foreign/" + name))))
    try fuzz(name, spoil: { $0.spoiledAnywhere(whole) }) { path throws(CheckpointError) in
      try TorchFile(contentsOfFile: path).stateDict()
    }
  }

  @Test("never make larger tensors behind the checksum of a sound archive either")
  func archive() throws {
    let writer = TorchWriter(
      tensors: SmallModel.architecture.parameters.map {
        ($0.name, Formula.tensor($0.name, shape: $0.shape))
      })
    try fuzz(
      "a pickle in a sound archive",
      spoil: { writer.zip(pickle: $0.spoiledAnywhere(writer.pickle.bytes)) }
    ) { path throws(CheckpointError) in try TorchFile(contentsOfFile: path).stateDict() }
  }

  @Test("never make blobs larger than four times the file", arguments: [false, true])
  func caffe(isLegacy: Bool) throws {
    let encoding = CaffeWriter.Encoding(isLegacy: isLegacy, isV1: isLegacy)
    let whole = CaffeModelTests.smallest(encoding).bytes
    try fuzz(
      isLegacy ? "Caffe, V1 layers" : "Caffe", spoil: { $0.spoiledAnywhere(whole) }
    ) { path throws(CheckpointError) in try CaffeModel(contentsOfFile: path).tensors() }
  }

  private func fuzz(
    _ title: String, spoil: (inout CheckpointMutator) -> [UInt8],
    tensors: (String) throws(CheckpointError) -> NamedTensors
  ) throws {
    try Fuzzing.run(title, spoil: spoil) { path, byteCount in
      _ = try? Model(contentsOfFile: path)
      let found: NamedTensors
      do throws(CheckpointError) {
        found = try tensors(path)
      } catch {
        try Fuzzing.Fault.unless(!error.description.contains("\n"), "an error of two lines")
        return false
      }
      let count = found.shapes.keys.reduce(0) {
        $0 + ((try? found.tensor($1).values.count) ?? 0)
      }
      try Fuzzing.Fault.unless(
        count <= 4 * byteCount + (1 << 16), "\(count) numbers of \(byteCount) bytes")
      return true
    }
  }
}

extension CheckpointMutator {
  /// What binary formats stumble over: small and huge counts, and the opcodes of pickles.
  private static let numbers: [[UInt8]] =
    [[0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0x80], [0], [0xFF], [0x80]]
    + [0x28, 0x2E, 0x30, 0x52, 0x65, 0x71, 0x72, 0x74, 0x75, 0x7D, 0x85, 0x93, 0x94].map { [$0] }

  /// The bytes with one to four faults anywhere.
  mutating func spoiledAnywhere(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &self) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &self)
      let end = min(bytes.count, place + Int.random(in: 1...16, using: &self))
      let number = Self.numbers.randomElement(using: &self) ?? []
      switch Int.random(in: 0..<8, using: &self) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &self)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 2: bytes[place] &+= Bool.random(using: &self) ? 1 : 0xFF
      case 3: bytes.removeSubrange(place..<end)
      case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 5: bytes.replaceSubrange(place..<min(bytes.count, place + number.count), with: number)
      case 6: bytes.insert(contentsOf: number, at: place)
      default: if Int.random(in: 0..<4, using: &self) == 0 { bytes.removeSubrange(place...) }
      }
    }
    return bytes
  }
}
