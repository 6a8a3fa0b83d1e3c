import Foundation
import Wording

/// An array on its way to a file: a name, a shape, and a way to its values.
///
/// The values are asked for when they are written and forgotten at once, so that a file may be much
/// larger than memory.
public struct NamedArray {
  /// What an element is.
  public enum Element: Hashable, Sendable {
    /// A number of a safetensors type.
    case number(DataType)
    /// Text of at most so many Unicode scalars; NumPy's `<U`. npz only.
    case text(width: Int)

    /// Size in bytes.
    var byteCount: Int {
      switch self {
      case .number(let type): type.byteCount
      case .text(let width): 4 * width
      }
    }
  }

  /// Name in the file.
  public var name: String
  /// Extents, outermost first; empty for a scalar.
  public var shape: [Int]
  /// Type of the elements.
  public var element: Element
  /// Gives the elements, row-major and little-endian.
  public var bytes: () throws -> [UInt8]

  /// An array of any type by its bytes.
  public init(
    _ name: String, shape: [Int], element: Element, bytes: @escaping () throws -> [UInt8]
  ) {
    self.name = name
    self.shape = shape
    self.element = element
    self.bytes = bytes
  }

  /// An array of float32.
  public init(
    _ name: String, shape: [Int], floats: @autoclosure @escaping () throws -> [Float]
  ) {
    self.init(name, shape: shape, element: .number(.float32)) {
      littleEndian(try floats().map(\.bitPattern))
    }
  }

  /// An array of float64.
  public init(
    _ name: String, shape: [Int], doubles: @autoclosure @escaping () throws -> [Double]
  ) {
    self.init(name, shape: shape, element: .number(.float64)) {
      littleEndian(try doubles().map(\.bitPattern))
    }
  }

  /// An array of int64.
  public init(
    _ name: String, shape: [Int], integers: @autoclosure @escaping () throws -> [Int]
  ) {
    self.init(name, shape: shape, element: .number(.int64)) { littleEndian(try integers()) }
  }

  /// A list of texts, each padded to the longest; npz only.
  public init(_ name: String, texts: [String]) {
    let width = texts.map(\.unicodeScalars.count).max() ?? 0
    // NumPy has no texts of no width.
    self.init(name, shape: [texts.count], element: .text(width: max(1, width))) {
      littleEndian(
        texts.flatMap { text in
          let scalars = text.unicodeScalars.map(\.value)
          return scalars + repeatElement(0, count: max(1, width) - scalars.count)
        })
    }
  }

  /// Bytes that the shape asks for.
  ///
  /// - Throws: `CheckpointError` if they are more than an `Int` can count.
  func byteCount(file: String) throws(CheckpointError) -> Int {
    var count = element.byteCount
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else {
        throw CheckpointError(
          file: file, place: "array '\(name)'", problem: "cannot have the shape \(shape)")
      }
      count = product
    }
    return count
  }

  /// The bytes, checked against the shape.
  func checkedBytes(file: String) throws -> [UInt8] {
    let bytes = try bytes()
    let expected = try byteCount(file: file)
    guard bytes.count == expected else {
      throw CheckpointError(
        file: file, place: "array '\(name)'",
        problem: "shape \(shape) takes \(counted(expected, "byte")), found \(bytes.count)")
    }
    return bytes
  }
}

/// The bytes of some integers, little-endian.
func littleEndian(_ values: [some FixedWidthInteger]) -> [UInt8] {
  values.map(\.littleEndian).withUnsafeBytes { Array($0) }
}
