import Foundation

/// A program that ran to its end, and what it said.
public struct ProgramRun: Sendable {
  /// Its exit code.
  public let status: Int32
  /// Its standard output.
  public let output: String
  /// Its standard error.
  public let error: String

  /// Runs a program with nothing on its standard input.
  ///
  /// - Throws: If it cannot be started.
  public init(_ program: URL, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
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
