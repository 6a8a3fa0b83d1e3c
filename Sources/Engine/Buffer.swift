import Foundation

/// Floats on a boundary of 64 bytes, the widest vector's and a cache line's.
///
/// `@unchecked Sendable`: plans fill theirs before anyone else sees them and only read afterwards;
/// a runner's are seen by the runner alone, which is not Sendable.
final class Buffer: @unchecked Sendable {
  let count: Int
  let pointer: UnsafeMutablePointer<Float>

  /// Zeros.
  init(count: Int) {
    self.count = count
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: max(count, 1) * 4)
    pointer = raw.assumingMemoryBound(to: Float.self)
  }

  /// Values, filled up with zeros.
  convenience init(_ values: [Float], count: Int? = nil) {
    self.init(count: max(count ?? 0, values.count))
    pointer.update(from: values, count: values.count)
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }
}
