import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("A training's folder that was changed by hand", .serialized)
struct HostileTrainingTests {
  /// Replaces a text within a safetensors file's header, whose length is put right.
  private static func change(_ path: String, _ old: String, _ new: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    let range = try #require(header.firstRange(of: try Regex(old)), "\(old)")
    var changed = Array(
      header.replacingCharacters(in: range, with: new.replacing(#"\\"#, with: #"\"#)).utf8)
    while changed.count % 8 != 0 { changed.append(32) }
    let prefix = (0..<8).map { UInt8(truncatingIfNeeded: changed.count >> (8 * $0)) }
    try Data(prefix + changed + bytes[(8 + length)...]).write(to: URL(filePath: path))
  }

  @Test("is refused in one line that names the checkpoint and the value")
  func checkpoint() throws {
    let toy = try ToyTraining(changes: ["epochs": "1"])
    #expect(try toy.run("run").status == 0)
    let path = toy.folder("run/checkpoint.safetensors")
    let whole = try Data(contentsOf: URL(filePath: path))
    let largest = "9223372036854775807"
    for (old, new, phrase) in [
      (#""step":"\d+""#, #""step":"-1""#, "'step'"),
      (#""step":"\d+""#, "\"step\":\"\(largest)\"", "'step'"),
      (#""step":"\d+""#, #""step":"six""#, "'step'"),
      (#"stepsPerEpoch\\":\d+"#, #"stepsPerEpoch\\":0"#, "run.stepsPerEpoch"),
      (#"stepsPerEpoch\\":\d+"#, #"stepsPerEpoch\\":5"#, "where recipe and pictures make 6"),
      (#"\\"steps\\":\d+"#, #"\\"steps\\":"# + largest, "run.steps"),
      (#"\\"steps\\":\d+"#, #"\\"steps\\":700"#, "of 700 steps"),
      (#"\\"workers\\":\d+"#, #"\\"workers\\":0"#, "workers"),
      (#"\\"logBytes\\":\d+"#, #"\\"logBytes\\":-1"#, "logBytes"),
      (#"\\"logBytes\\":\d+"#, #"\\"logBytes\\":"# + largest, "logBytes"),
      (#"\\"count\\":\d+"#, #"\\"count\\":"# + largest, ".count"),
      (#"\\"correct\\":\d+"#, #"\\"correct\\":-5"#, ".correct"),
      (#"\\"seconds\\":[\d.e+-]+"#, #"\\"seconds\\":-1"#, "seconds"),
      (#"\\"history\\":\[\{"#, #"\\"history\\":[{\\"x\\":1},{"#, "history"),
    ] {
      try whole.write(to: URL(filePath: path))
      try Self.change(path, old, new)
      let run = try toy.run("run", ["--resume"])
      #expect(run.status == 1 && run.output.isEmpty, "\(new): \(run.status)")
      #expect(run.error.hasPrefix("Error: \(path): metadata '"), "\(new): \(run.error)")
      #expect(run.error.contains(phrase), "\(new): \(run.error)")
      #expect(run.error.split(separator: "\n").count == 1)
    }
  }

  @Test("a step that its record has not come to is refused", arguments: [5, 12, 23])
  func step(number: Int) throws {
    let toy = try ToyTraining(changes: ["epochs": "4"])
    try toy.kill("run", afterMilliseconds: 1)
    let path = toy.folder("run/checkpoint.safetensors")
    let bytes = try Data(contentsOf: URL(filePath: path))
    let kept = String(decoding: bytes, as: UTF8.self).firstMatch(of: #/"step":"(\d+)"/#)?.1
    let step = try #require(kept.map { "\($0)" })
    try Self.change(path, #""step":"\d+""#, "\"step\":\"\(number)\"")
    let run = try toy.run("run", ["--resume"])
    guard step != "\(number)" else {
      #expect(run.status == 0, "\(run.error)")
      return
    }
    #expect(run.status == 1)
    #expect(run.error.contains("metadata 'step': is \(number), where the record"), "\(run.error)")
    #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
  }

  @Test("a pipe in a file's place is not waited for")
  func pipes() throws {
    let toy = try ToyTraining(changes: ["epochs": "1"])
    for name in ["log.csv", "checkpoint.safetensors", "run.lock"] {
      let folder = toy.folder("pipe-\(name)")
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try #require(mkfifo("\(folder)/\(name)", 0o666) == 0)
      let run = try CommandLineRun([
        "train", toy.file, "--out", folder, "--workers", "2", "--quiet", "--resume",
      ])
      #expect(run.status == 1 && run.error.contains(name), "\(name): \(run.error)")
    }
    try #require(mkfifo(toy.scratch.path("pipe.yaml"), 0o666) == 0)
    for command in ["run", "train", "ablate"] {
      let run = try CommandLineRun([
        command, toy.scratch.path("pipe.yaml"), "--out", toy.folder("x"),
      ])
      #expect(run.status == 1 && run.error.contains("not a regular file"), "\(run.error)")
    }
  }

  @Test("a log that is gone is begun again")
  func log() throws {
    let toy = try ToyTraining(changes: ["epochs": "4"])
    try toy.kill("run", afterMilliseconds: 1)
    // Killed early, it may not have been begun.
    try? FileManager.default.removeItem(atPath: toy.folder("run/log.csv"))
    let run = try toy.run("run", ["--resume"])
    #expect(run.status == 0, "\(run.error)")
    let bytes = try #require(toy.bytes("run/log.csv"))
    #expect(bytes.starts(with: Data("kind,".utf8)) && !bytes.contains(0))
  }
}
