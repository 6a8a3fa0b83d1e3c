import Foundation
import TestSupport
import Testing

/// Reads spoilt files one after the other: errors are fine; traps, hangs and memory are not.
///
/// `SK_FUZZ_SECONDS` makes a case go on for so long, and a line then says what came of it. A file
/// that ends the process or holds it up is left under the temporary folder.
enum Fuzzing {
  /// What came of a case.
  struct Outcome {
    var files = 0
    var accepted = 0
    var slowest = Duration.zero
  }

  /// What a reader must not do; the failure's text gives the seed.
  struct Fault: Error {
    var problem: String

    /// Throws unless a condition holds.
    static func unless(_ condition: Bool, _ problem: @autoclosure () -> String) throws(Fault) {
      if !condition { throw Fault(problem: problem()) }
    }
  }

  private static let leastFiles = 1000
  private static let asked = ProcessInfo.processInfo.environment["SK_FUZZ_SECONDS"]
    .flatMap(Double.init)

  /// Spoils and reads until the time is over.
  ///
  /// - Parameters:
  ///   - title: What is read, for the line.
  ///   - spoil: Makes a file, the same for the same mutator.
  ///   - read: Reads a file of some bytes; says whether it was accepted.
  /// - Returns: The counts, none of them for nothing: some files are accepted, and not all.
  /// - Throws: If a file cannot be written.
  @discardableResult
  static func run(
    _ title: String, spoil: (inout CheckpointMutator) -> [UInt8],
    read: (_ path: String, _ byteCount: Int) throws -> Bool
  ) throws -> Outcome {
    let folder = try ScratchFolder()
    let clock = ContinuousClock()
    let end = clock.now + .seconds(asked ?? 0)
    var outcome = Outcome()
    forgetPeakMemory()
    // A fixed number, so that no machine's speed decides which files are tried.
    while outcome.files < leastFiles || clock.now < end {
      outcome.files += 1
      let seed = UInt64(outcome.files)
      var mutator = CheckpointMutator(seed: seed)
      let bytes = spoil(&mutator)
      let path = try folder.write(bytes, to: "spoilt")
      let (time, result) = processorTime { Result { try read(path, bytes.count) } }
      switch result {
      case .success(let isAccepted): outcome.accepted += isAccepted ? 1 : 0
      case .failure(let error): Issue.record("\(title), seed \(seed): \(error)")
      }
      outcome.slowest = max(outcome.slowest, time)
    }
    // The mutator is of use only if it makes both.
    #expect(outcome.accepted > 0 && outcome.accepted < outcome.files, "\(title): \(outcome)")
    #expect(outcome.slowest < .seconds(5), "\(title)")
    if asked != nil {
      print(
        "\(title): \(outcome.files) spoilt files, \(outcome.accepted) accepted, slowest"
          + " \(outcome.slowest), \(peakMemory() ?? "no peak memory")")
    }
    return outcome
  }

  /// Lets the process's peak of resident memory begin anew, where Linux allows it.
  private static func forgetPeakMemory() {
    try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
  }

  /// The peak as Linux states it: `VmHWM: 12345 kB`.
  private static func peakMemory() -> String? {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    return status?.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
      .map { String($0).replacing("\t", with: " ") }
  }
}
