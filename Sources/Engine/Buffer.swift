import Foundation

/// Memory on a boundary of 64 bytes, the widest vector's and a cache line's.
///
/// `@unchecked Sendable`: plans fill theirs before anyone else sees them and only read afterwards;
/// a runner's are seen by the runner alone, which is not Sendable.
package final class Buffer: @unchecked Sendable {
  package let bytes: Int
  package let raw: UnsafeMutableRawPointer

  /// Zeros.
  package init(bytes: Int) {
    self.bytes = bytes
    raw = .allocate(byteCount: max(bytes, 1), alignment: 64)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: max(bytes, 1))
  }

  /// Floats, filled up with zeros.
  package convenience init(_ values: [Float], count: Int = 0) {
    self.init(bytes: 4 * max(count, values.count))
    floats.update(from: values, count: values.count)
  }

  deinit { raw.deallocate() }

  /// The memory as floats.
  package var floats: UnsafeMutablePointer<Float> { raw.assumingMemoryBound(to: Float.self) }
  /// How many floats there are.
  package var count: Int { bytes / 4 }
}
