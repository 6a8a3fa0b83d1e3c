import Foundation

/// What the run needs to know of the machine.
enum Machine {
  /// Cores that this process may use.
  static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

  /// Checks a number of threads; nil is one a core.
  static func workers(_ number: Int?) throws -> Int {
    guard let number else { return cores }
    guard (1...1024).contains(number) else {
      throw ExperimentError.usage("--workers must be between 1 and 1024, not \(number)")
    }
    return number
  }

  /// The processor's name, as Linux tells it.
  static var processor: String {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    return value(of: "model name", in: lines) ?? "unknown processor"
  }

  /// The largest resident memory of this process so far, in bytes.
  static var peakMemoryInBytes: Int {
    let lines = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let kilobytes = value(of: "VmHWM", in: lines)?.split(separator: " ").first.flatMap { Int($0) }
    return (kilobytes ?? 0) * 1024
  }

  private static func value(of key: String, in lines: String) -> String? {
    lines.split(separator: "\n").first { $0.hasPrefix(key) }?
      .split(separator: ":", maxSplits: 1).last
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
