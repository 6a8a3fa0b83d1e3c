import Foundation

/// Whether something that a test needs is there; what is missing is noted for the end of the run.
///
/// `make test` names the file of notes in `SK_SKIPPED` and prints them in one line.
///
/// - Parameters:
///   - condition: Whether it is there.
///   - missing: What is missing, and what is not tested for want of it.
/// - Returns: The condition.
public func isThere(_ condition: Bool, else missing: @autoclosure () -> String) -> Bool {
  if !condition, let path = ProcessInfo.processInfo.environment["SK_SKIPPED"] {
    // A line at a time onto the end: tests run side by side.
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    if file >= 0 {
      let line = Array((missing() + "\n").utf8)
      _ = line.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
      close(file)
    }
  }
  return condition
}
