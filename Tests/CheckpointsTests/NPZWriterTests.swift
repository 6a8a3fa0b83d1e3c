import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite("NumPy archives")
struct NPZWriterTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test("hold each array as NumPy's own writer would")
  func content() throws {
    let path = folder.path("a.npz")
    try NPZWriter.write(Self.arrays, toFile: path)
    let entries = try ZipListing([UInt8](try Data(contentsOf: URL(filePath: path)))).entries
    #expect(entries.map(\.name) == Self.arrays.map { $0.name + ".npy" })
    for entry in entries {
      #expect(entry.method == 0 && entry.crcIsRight)
      #expect(entry.date == 0x21 && entry.time == 0)
      // The data begin at a multiple of 64 within each array.
      let headerLength = 10 + Int(entry.bytes[8]) + Int(entry.bytes[9]) << 8
      #expect(headerLength % 64 == 0 && entry.bytes[headerLength - 1] == 10)
    }
    // The digests of the same arrays, saved by numpy.save of NumPy 2.
    #expect(entries.map { SHA256.hexDigest(of: $0.bytes) } == Self.digests)
  }

  @Test("are the same bytes at any time")
  func deterministic() throws {
    try NPZWriter.write(Self.arrays, toFile: folder.path("a.npz"))
    try NPZWriter.write(Self.arrays, toFile: folder.path("b.npz"))
    let files = try ["a.npz", "b.npz"].map { try Data(contentsOf: URL(filePath: folder.path($0))) }
    #expect(files[0] == files[1])
  }

  @Test("go through a pipe as they go to a file, and to where a link leads")
  func elsewhere() throws {
    let paths = ["a.npz", "pipe", "link"].map { folder.path($0) }
    #expect(mkfifo(paths[1], 0o600) == 0)
    #expect(symlink("a.npz", paths[2]) == 0)
    try NPZWriter.write(Self.arrays, toFile: paths[2])
    let expected = try Data(contentsOf: URL(filePath: paths[0]))
    // A pipe holds 64 KB, which is more than the file.
    let reader = open(paths[1], O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    defer { close(reader) }
    try NPZWriter.write(Self.arrays, toFile: paths[1])
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(reader, &bytes, bytes.count)
    #expect(Data(bytes.prefix(max(count, 0))) == expected)
    #expect(
      try Set(FileManager.default.contentsOfDirectory(atPath: folder.url.path))
        == ["a.npz", "pipe", "link"])
    let full = #expect(throws: CheckpointError.self) {
      try NPZWriter.write(Self.arrays, toFile: "/dev/full")
    }
    #expect(full?.problem == "cannot be written: No space left on device")
  }

  @Test("are refused what NumPy cannot hold, leaving the old file")
  func refused() throws {
    struct Interrupted: Error {}
    let path = folder.path("a.npz")
    try NPZWriter.write([NamedArray("old", shape: [1], floats: [1])], toFile: path)
    let old = try Data(contentsOf: URL(filePath: path))
    let wrong: [[NamedArray]] = [
      [],
      [NamedArray("a", shape: [2], floats: [1])],
      [NamedArray("a", shape: [-1], floats: [])],
      [NamedArray("a", shape: [1 << 40, 1 << 40], floats: [])],
      [NamedArray("a", shape: [1], element: .number(.bfloat16)) { [0, 0] }],
      [NamedArray("a", shape: [1], floats: [1]), NamedArray("a", shape: [1], floats: [1])],
    ]
    for arrays in wrong {
      #expect(throws: CheckpointError.self) { try NPZWriter.write(arrays, toFile: path) }
    }
    let interrupted = NamedArray("a", shape: [1], element: .number(.float32)) {
      throw Interrupted()
    }
    #expect(throws: Interrupted.self) { try NPZWriter.write([interrupted], toFile: path) }
    #expect(try Data(contentsOf: URL(filePath: path)) == old)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["a.npz"])
    #expect(throws: CheckpointError.self) {
      try NPZWriter.write(Self.arrays, toFile: folder.path("missing/a.npz"))
    }
  }

  private static var arrays: [NamedArray] {
    [
      NamedArray(
        "attention.SK_2_1", shape: [2, 3],
        floats: [0, 0.5, -1, .nan, Float(bitPattern: 71_362), .infinity]),
      NamedArray("scales", shape: [2], doubles: [1, 1.25]),
      NamedArray("labels", shape: [3], integers: [0, -1, 1 << 40]),
      NamedArray("images", texts: ["a/b.jpg", "été 🦊.png", ""]),
      NamedArray("scalar", shape: [], floats: [3]),
      NamedArray("empty", shape: [0, 4], floats: []),
      NamedArray("none", texts: []),
      NamedArray("pixels", shape: [4], element: .number(.uint8)) { [0, 1, 254, 255] },
      NamedArray("flags", shape: [2], element: .number(.bool)) { [0, 1] },
      NamedArray("long", shape: [3, 1, 1, 1, 1, 1, 1, 1, 1, 1], floats: [1, 2, 3]),
    ]
  }

  private static let digests = [
    "42baaae69b5ff06a7cca54277362e4b896758d2dec61c05feffa95dcfe0a0519",
    "3b7cf9267959ed3c809876ae75ae1a344b85087523d2689b709d51e54cb9152e",
    "c1c0787b14b80a0854c4f3982981103ee0d4a5e4bc10131704d818c7101e737e",
    "78166df9249595520b6f6b0dadbb1267de4e03136e63a4318ef0a6b520133826",
    "967976f4f73358cea0b7efbb9ede4915bdfd47b3ad4d6ce16505b0348c3a6fa7",
    "74c76010cb63e5e4e59ec3e34d6becc468f0038b8b742f2842fa1c2d36eb614e",
    "2756d2200a5e816e383a397473937a1aec034bc42e52c288f6f8d3c0c2f73785",
    "a5d50e0c4771464e59083117ea62bcb86a6593d3b123ae750f7d6ecadc1772f3",
    "0b817e43431aebef7038fe8d2d2c58ebd463017402e03a221f7bfe0b68c6b829",
    "c8278258926816796baa39056514e67d5db57cac826d3414e8294c9a2b03a8da",
  ]
}
