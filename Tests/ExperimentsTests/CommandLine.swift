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
    let run =
      if let limit {
        // The shell ignores the signal that a file over the limit brings, and so does what it starts.
        try ProgramRun(
          URL(filePath: "/bin/sh"),
          ["-c", "trap '' XFSZ; ulimit -f \(limit); exec \"$0\" \"$@\"", program.path]
            + arguments)
      } else {
        try ProgramRun(program, arguments)
      }
    (status, output, error) = (run.status, run.output, run.error)
  }
}

/// Photographs that tests may use.
enum Photographs {
  static let samples = Fixtures.repository.appending(path: "Experiments/samples").path
  static let fixtures = Fixtures.path("photographs")
}
