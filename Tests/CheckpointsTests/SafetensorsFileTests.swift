import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite("Reading safetensors")
struct SafetensorsFileTests {
  @Test("gives floats, labels and pixels of a file that PyTorch wrote")
  func fixture() throws {
    let fixture = try Fixture("sknet26-tiny-val")
    #expect(fixture.file.shape(of: "pixels") == [16, 64, 64, 3])
    #expect(fixture.file.dataType(of: "pixels") == .uint8)
    #expect(try fixture.bytes("pixels").count == 16 * 64 * 64 * 3)
    let labels = try fixture.integers("labels")
    #expect(labels.count == 16 && labels.allSatisfy { (0..<200).contains($0) })
    // Attention adds up to one over the branches.
    let attention = try fixture.tensor("attention.SK_2_1")
    #expect(attention.shape == [16, 2, 32])
    for picture in 0..<16 {
      for channel in 0..<32 {
        let pair = (0..<2).map { attention.values[(picture * 2 + $0) * 32 + channel] }
        #expect(abs(pair[0] + pair[1] - 1) < 1e-6)
      }
    }
    #expect(throws: CheckpointError.self) { try fixture.tensor("labels") }
    #expect(throws: CheckpointError.self) { try fixture.integers("logits") }
    #expect(throws: CheckpointError.self) { try fixture.tensor("missing") }
  }

  /// Values and bit patterns by IEEE 754; bfloat16 is a float32 without its lower half.
  @Test(
    "widens every floating-point type exactly",
    arguments: [
      (DataType.float16, [0x00, 0x3C], Float(1)), (.float16, [0x01, 0x00], 0x1p-24),
      (.float16, [0xFF, 0x83], -1023 * 0x1p-24), (.float16, [0xFF, 0x7B], 65504),
      (.float16, [0x00, 0xFC], -.infinity), (.float16, [0x00, 0x04], 0x1p-14),
      (.float16, [0x55, 0x35], 0.33325195), (.bfloat16, [0x80, 0x3F], 1),
      (.bfloat16, [0x49, 0xC0], -3.140625), (.bfloat16, [0x01, 0x00], 0x1p-133),
      (.float32, [0x00, 0x00, 0x80, 0x3F], 1),
      (.float64, [0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F], 0.1),
    ])
  func widening(type: DataType, bytes: [UInt8], expected: Float) throws {
    let folder = try ScratchFolder()
    let path = folder.path("a.safetensors")
    let array = NamedArray("a", shape: [], element: .number(type)) { bytes }
    try SafetensorsWriter.write([array], toFile: path)
    #expect(try SafetensorsFile(contentsOfFile: path).tensor("a").values == [expected])
  }

  @Test("keeps integers of every width")
  func integers() throws {
    let folder = try ScratchFolder()
    let path = folder.path("a.safetensors")
    let cases: [(String, DataType, [UInt8], Int)] = [
      ("u8", .uint8, [0xFE], 254), ("i8", .int8, [0xFE], -2),
      ("u16", .uint16, [0xFE, 0xFF], 65534),
      ("i16", .int16, [0xFE, 0xFF], -2), ("u32", .uint32, [0xFE, 0xFF, 0xFF, 0xFF], 4_294_967_294),
      ("i32", .int32, [0xFE, 0xFF, 0xFF, 0xFF], -2),
      ("i64", .int64, [0xFE] + Array(repeating: 0xFF, count: 7), -2),
    ]
    try SafetensorsWriter.write(
      cases.map { item in NamedArray(item.0, shape: [1], element: .number(item.1)) { item.2 } },
      toFile: path)
    let file = try SafetensorsFile(contentsOfFile: path)
    for (name, _, _, value) in cases { #expect(try file.integers(name) == [value]) }
  }

  @Test("ends in an error, not a signal, when the file shrinks meanwhile")
  func shrinking() throws {
    let folder = try ScratchFolder()
    let path = folder.path("a.safetensors")
    let values = [Float](repeating: 1, count: 100_000)
    try SafetensorsWriter.write(
      [NamedArray("a", shape: [100_000], floats: values)], toFile: path)
    let file = try SafetensorsFile(contentsOfFile: path)
    #expect(truncate(path, 5000) == 0)
    let error = #expect(throws: CheckpointError.self) { try file.tensor("a") }
    #expect(error?.problem == "ended while it was being read")
    #expect(throws: CheckpointError.self) { try file.sha256() }
  }
}
