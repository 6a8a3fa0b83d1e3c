import Foundation
import Pictures
import TestSupport

/// A small data set of three colours and a small network, written by the test that trains on them.
struct ToyTraining {
  let scratch: ScratchFolder
  var data: String { scratch.path("data") }
  var file: String { scratch.path("toy.yaml") }

  /// The recipe's lines; each can be replaced by its key.
  static let recipe = [
    "batch": "8", "epochs": "12", "learningRate": "0.05", "schedule": "oneCycle",
    "sizes": "[{size: 8, for: 50 %}, {size: 16}]", "average": "0.9", "labelSmoothing": "0.1",
    "zeroLastNorm": "true", "checkpointMinutes": "0.0002",
    "augmentation": "{area: [0.5, 1], flip: true, brightness: 0.2}",
  ]

  /// Writes data and file.
  ///
  /// - Parameters:
  ///   - changes: Lines of the recipe that replace others; empty ones remove them.
  ///   - seed: Of the training.
  /// - Throws: If the disk refuses.
  init(changes: [String: String] = [:], seed: Int = 1) throws {
    scratch = try ScratchFolder()
    for (index, name) in ["blue", "green", "red"].enumerated() {
      for number in 0..<20 {
        let folder = "\(data)/\(number < 16 ? "train" : "val")/\(name)"
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true)
        try Self.picture(channel: 2 - index, number: number)
          .writePNG(toFile: "\(folder)/\(number).png")
      }
    }
    try write(changes: changes, seed: seed)
  }

  /// Writes the YAML file anew.
  func write(changes: [String: String], seed: Int = 1, data: String? = nil) throws {
    let lines = Self.recipe.merging(changes) { _, new in new }.filter { !$0.value.isEmpty }
      .sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
    let text = """
      name: toy
      model:
        base: sknet26-tiny
        stem: {channels: 8}
        units: [1, 1]
        widths: [8, 16]
        outputs: [16, 32]
        strides: [1, 2]
        branches: [{kernel: 3, groups: 2}, {kernel: 3, dilation: 2, groups: 2}]
        minimum: 8
      data: \(data ?? self.data)
      seed: \(seed)
      recipe:
      \(lines.joined(separator: "\n"))

      """
    try Data(text.utf8).write(to: URL(filePath: file))
  }

  /// A picture whose levels of one channel are higher on average, and otherwise noise.
  private static func picture(channel: Int, number: Int) -> Picture {
    var state = UInt64(number * 3 + channel + 1)
    return Picture(
      width: 16, height: 16,
      pixels: (0..<16 * 16 * 3).map { index in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let noise = Int(state >> 57)
        return UInt8(index % 3 == channel ? noise + 100 : noise + 40)
      })
  }

  func folder(_ name: String) -> String { scratch.path(name) }

  func run(_ name: String, _ more: [String] = [], fileLimit: Int? = nil) throws -> CommandLineRun {
    try CommandLineRun(
      ["train", file, "--out", folder(name), "--workers", "2", "--quiet"] + more,
      fileLimit: fileLimit)
  }

  /// Starts a run, waits until it has a checkpoint and some more, and kills it.
  func kill(_ name: String, afterMilliseconds milliseconds: Int) throws {
    let running = try RunningProgram(
      CommandLineRun.program,
      ["train", file, "--out", folder(name), "--workers", "2", "--resume"])
    let checkpoint = folder(name) + "/checkpoint.safetensors"
    while running.isRunning, !FileManager.default.fileExists(atPath: checkpoint) { usleep(500) }
    usleep(UInt32(1000 * milliseconds))
    running.kill()
  }

  func bytes(_ name: String) -> Data? { FileManager.default.contents(atPath: folder(name)) }

  /// The log without the columns that tell the time.
  func log(_ name: String) throws -> [[String]] {
    try String(contentsOfFile: folder(name) + "/log.csv", encoding: .utf8)
      .split(whereSeparator: \.isNewline)
      .map {
        $0.split(separator: ",", omittingEmptySubsequences: false).dropLast(2).map(String.init)
      }
  }
}
