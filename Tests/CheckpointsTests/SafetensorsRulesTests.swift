import Checkpoints
import TestSupport
import Testing

/// What safetensors 0.8.0 itself takes and refuses, tried there row by row.
@Suite("The rules of safetensors")
struct SafetensorsRulesTests {
  @Test("accept what the format leaves open", arguments: SafetensorsCase.accepted)
  func accepted(_ item: SafetensorsCase) throws {
    let folder = try ScratchFolder()
    let path = try folder.write(item.file.bytes, to: "a.safetensors")
    let file = try SafetensorsFile(contentsOfFile: path)
    for name in file.names {
      let elements = try #require(file.shape(of: name)).reduce(1, *)
      let size = try #require(file.dataType(of: name)).byteCount
      #expect(try file.bytes(of: name).count == elements * size)
    }
  }

  @Test("refuse what the format forbids, naming the file", arguments: SafetensorsCase.refused)
  func refused(_ item: SafetensorsCase) throws {
    let folder = try ScratchFolder()
    let path = try folder.write(item.file.bytes, to: "a.safetensors")
    let error = #expect(throws: CheckpointError.self) {
      try SafetensorsFile(contentsOfFile: path)
    }
    let line = try #require(error).description
    #expect(line.hasPrefix(path + ": "))
    #expect(!line.contains("\n") && line.count < 600)
  }
}
