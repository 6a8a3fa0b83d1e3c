import Checkpoints
import Foundation
import TestSupport
import Testing

/// Files of other people's formats, spoilt by the thousand: errors are fine, traps and memory are
/// not.
///
/// `SK_FUZZ_SECONDS` lengthens it; each seed is in the failure's text.
@Suite("Spoilt foreign files")
struct ForeignFuzzTests {
  private let seconds =
    ProcessInfo.processInfo.environment["SK_FUZZ_SECONDS"].flatMap(Double.init) ?? 0.7

  @Test(
    "never make tensors larger than four times the file",
    arguments: ["zip-views.pth", "zip-protocol4.pth", "legacy-dtypes.pth", "legacy-syt2-like.pth"])
  func pytorch(_ name: String) throws {
    let whole = [UInt8](try Data(contentsOf: URL(filePath: Fixtures.path("foreign/" + name))))
    try everySpoiltFile(whole) { path throws(CheckpointError) in
      try TorchFile(contentsOfFile: path).stateDict()
    }
  }

  @Test("never make blobs larger than four times the file", arguments: [false, true])
  func caffe(isLegacy: Bool) throws {
    let encoding = CaffeWriter.Encoding(isLegacy: isLegacy, isV1: isLegacy)
    try everySpoiltFile(CaffeModelTests.smallest(encoding).bytes) { path throws(CheckpointError) in
      try CaffeModel(contentsOfFile: path).tensors()
    }
  }

  private func everySpoiltFile(
    _ whole: [UInt8], tensors: (String) throws(CheckpointError) -> NamedTensors
  ) throws {
    let folder = try ScratchFolder()
    let end = Date(timeIntervalSinceNow: seconds)
    var (seed, accepted) = (UInt64(0), 0)
    while Date() < end {
      seed += 1
      var mutator = Mutator(seed: seed)
      let bytes = mutator.spoiledAnywhere(whole)
      let path = try folder.write(bytes, to: "spoilt")
      do throws(CheckpointError) {
        let tensors = try tensors(path)
        accepted += 1
        var count = 0
        for name in tensors.shapes.keys {
          count += (try? tensors.tensor(name).values.count) ?? 0
        }
        #expect(count <= 4 * bytes.count + (1 << 16), "seed \(seed)")
      } catch {
        #expect(!error.description.contains("\n"), "seed \(seed)")
      }
      _ = try? Model(contentsOfFile: path)
    }
    // The mutator is of use only if it makes both.
    #expect(accepted > 0 && UInt64(accepted) < seed)
  }
}

extension Mutator {
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
