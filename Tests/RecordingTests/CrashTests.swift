import Foundation
import Recording
import RecordingCrashWriter
import TestSupport
import Testing

@Suite("What a process recorded outlives it", .serialized)
struct CrashTests {
  let scratch: ScratchFolder
  let run = MadeUpRun(count: 150)
  var folder: String { scratch.path("run") }

  init() throws { scratch = try ScratchFolder() }

  /// Starts the writer that lies beside the tests' own program.
  private func start(_ arguments: String...) throws -> RunningProgram {
    let program = URL(
      filePath: try FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/self/exe"))
    return try RunningProgram(
      program.deletingLastPathComponent().appending(path: "RecordingCrashWriter"), arguments,
      isHeard: true)
  }

  private func finish(_ started: RunningProgram) throws -> (Int32, String) {
    let (output, status) = try started.readToEnd()
    return (status, String(decoding: output, as: UTF8.self))
  }

  /// Kills the writer some time after it has reported so many batches.
  ///
  /// - Returns: How many photographs it had reported as recorded.
  private func kill(
    _ started: RunningProgram, afterBatches batches: Int, microseconds: UInt32
  ) throws -> Int {
    var output = started.readLines(batches)
    usleep(microseconds)
    started.send(SIGKILL)
    output += try started.readToEnd().output
    let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
    return lines.last.flatMap { Int($0) } ?? 0
  }

  @Test("killed at any moment, it goes on, and ends as if never interrupted")
  func killed() throws {
    var interruptions = 0
    // A disk may be so quick that the writer has ended before it is killed: then the run begins anew.
    for round in 0..<120 where round < 12 || interruptions < 3 {
      let started = try start("record", folder, "\(run.count)")
      // The first rounds end about where the folder and the database are made.
      let reported = try kill(
        started, afterBatches: max(round % 12 - 3, 0),
        microseconds: UInt32(round * 7919 % 10_000))
      guard try RunStore.probe(folder) == .run else { continue }
      let content = try StoreContent(RunStore.open(folder, forWriting: false))
      #expect(content == StoreContent(run, first: content.recorded.count))
      #expect(content.recorded.count >= reported)
      if (1..<run.count).contains(content.recorded.count) { interruptions += 1 }
      if content.recorded.count == run.count { try FileManager.default.removeItem(atPath: folder) }
    }
    #expect(interruptions >= 3)
    #expect(try finish(start("record", folder, "\(run.count)")).0 == 0)
    let content = try StoreContent(RunStore.open(folder, forWriting: false))
    #expect(content == StoreContent(run, first: run.count))
  }

  @Test("where no file may grow, it says so and keeps the batches before", arguments: [72, 200])
  func starved(kilobytes: Int) throws {
    let (status, output) = try finish(
      start("starve", folder, "\(run.count)", "\(kilobytes * 1024)"))
    #expect(status == 1)
    let line = try #require(output.split(separator: "\n").last)
    #expect(line.hasPrefix("\(folder): the disk refuses to write"))
    #expect(line.hasSuffix("what was recorded before is kept"))
    let content = try StoreContent(RunStore.open(folder, forWriting: false))
    #expect(content == StoreContent(run, first: content.recorded.count))
    #expect(kilobytes < 100 || !content.recorded.isEmpty)
    #expect(try finish(start("record", folder, "\(run.count)")).0 == 0)
    #expect(
      try StoreContent(RunStore.open(folder, forWriting: false))
        == StoreContent(run, first: run.count))
  }

  @Test("at rest it can be read by who may not write")
  func readOnly() throws {
    do { _ = try run.begin(in: folder, recording: 5) }
    let files = FileManager.default
    try files.setAttributes([.posixPermissions: 0o444], ofItemAtPath: folder + "/run.sqlite")
    try files.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder)
    defer { try? files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder) }
    #expect(try finish(start("read", folder)) == (0, "5\n"))
  }
}
