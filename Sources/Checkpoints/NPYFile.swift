import Foundation
import Networks

/// Reads NumPy's `.npy`: one array of floating-point numbers, row-major and little-endian.
///
/// - SeeAlso: numpy.lib.format's documentation, versions 1.0 to 3.0.
public enum NPYFile {
  private static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

  /// Whether a file begins as NumPy's do.
  public static func isNPY(_ path: String) throws(CheckpointError) -> Bool {
    let file = try WeightFile(path: path)
    return try file.bytes(at: 0, count: min(6, file.byteCount)) == magic
  }

  /// Reads a file.
  ///
  /// - Throws: `CheckpointError` if it cannot be read, is cut short, or holds something else than
  ///   float16, float32 or float64 in row-major order.
  public static func tensor(contentsOfFile path: String) throws(CheckpointError) -> Tensor {
    let file = try WeightFile(path: path)
    func fail(_ problem: String) -> CheckpointError {
      CheckpointError(file: path, place: "NumPy header", problem: problem)
    }
    let head = try file.bytes(at: 0, count: min(12, file.byteCount))
    guard head.count == 12, head.starts(with: magic), (1...3).contains(head[6]) else {
      throw fail("is none")
    }
    let (start, length) =
      head[6] == 1
      ? (10, Int(head[8]) | Int(head[9]) << 8)
      : (12, Int(head[8]) | Int(head[9]) << 8 | Int(head[10]) << 16 | Int(head[11]) << 24)
    guard length <= 65_536, start + length <= file.byteCount else { throw fail("is cut short") }
    let text = String(decoding: try file.bytes(at: start, count: length), as: UTF8.self)
    let types: [(String, DataType)] = [("<f2", .float16), ("<f4", .float32), ("<f8", .float64)]
    guard let type = types.first(where: { text.contains("'\($0.0)'") })?.1 else {
      throw fail("expected float16, float32 or float64, little-endian")
    }
    guard text.contains("'fortran_order': False") else { throw fail("expected row-major order") }
    guard let open = text.firstIndex(of: "("), let close = text[open...].firstIndex(of: ")") else {
      throw fail("has no shape")
    }
    var shape: [Int] = []
    for word in text[text.index(after: open)..<close].split(separator: ",") {
      let digits = word.trimmingCharacters(in: .whitespaces)
      if digits.isEmpty { continue }
      guard let extent = Int(digits), extent >= 0 else { throw fail("has no shape") }
      shape.append(extent)
    }
    let (byteCount, overflows) = (Graph.count(shape) ?? Int.max)
      .multipliedReportingOverflow(by: type.byteCount)
    guard shape.count <= 32, !overflows, byteCount == file.byteCount - start - length else {
      throw fail("its shape \(shape.prefix(8)) does not fit the file's \(file.byteCount) bytes")
    }
    let bytes = try file.bytes(at: start + length, count: byteCount)
    return Tensor(shape: shape, values: type.floats(bytes) ?? [])
  }
}
