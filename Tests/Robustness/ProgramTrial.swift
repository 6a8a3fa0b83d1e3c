import Foundation

/// A run of the program: what it said, how it ended, what it took.
struct ProgramTrial {
  enum End: Equatable {
    case status(Int32)
    case signal(Int32)
    /// It was still running after the time that it had.
    case hung
  }

  let end: End
  let output: [UInt8]
  let error: String
  let seconds: Double
  let peakMegabytes: Double

  /// Runs the program.
  ///
  /// - Parameters:
  ///   - arguments: The command line, program first.
  ///   - folder: Where its standard output and error are kept meanwhile.
  ///   - limit: Seconds until it counts as hung and is killed.
  ///   - signal: A signal to send, after so many seconds.
  ///   - outputPath: A file or device for its standard output.
  /// - Throws: If it cannot be started.
  init(
    _ arguments: [String], in folder: String, limit: Double = 60,
    sending signal: (number: Int32, after: Double)? = nil, outputPath: String? = nil
  ) throws {
    let files = [outputPath ?? folder + "/stdout", folder + "/stderr"]
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for (index, path) in files.enumerated() {
      posix_spawn_file_actions_addopen(
        &actions, Int32(index + 1), path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var all = sigset_t()
    sigfillset(&all)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    // A backtrace would take longer than all the rest.
    let environment = ProcessInfo.processInfo.environment
      .merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }.map { "\($0)=\($1)" }
    var words = arguments.map { strdup($0) } + [nil]
    var variables = environment.map { strdup($0) } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var pid = pid_t()
    let failure = posix_spawn(&pid, arguments[0], &actions, &attributes, &words, &variables)
    guard failure == 0 else { throw POSIXError(.init(rawValue: failure) ?? .EIO) }

    let start = ContinuousClock.now
    var isSent = false
    var isHung = false
    var status: Int32 = 0
    var usage = rusage()
    while true {
      let elapsed = (ContinuousClock.now - start) / .seconds(1)
      if let signal, !isSent, elapsed >= signal.after {
        kill(pid, signal.number)
        isSent = true
      }
      if elapsed > limit, !isHung {
        kill(pid, SIGKILL)
        isHung = true
      }
      if wait4(pid, &status, WNOHANG, &usage) == pid { break }
      usleep(elapsed < 0.2 ? 500 : 3000)
    }
    seconds = (ContinuousClock.now - start) / .seconds(1)
    let number = status & 0x7F
    end = isHung ? .hung : number == 0 ? .status(status >> 8 & 0xFF) : .signal(number)
    peakMegabytes = Double(usage.ru_maxrss) / 1024
    output =
      outputPath == nil ? FileManager.default.contents(atPath: files[0]).map(Array.init) ?? [] : []
    error = String(
      decoding: FileManager.default.contents(atPath: files[1]) ?? Data(), as: UTF8.self)
  }

  /// What a user may not be shown; nil if all was well: exit 0, or 3 with a line for each photograph
  /// that failed, or another code with exactly one line that begins with `Error: `.
  var fault: String? {
    switch end {
    case .hung: return String(format: "still running after %.0f s", seconds)
    case .signal(let number):
      return "ended by signal \(number)" + (lines.first.map { ": \($0)" } ?? "")
    case .status(let status):
      guard [0, 1, 3, 64].contains(status) else { return "exit code \(status): \(lines)" }
      let errors = lines.filter { !$0.hasPrefix("failed: ") && !$0.hasPrefix("skipped") }
      switch status {
      case 0, 3:
        if lines.contains(where: { $0.hasPrefix("Error") }) {
          return "exit code \(status): \(lines)"
        }
      case 1:
        guard errors.count == 1, errors[0].hasPrefix("Error: "), errors[0].utf8.count < 4000 else {
          return "exit code 1 and \(errors.count) lines: \(errors.prefix(3))"
        }
      default:
        // A wrong request is followed by its usage.
        guard errors.first?.hasPrefix("Error: ") == true, errors.count < 8 else {
          return "exit code \(status): \(lines)"
        }
      }
      let raw = error.unicodeScalars.first {
        $0 != "\n" && ($0.properties.generalCategory == .control || $0 == "\u{202E}")
      }
      if let raw { return "character \(raw.value) raw in a message" }
      for word in ["Error: :", "Fatal error", "DecodingError", "NSCocoa", "Optional("]
      where error.contains(word) {
        return "'\(word)' in a message: \(lines)"
      }
      return nil
    }
  }

  /// Whether it did what it was asked for.
  var isDone: Bool { end == .status(0) || end == .status(3) }

  private var lines: [String] { error.split(separator: "\n").map(String.init) }
}
