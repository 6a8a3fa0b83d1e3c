import Foundation

/// A program that runs while a test looks on, signals or kills it.
public final class RunningProgram {
  private let process = Process()
  private let pipe: Pipe?

  /// Starts a program with nothing on its standard input; nobody hears what it says as errors.
  ///
  /// - Parameters:
  ///   - program: The file.
  ///   - arguments: Words of its command line.
  ///   - isHeard: Whether its standard output is kept for `readLines` and `readToEnd`.
  /// - Throws: If it cannot be started.
  public init(_ program: URL, _ arguments: [String], isHeard: Bool = false) throws {
    pipe = isHeard ? Pipe() : nil
    process.executableURL = program
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe ?? FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  deinit { if process.isRunning { kill() } }

  /// Whether it has not ended.
  public var isRunning: Bool { process.isRunning }

  /// Sends a signal.
  public func send(_ signal: Int32) { Foundation.kill(process.processIdentifier, signal) }

  /// Kills it, as nothing can be prepared for, and waits until it has gone.
  public func kill() {
    send(SIGKILL)
    process.waitUntilExit()
  }

  /// Waits until so many lines of its standard output have come, or its end.
  public func readLines(_ count: Int) -> Data {
    var output = Data()
    while output.count(where: { $0 == UInt8(ascii: "\n") }) < count {
      guard let more = pipe?.fileHandleForReading.availableData, !more.isEmpty else { break }
      output += more
    }
    return output
  }

  /// The rest of its standard output, and its exit code.
  public func readToEnd() throws -> (output: Data, status: Int32) {
    let output = try pipe?.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (output, process.terminationStatus)
  }
}
