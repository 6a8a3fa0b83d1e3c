import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite("Writing safetensors")
struct SafetensorsWriterTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// The bytes that the Python package 0.8.0 writes for the same content.
  @Test("gives the bytes that safetensors itself writes")
  func bytes() throws {
    let path = folder.path("a.safetensors")
    try SafetensorsWriter.write(
      [
        NamedArray("b", shape: [3], element: .number(.uint8)) { [1, 2, 3] },
        NamedArray("z", shape: [], floats: [0.5]),
        NamedArray("a", shape: [2, 1], floats: [1, -2]),
        NamedArray("n", shape: [1], integers: [-1]),
        NamedArray("e", shape: [0, 2], floats: []),
      ], metadata: ["name": "caf\u{E9} \"x\"\n\\"], toFile: path)
    #expect(
      try SHA256.hexDigest(ofFile: path)
        == "e8c87941f8ab6ac49487e9efe5ea9f9ad1d536db7193b9d94c2b4279596393ad")
  }

  @Test("gives back every text and name")
  func texts() throws {
    let path = folder.path("a.safetensors")
    let texts = ["\u{0}\u{1F}\u{7F}", "\"\\/", "\u{2028}é🦊\r\n\t", ""]
    let metadata = Dictionary(uniqueKeysWithValues: texts.map { ($0 + "key", $0) })
    try SafetensorsWriter.write(
      texts.map { NamedArray($0, shape: [1], floats: [1]) }, metadata: metadata, toFile: path)
    let file = try SafetensorsFile(contentsOfFile: path)
    #expect(file.metadata == metadata)
    #expect(Set(file.names) == Set(texts))
  }

  @Test("leaves the old file and nothing else when it fails")
  func atomic() throws {
    struct Interrupted: Error {}
    let path = folder.path("a.safetensors")
    try SafetensorsWriter.write([NamedArray("a", shape: [1], floats: [1])], toFile: path)
    let old = try SHA256.hexDigest(ofFile: path)
    let wrong: [[NamedArray]] = [
      [NamedArray("a", shape: [2], floats: [1])],
      [NamedArray("a", shape: [-2], floats: [])],
      [NamedArray("a", texts: ["x"])],
      [NamedArray("__metadata__", shape: [1], floats: [1])],
      [NamedArray("a", shape: [1], floats: [1]), NamedArray("a", shape: [1], floats: [1])],
    ]
    for arrays in wrong {
      #expect(throws: CheckpointError.self) { try SafetensorsWriter.write(arrays, toFile: path) }
    }
    let interrupted = NamedArray("a", shape: [1], element: .number(.float32)) {
      throw Interrupted()
    }
    #expect(throws: Interrupted.self) {
      try SafetensorsWriter.write([interrupted], toFile: path)
    }
    #expect(try SHA256.hexDigest(ofFile: path) == old)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["a.safetensors"])
  }

  @Test("says why a file cannot be written")
  func unwritable() throws {
    for (path, words) in [
      (folder.path("missing/a"), "No such file"), (folder.url.path, "not a regular file"),
      ("/dev/full", "No space left"), ("/dev/full/a", "Not a directory"),
    ] {
      let error = #expect(throws: CheckpointError.self) {
        try SafetensorsWriter.write([NamedArray("a", shape: [1], floats: [1])], toFile: path)
      }
      #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }
  }
}

@Suite("CSV")
struct CSVWriterTests {
  @Test("quotes as RFC 4180 does")
  func quoting() throws {
    let folder = try ScratchFolder()
    let path = folder.path("a.csv")
    try CSVWriter.write(
      header: ["file", "value"],
      rows: [["a,b.jpg", "1"], ["say \"x\"", "-0.5"], ["two\nlines", ""], ["été", " "]],
      toFile: path)
    let expected =
      "file,value\r\n\"a,b.jpg\",1\r\n\"say \"\"x\"\"\",-0.5\r\n\"two\nlines\",\r\nété, \r\n"
    #expect(try String(contentsOfFile: path, encoding: .utf8) == expected)
    #expect(throws: CheckpointError.self) {
      try CSVWriter.write(header: ["a", "b"], rows: [["1"]], toFile: path)
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == expected)
  }

  @Test("streams tables of any length")
  func long() throws {
    let folder = try ScratchFolder()
    let path = folder.path("a.csv")
    try CSVWriter.write(
      header: ["i"], rows: (0..<100_000).lazy.map { ["\($0)"] }, toFile: path)
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\r\n")
    #expect(lines.count == 100_001 && lines.last == "99999")
  }
}
