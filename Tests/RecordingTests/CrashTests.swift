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
  private func start(_ arguments: String...) throws -> (process: Process, output: Pipe) {
    let program = URL(
      filePath: try FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/self/exe"))
    let process = Process()
    process.executableURL = program.deletingLastPathComponent()
      .appending(path: "RecordingCrashWriter")
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    return (process, output)
  }

  private func finish(_ started: (process: Process, output: Pipe)) throws -> (Int32, String) {
    let output = try started.output.fileHandleForReading.readToEnd() ?? Data()
    started.process.waitUntilExit()
    return (started.process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  @Test("killed at any moment, it goes on, and ends as if never interrupted")
  func killed() throws {
    var recorded = 0
    var moments = Set<Int>()
    for kill9 in 0..<12 {
      let started = try start("record", folder, "\(run.count)")
      // From before the folder is made to some dozens of batches later.
      usleep(UInt32(3_000 + kill9 * 7_000))
      kill(started.process.processIdentifier, SIGKILL)
      started.process.waitUntilExit()
      guard try RunStore.probe(folder) == .run else { continue }
      let content = try StoreContent(RunStore.open(folder, forWriting: false))
      #expect(content.recorded.count >= recorded)
      recorded = content.recorded.count
      moments.insert(recorded)
      #expect(content == StoreContent(run, first: recorded))
    }
    // The kills were not all too early or too late to interrupt anything.
    #expect(moments.contains { $0 > 0 && $0 < run.count })
    #expect(try finish(start("record", folder, "\(run.count)")) == (0, ""))
    let content = try StoreContent(RunStore.open(folder, forWriting: false))
    #expect(content == StoreContent(run, first: run.count))
  }

  @Test("where no file may grow, it says so and keeps the batches before", arguments: [60, 200])
  func starved(kilobytes: Int) throws {
    let (status, line) = try finish(
      start("starve", folder, "\(run.count)", "\(kilobytes * 1024)"))
    #expect(status == 1)
    #expect(line.hasPrefix("\(folder): the disk refuses to write"))
    #expect(line.hasSuffix("what was recorded before is kept\n"))
    let content = try StoreContent(RunStore.open(folder, forWriting: false))
    #expect(content == StoreContent(run, first: content.recorded.count))
    #expect(kilobytes < 100 || !content.recorded.isEmpty)
    #expect(try finish(start("record", folder, "\(run.count)")) == (0, ""))
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
