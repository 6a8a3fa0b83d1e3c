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
    var file = try AtomicFile(path: path)
    var pending = Array(line(header).utf8)
    for (index, row) in rows.enumerated() {
      guard row.count == header.count else {
        throw CheckpointError(
          file: path, place: "row \(index + 1)",
          problem: "expected \(header.count) fields, found \(row.count)")
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
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}
