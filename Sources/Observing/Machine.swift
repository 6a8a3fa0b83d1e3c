import Foundation
import Wording

/// What the run needs to know of the machine.
package enum Machine {
  /// Cores that this process may use.
  package static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

  /// The largest number of threads that can be asked for: more only take memory from one another.
  package static var mostWorkers: Int { max(64, 4 * cores) }

  /// Threads that each may have a photograph open, beside models, stores and what the libraries need.
  private static var readers: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
    return max(1, Int(clamping: limit.rlim_cur) - 16)
  }

  /// Checks a number of threads; nil is one a core.
  package static func workers(_ number: Int?) throws -> Int {
    guard let number else { return min(cores, readers) }
    guard (1...mostWorkers).contains(number) else {
      throw ExperimentError.usage(
        "--workers must be between 1 and \(mostWorkers) on \(counted(cores, "core")), not \(number)"
      )
    }
    guard number <= readers else {
      throw ExperimentError.usage(
        "--workers \(number): each has a file open; the system's limit (ulimit -n) leaves \(readers)"
      )
    }
    return number
  }

  /// The processor's name, as Linux tells it.
  package static var processor: String {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    return value(of: "model name", in: lines) ?? "unknown processor"
  }

  /// The largest resident memory of this process so far, in bytes.
  package static var peakMemoryInBytes: Int {
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
