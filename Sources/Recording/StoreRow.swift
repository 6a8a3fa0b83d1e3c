import Files
import Foundation
import GRDB
import SystemPackage
import Wording

/// A row of a table whose values may be anything; what does not fit is an error that names the place.
struct StoreRow {
  private let row: Row
  private let place: () -> String
  private let fail: (String) -> RecordingError

  /// - Parameters:
  ///   - row: What was read.
  ///   - store: Where from.
  ///   - place: The table and the row's key, for errors.
  init(_ row: Row, in store: RunDatabase, _ place: @escaping @autoclosure () -> String) {
    self.row = row
    self.place = place
    fail = { .damaged(folder: store.folder, file: store.fileName, reason: $0) }
  }

  /// An error about the row.
  func error(_ problem: String) -> RecordingError { fail("\(place()): \(problem)") }

  private func wrong(_ column: String, _ expected: String) -> RecordingError {
    let found =
      switch (row[column] as DatabaseValue).storage {
      case .null: "nothing"
      case .int64(let number): "\(number)"
      case .double(let number): "\(number)"
      case .string(let text): "'\(abbreviated(text))'"
      case .blob(let bytes): "\(bytes.count) bytes"
      }
    return error("\(column) is \(found), expected \(expected)")
  }

  private func isNull(_ column: String) -> Bool { (row[column] as DatabaseValue).isNull }

  /// A whole number within bounds.
  func integer(_ column: String, in range: ClosedRange<Int>) throws -> Int {
    guard case .int64(let number) = (row[column] as DatabaseValue).storage,
      range.contains(Int(number))
    else {
      let most = range.upperBound == .max ? "or more" : "to \(range.upperBound)"
      throw wrong(column, "\(range.lowerBound) \(most)")
    }
    return Int(number)
  }

  /// The same, where there may be none.
  func optionalInteger(_ column: String, in range: ClosedRange<Int>) throws -> Int? {
    isNull(column) ? nil : try integer(column, in: range)
  }

  /// A number; the bounds keep out what is not finite.
  func number(_ column: String, in range: ClosedRange<Double>) throws -> Double {
    let number: Double
    switch (row[column] as DatabaseValue).storage {
    case .double(let value): number = value
    case .int64(let value): number = Double(value)
    default: throw wrong(column, "a number")
    }
    guard range.contains(number) else {
      throw wrong(column, "\(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// The same, where there may be none.
  func optionalNumber(_ column: String, in range: ClosedRange<Double>) throws -> Double? {
    isNull(column) ? nil : try number(column, in: range)
  }

  /// A text of at most so many bytes.
  func text(_ column: String, atMost limit: Int) throws -> String {
    guard case .string(let text) = (row[column] as DatabaseValue).storage else {
      throw wrong(column, "a text")
    }
    guard text.utf8.count <= limit else {
      throw error("\(column) has \(text.utf8.count) bytes, expected at most \(limit)")
    }
    return text
  }

  /// The same, where there may be none.
  func optionalText(_ column: String, atMost limit: Int) throws -> String? {
    isNull(column) ? nil : try text(column, atMost: limit)
  }

  /// A path of at most so many bytes: a text, or bytes that are none.
  func path(_ column: String, atMost limit: Int) throws -> FilePath {
    guard let path = FilePath.fromDatabaseValue(row[column] as DatabaseValue), !path.isEmpty else {
      throw wrong(column, "a path")
    }
    guard path.bytes.count <= limit else {
      throw error("\(column) has \(path.bytes.count) bytes, expected at most \(limit)")
    }
    return path
  }

  /// Little-endian numbers, so many of them where that is known, all finite and within bounds.
  func floats(
    _ column: String, count: Int?,
    in range: ClosedRange<Float> = -.greatestFiniteMagnitude
      ... .greatestFiniteMagnitude
  ) throws -> [Float] {
    let bytes = try bytes(column, of: 4, count: count)
    let values = bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map {
        Float(
          bitPattern: UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
      }
    }
    if let strange = values.first(where: { !range.contains($0) }) {
      throw error("\(column) holds \(strange), expected \(range.lowerBound) to \(range.upperBound)")
    }
    return values
  }

  /// The same, where there may be none.
  func optionalFloats(_ column: String, count: Int, in range: ClosedRange<Float>) throws -> [Float]?
  {
    isNull(column) ? nil : try floats(column, count: count, in: range)
  }

  /// The same with twice the bytes.
  func doubles(_ column: String, count: Int?, in range: ClosedRange<Double>) throws -> [Double] {
    let values = try numbers(column, count: count)
    if let strange = values.first(where: { !range.contains($0) }) {
      throw error("\(column) holds \(strange), expected \(range.lowerBound) to \(range.upperBound)")
    }
    return values
  }

  /// Little-endian float64 numbers that may be any, NaN too.
  func numbers(_ column: String, count: Int?) throws -> [Double] {
    try bytes(column, of: 8, count: count).withUnsafeBytes { bytes in
      (0..<bytes.count / 8).map {
        Double(
          bitPattern: UInt64(
            littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)))
      }
    }
  }

  private func bytes(_ column: String, of size: Int, count: Int?) throws -> Data {
    guard case .blob(let bytes) = (row[column] as DatabaseValue).storage else {
      throw wrong(column, "bytes")
    }
    if let count, bytes.count != size * count { throw wrong(column, "\(size * count)") }
    guard bytes.count.isMultiple(of: size) else {
      throw wrong(column, "a multiple of \(size)")
    }
    return bytes
  }
}
