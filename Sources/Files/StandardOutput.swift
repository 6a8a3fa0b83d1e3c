import Foundation
import Wording

/// Results that could not be put out, in one line.
package struct OutputError: Error, Equatable, CustomStringConvertible, LocalizedError {
  /// The line to show.
  package let description: String
  /// The line to show.
  package var errorDescription: String? { description }
}

/// ZoomResults, on standard output.
///
/// Nothing is kept back: what was written has left the process before anything is said on standard
/// error, and a full disk is noticed while it can still be told.
package enum StandardOutput {
  /// Writes a text and a line's end.
  ///
  /// - Throws: `OutputError` if not all of it could be written.
  package static func print(_ text: String) throws(OutputError) {
    // Paths are results too: raw for whoever reads them from a pipe, never on a terminal.
    let text = isatty(STDOUT_FILENO) == 1 ? visibleLines(text) : text
    try write(Array((text + "\n").utf8))
  }

  /// Writes bytes.
  ///
  /// - Throws: `OutputError` if not all of them could be written.
  package static func write(_ bytes: [UInt8]) throws(OutputError) {
    let number = bytes.withUnsafeBytes { Descriptor.write($0, to: STDOUT_FILENO) }
    guard number == 0 else {
      throw OutputError(
        description: "standard output: cannot be written: \(Descriptor.message(number))")
    }
  }
}
