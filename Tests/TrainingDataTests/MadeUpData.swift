import Foundation
import Pictures
import TestSupport

/// Data sets that tests write themselves.
struct MadeUpData {
  let scratch: ScratchFolder
  var path: String { scratch.url.path }

  init() throws { scratch = try ScratchFolder() }

  /// A small picture whose pixels tell it from others.
  static func picture(_ number: Int, side: Int = 8) -> Picture {
    Picture(
      width: side, height: side,
      pixels: (0..<3 * side * side).map { UInt8(truncatingIfNeeded: $0 * 7 + number * 31) })
  }

  func write(_ bytes: [UInt8], _ name: String) throws {
    let url = scratch.url.appending(path: name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func write(_ text: String, _ name: String) throws { try write(Array(text.utf8), name) }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(at: scratch.url.appending(path: name))
  }

  /// Makes an empty folder.
  func folder(_ name: String) throws {
    try FileManager.default.createDirectory(
      at: scratch.url.appending(path: name), withIntermediateDirectories: true)
  }

  /// Writes `count` pictures into each class's folder.
  func writeFolders(_ place: String, classes: [String], count: Int) throws {
    for (index, name) in classes.enumerated() {
      for number in 0..<count {
        try write(
          Self.picture(10 * index + number).pngData(), "\(place)\(name)/picture\(number).png")
      }
    }
  }

  /// A record of CIFAR: labels, then levels that follow from the number.
  static func record(labels: [UInt8], number: Int) -> [UInt8] {
    labels + (0..<3072).map { UInt8(truncatingIfNeeded: $0 + 5 * number) }
  }

  func writeCIFAR10() throws {
    try write((0..<10).map { "name\($0)\n" }.joined() + "\n", "batches.meta.txt")
    for batch in 1...2 {
      try write(
        (0..<20).flatMap {
          Self.record(labels: [UInt8($0 % 10)], number: 100 * batch + $0)
        }, "data_batch_\(batch).bin")
    }
    try write(
      (0..<10).flatMap { Self.record(labels: [UInt8(9 - $0)], number: $0) }, "test_batch.bin")
  }

  func writeCIFAR100() throws {
    try write((0..<100).map { "fine \($0)\n" }.joined(), "fine_label_names.txt")
    for file in ["train.bin", "test.bin"] {
      try write(
        (0..<100).flatMap { Self.record(labels: [UInt8($0 % 20), UInt8($0)], number: $0) }, file)
    }
  }
}
