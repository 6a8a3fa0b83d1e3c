import Files
import Foundation
import Wording

/// Standard error: lines of words and, on a terminal, one below them that is drawn over and over.
///
/// No escape sequence is sent, as for `NO_COLOR`: a carriage return, blanks and the new text do.
enum StatusLine {
  /// Whether a line can be drawn over; `TERM=dumb` says no.
  static let isPossible: Bool = {
    let terminal = ProcessInfo.processInfo.environment["TERM"] ?? ""
    return isatty(STDERR_FILENO) == 1 && !terminal.isEmpty && terminal != "dumb"
  }()

  /// Columns of the terminal, asked for anew as its window may have changed.
  static var columns: Int {
    var size = winsize()
    if ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return Int(size.ws_col)
    }
    return ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 80
  }

  /// Draws the line over what it was, cut to the terminal's width.
  ///
  /// - Parameters:
  ///   - text: Characters of one column each.
  ///   - isLast: Whether it stays, and what comes next goes below.
  static func draw(_ text: String, isLast: Bool) {
    // In the last column a terminal would begin a new line.
    let room = max(columns - 1, 1)
    let text = String(visible(text).prefix(room))
    let old = min(Signals.drawnColumns.load(ordering: .relaxed), room)
    let blanks = String(repeating: " ", count: max(old - text.count, 0))
    Signals.drawnColumns.store(isLast ? 0 : text.count, ordering: .relaxed)
    send("\r" + text + blanks + (isLast ? "\n" : ""))
  }

  /// Writes a line of words.
  static func write(_ line: String) { write(lines: visible(line)) }

  /// Writes lines of words, after the drawn line was wiped away.
  static func write(lines: String) {
    let old = min(Signals.drawnColumns.exchange(0, ordering: .relaxed), columns - 1)
    let wipe = old > 0 ? "\r" + String(repeating: " ", count: old) + "\r" : ""
    send(wipe + visibleLines(lines) + "\n")
  }

  private static func send(_ text: String) { StandardError.write(text) }
}
