import Foundation
import Memory

/// Memory on a boundary of 64 bytes, the widest vector's and a cache line's.
///
/// `@unchecked Sendable`: plans fill theirs before anyone else sees them and only read afterwards;
/// a runner's are seen by the runner alone, which is not Sendable.
package final class Buffer: @unchecked Sendable {
  package let bytes: Int
  package let raw: UnsafeMutableRawPointer

  /// Zeros.
  ///
  /// - Throws: `MemoryError` if the system has not so much.
  package init(bytes: Int) throws(MemoryError) {
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, 64, max(bytes, 1)) == 0, let memory else {
      throw MemoryError(purpose: "a buffer", needed: ByteCount(bytes))
    }
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: max(bytes, 1))
    self.bytes = bytes
    raw = memory
  }

  private init() {
    bytes = 0
    raw = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
  }

  /// No memory.
  package static var empty: Buffer { Buffer() }

  /// Floats, filled up with zeros.
  ///
  /// - Throws: As the other initialiser.
  package convenience init(_ values: [Float], count: Int = 0) throws(MemoryError) {
    try self.init(bytes: 4 * max(count, values.count))
    floats.update(from: values, count: values.count)
  }

  deinit { free(raw) }

  /// The memory as floats.
  package var floats: UnsafeMutablePointer<Float> { raw.assumingMemoryBound(to: Float.self) }
  /// How many floats there are.
  package var count: Int { bytes / 4 }
}
