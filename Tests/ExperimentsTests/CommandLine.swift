import Foundation
import TestSupport

/// Runs the `sknet` that the build laid beside the tests.
struct CommandLineRun {
  let status: Int32
  let output: String
  let error: String

  /// The program under test.
  static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "sknet")

  /// Runs to the end.
  ///
  /// - Parameters:
  ///   - arguments: Words of the command line.
  ///   - limit: Largest file in blocks of 512 bytes that the process may write, as `ulimit -f` has it.
  ///   - program: Another copy of the program.
  /// - Throws: If the program cannot be started.
  init(_ arguments: [String], fileLimit limit: Int? = nil, program: URL = Self.program) throws {
    let process = Process()
    if let limit {
      process.executableURL = URL(filePath: "/bin/sh")
      // The shell ignores the signal that a file over the limit brings, and so does what it starts.
      process.arguments =
        ["-c", "trap '' XFSZ; ulimit -f \(limit); exec \"$0\" \"$@\"", program.path] + arguments
    } else {
      process.executableURL = program
      process.arguments = arguments
    }
    let folder = try ScratchFolder()
    let outputs = ["out", "err"].map { folder.path($0) }
    for path in outputs { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: outputs[0])
    process.standardError = FileHandle(forWritingAtPath: outputs[1])
    try process.run()
    process.waitUntilExit()
    status = process.terminationStatus
    output = (try? String(contentsOfFile: outputs[0], encoding: .utf8)) ?? ""
    error = (try? String(contentsOfFile: outputs[1], encoding: .utf8)) ?? ""
  }
}

/// Photographs that tests may use.
enum Photographs {
  static let samples = Fixtures.repository.appending(path: "Experiments/samples").path
  static let fixtures = Fixtures.path("photographs")
}
