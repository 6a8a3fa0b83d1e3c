import Foundation
import TestSupport

/// A terminal of some width, with a program's standard error on it.
struct Terminal {
  /// What a program wrote and how it ended.
  struct Outcome {
    let text: String
    let status: Int32
    let reason: Process.TerminationReason

    /// What stood on the line that was drawn over, one text after another.
    var drawn: [Substring] {
      text.replacing("\r\n", with: "\n").split(separator: "\n").flatMap {
        $0.split(separator: "\r")
      }
    }
  }

  let columns: UInt16
  var environment: [String: String] = [:]

  /// Runs `sknet` to its end, or until it has written `length` bytes, when it gets a signal, and others after
  /// it.
  func run(
    _ arguments: [String], sending signal: Int32 = 0, afterBytes length: Int = .max,
    then others: [Int32] = []
  ) throws -> Outcome {
    // As openpty(3) does it, which Swift does not see: Linux's numbers for TIOCSPTLCK, TIOCGPTPEER.
    let main = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    defer { close(main) }
    var isLocked: Int32 = 0
    guard main >= 0, ioctl(main, 0x4004_5431, &isLocked) == 0 else { throw POSIXError(.ENOTTY) }
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(main, UInt(TIOCSWINSZ), &size)
    let side = ioctl(main, 0x5441, O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard side >= 0 else { throw POSIXError(.ENOTTY) }
    let process = Process()
    process.executableURL = CommandLineRun.program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["TERM": "xterm"].merging(environment) { $1 }
    ) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle(fileDescriptor: side, closeOnDealloc: false)
    // The program starts with what this thread does about signals, and test threads block them all.
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    let handler = signal > 0 ? Foundation.signal(signal, SIG_DFL) : nil
    try process.run()
    if signal > 0 { _ = Foundation.signal(signal, handler) }
    pthread_sigmask(SIG_SETMASK, &before, nil)
    close(side)
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    var isSent = signal == 0
    while true {
      // The system says EIO once nobody has the other side open.
      let count = read(main, &buffer, buffer.count)
      guard count > 0 else { break }
      text += buffer[..<count]
      if !isSent, text.count >= length {
        for number in [signal] + others { kill(process.processIdentifier, number) }
        isSent = true
      }
    }
    process.waitUntilExit()
    return Outcome(
      text: String(decoding: text, as: UTF8.self), status: process.terminationStatus,
      reason: process.terminationReason)
  }
}
