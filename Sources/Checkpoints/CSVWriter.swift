import Files
import Wording

/// Text of comma-separated values, as RFC 4180 describes it.
///
/// Lines end in CR LF; a field with a comma, a quote or a line break is quoted, its quotes doubled.
public enum CSVWriter {
  /// One line with its end.
  public static func line(_ fields: [String]) -> String {
    fields.map(quoted).joined(separator: ",") + "\r\n"
  }

  /// Writes a table whose lines are asked for one after another.
  ///
  /// - Parameters:
  ///   - header: Names of the columns.
  ///   - rows: Lines of as many fields.
  ///   - path: Replaced at once when all is written.
  /// - Throws: `CheckpointError` if a line has another number of fields or the file cannot be
  ///   written.
  public static func write(
    header: [String], rows: some Sequence<[String]>, toFile path: String
  ) throws {
    try write(header: header, toFile: path) { emit in
      for row in rows { try emit(row) }
    }
  }

  /// Writes a table whose lines somebody hands over.
  ///
  /// - Parameters:
  ///   - header: Names of the columns.
  ///   - path: Replaced at once when all is written.
  ///   - rows: Calls what it is given with one line of as many fields after another.
  /// - Throws: `CheckpointError` if a line has another number of fields or the file cannot be
  ///   written, and what `rows` throws.
  public static func write(
    header: [String], toFile path: String, rows: (_ emit: ([String]) throws -> Void) throws -> Void
  ) throws {
    var file = try AtomicFile(path: path)
    var pending = Array(line(header).utf8)
    var count = 0
    try rows { row in
      count += 1
      guard row.count == header.count else {
        throw CheckpointError(
          file: path, place: "row \(count)",
          problem: "expected \(counted(header.count, "field")), found \(row.count)")
      }
      pending.append(contentsOf: line(row).utf8)
      if pending.count > 1 << 16 {
        try file.write(pending)
        pending.removeAll(keepingCapacity: true)
      }
    }
    try file.write(pending)
    try file.commit()
  }

  private static func quoted(_ field: String) -> String {
    let special = field.unicodeScalars.contains {
      $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r"
    }
    guard special else { return field }
    // By scalars: a quote with a combining mark behind it is another `Character`.
    let doubled = field.unicodeScalars.flatMap { $0 == "\"" ? [$0, $0] : [$0] }
    return "\"" + String(String.UnicodeScalarView(doubled)) + "\""
  }
}
