import Foundation

/// A number of bytes, added up and multiplied without overflow: beyond an `Int` it stays the largest.
public struct ByteCount: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The bytes; `Int.max` stands for that many or more.
  public let value: Int

  /// So many bytes; none for a negative number.
  public init(_ value: Int) { self.value = max(0, value) }

  /// The product of some extents and the bytes of an element.
  public init(_ extents: [Int], of size: Int) {
    self = extents.reduce(ByteCount(size)) { $0 * $1 }
  }

  /// What a user wrote: `800M`, `1.5 GB` in powers of ten, `4GiB` in powers of two; nil if it is no such
  /// thing.
  public init?(argument: String) {
    let text = argument.lowercased()
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let number = Double(digits) else { return nil }
    let powers = ["": 0.0, "b": 0, "k": 1, "m": 2, "g": 3, "t": 4]
    var unit = text.dropFirst(digits.count).drop { $0 == " " }
    if unit.count > 1, unit.hasSuffix("b") { unit = unit.dropLast() }
    let isBinary = unit.count > 1 && unit.hasSuffix("i")
    if isBinary { unit = unit.dropLast() }
    guard let power = powers[String(unit)] else { return nil }
    let bytes = number * pow(isBinary ? 1024 : 1000, power)
    self.init(bytes < 0x1p62 ? Int(bytes) : .max)
  }

  /// The sum.
  public static func + (a: ByteCount, b: ByteCount) -> ByteCount {
    let (sum, overflow) = a.value.addingReportingOverflow(b.value)
    return ByteCount(overflow ? .max : sum)
  }

  /// So many times as much.
  public static func * (a: ByteCount, b: Int) -> ByteCount {
    let (product, overflow) = a.value.multipliedReportingOverflow(by: max(0, b))
    return ByteCount(overflow ? .max : product)
  }

  /// Orders by the number of bytes.
  public static func < (a: ByteCount, b: ByteCount) -> Bool { a.value < b.value }

  /// Three digits and a unit: `4.83 GB`.
  public var description: String {
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"]
    var (size, unit) = (Double(value), 0)
    while size >= 999.5, unit + 1 < units.count { (size, unit) = (size / 1000, unit + 1) }
    if unit == 0 { return "\(value) bytes" }
    let scale = size < 9.995 ? 100.0 : size < 99.95 ? 10 : 1
    let rounded = (size * scale).rounded() / scale
    return (scale == 1 ? "\(Int(rounded))" : "\(rounded)") + " \(units[unit])"
  }
}
