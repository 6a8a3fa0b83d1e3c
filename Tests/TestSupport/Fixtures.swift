import Foundation
import Networks

/// Where the files that tests compare with lie.
public enum Fixtures {
  /// `Tests/Fixtures` of this checkout.
  public static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

  /// The path of a fixture file.
  public static func path(_ name: String) -> String { folder.appending(path: name).path }

  /// The top of this checkout.
  public static let repository = folder.deletingLastPathComponent().deletingLastPathComponent()
}

/// The largest difference between two lists, relative to the largest magnitude of the second.
public func relativeError(_ actual: [Float], _ expected: [Float]) -> Float {
  guard actual.count == expected.count else { return .infinity }
  let scale = expected.reduce(0) { max($0, abs($1)) }
  var largest: Float = 0
  for (a, b) in zip(actual, expected) {
    if a.isNaN || b.isNaN { return .infinity }
    largest = max(largest, abs(a - b))
  }
  return largest / max(scale, .leastNormalMagnitude)
}

/// FNV-1a of 64 bits in hexadecimal digits, as the fixtures have it of pictures' pixels.
public func fnv1a64(_ bytes: [UInt8]) -> String {
  let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  let digits = String(hash, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
