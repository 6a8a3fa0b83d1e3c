import Foundation
import SelectiveKernels
import TestSupport
import Testing

/// Runs the `sknet` that the build laid beside the tests.
struct CommandLineRun {
  let status: Int32
  let output: String
  let error: String

  /// The program under test.
  static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "sknet")

  /// Runs in a working folder to the end.
  init(in place: String, _ arguments: [String]) throws {
    let run = try ProgramRun(
      URL(filePath: "/bin/sh"),
      ["-c", "cd \"$1\" && shift && exec \"$0\" \"$@\"", Self.program.path, place] + arguments)
    (status, output, error) = (run.status, run.output, run.error)
  }

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
        try ProgramRun(
          URL(filePath: "/bin/sh"),
          ["-c", "ulimit -f \(limit); exec \"$0\" \"$@\"", program.path] + arguments)
      } else {
        try ProgramRun(program, arguments)
      }
    (status, output, error) = (run.status, run.output, run.error)
  }
}

extension CommandLineRun {
  /// Expects a command that is killed again and again, and then left alone, to end as an undisturbed
  /// one does.
  ///
  /// - Parameters:
  ///   - arguments: The command line of a run in a folder.
  ///   - milliseconds: How long each try lives.
  ///   - file: What the run leaves in its folder that must be the same to the byte.
  /// - Throws: If the program cannot be started.
  static func expectResuming(
    _ arguments: (_ folder: String) -> [String], killedAfter milliseconds: [Int],
    leaving file: String
  ) throws {
    let folder = try ScratchFolder()
    let undisturbed = try CommandLineRun(arguments(folder.path("undisturbed")))
    #expect(undisturbed.status == 0, "\(undisturbed.error)")
    try kill(arguments(folder.path("killed")), after: milliseconds)
    let resumed = try CommandLineRun(arguments(folder.path("killed")))
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(resumed.output == undisturbed.output)
    let files = ["undisturbed", "killed"].map { folder.path("\($0)/\(file)") }
    let contents = files.map { FileManager.default.contents(atPath: $0) }
    #expect(contents[0] != nil && contents[0] == contents[1])
  }

  /// Starts a command again and again and kills it.
  ///
  /// - Parameters:
  ///   - arguments: The command line.
  ///   - milliseconds: How long each try lives.
  /// - Throws: If the program cannot be started.
  static func kill(_ arguments: [String], after milliseconds: [Int]) throws {
    for wait in milliseconds {
      let running = try RunningProgram(program, arguments)
      Thread.sleep(forTimeInterval: Double(wait) / 1000)
      running.kill()
    }
  }
}

/// Photographs that tests may use.
enum Photographs {
  static let samples = Fixtures.repository.appending(path: "Experiments/samples").path
  static let fixtures = Fixtures.path("photographs")
  static let fixturesFolder = FilePath(fixtures)
}
