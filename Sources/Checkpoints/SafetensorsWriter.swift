import Files
import Foundation

/// Writes safetensors files that anybody's reader takes, and the same bytes for the same content.
public enum SafetensorsWriter {
  /// Writes arrays and texts.
  ///
  /// The header's entries are sorted by descending size of their elements, then by name, and the
  /// header is padded to a multiple of 8, so that every tensor is aligned.
  ///
  /// - Parameters:
  ///   - arrays: Arrays of numbers with distinct names, in any order.
  ///   - metadata: Texts beside them.
  ///   - path: Replaced at once when all is written.
  /// - Throws: `CheckpointError` if an array does not suit the format or the disk refuses, and
  ///   whatever an array's `bytes` throws.
  public static func write(
    _ arrays: [NamedArray], metadata: [String: String] = [:], toFile path: String
  ) throws {
    try written(arrays, metadata: metadata, path: path).commit()
  }

  /// Writes a file as far as the disk and throws it away, to see how long that takes.
  ///
  /// - Throws: As `write(_:metadata:toFile:)`.
  package static func rehearse(
    _ arrays: [NamedArray], metadata: [String: String], besideFile path: String
  ) throws {
    try written(arrays, metadata: metadata, path: path).synchronize()
  }

  private static func written(
    _ arrays: [NamedArray], metadata: [String: String], path: String
  ) throws -> AtomicFile<CheckpointError> {
    let ordered = arrays.sorted {
      ($1.element.byteCount, $0.name) < ($0.element.byteCount, $1.name)
    }
    var file = try AtomicFile(path: path)
    try file.write(header(ordered, metadata: metadata, path: path))
    for array in ordered { try file.write(array.checkedBytes(file: path)) }
    return file
  }

  private static func header(
    _ arrays: [NamedArray], metadata: [String: String], path: String
  ) throws(CheckpointError) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }
        .map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
    }
    var names: Set<String> = ["__metadata__"]
    var offset = 0
    for array in arrays {
      guard case .number(let type) = array.element else {
        throw CheckpointError(
          file: path, place: "array '\(array.name)'",
          problem: "is text, which safetensors keeps in its metadata")
      }
      guard names.insert(array.name).inserted else {
        throw CheckpointError(
          file: path, place: "array '\(array.name)'", problem: "has a name that is taken")
      }
      let end = offset + (try array.byteCount(file: path))
      let shape = array.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(array.name)):{\"dtype\":\"\(type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var json = Array("{\(members.joined(separator: ","))}".utf8)
    json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
    guard json.count <= SafetensorsHeader.largestByteCount else {
      throw CheckpointError(
        file: path, place: "header",
        problem: "\(json.count) bytes, more than the \(SafetensorsHeader.largestByteCount) allowed")
    }
    return littleEndian([UInt64(json.count)]) + json
  }

  /// A JSON string.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
