import Foundation

/// Memory that is asked for and cannot be had; one line of text.
public struct MemoryError: Error, Hashable, Sendable, CustomStringConvertible, LocalizedError {
  /// What it is for: `the network at 4096 × 4096 pixels on 2 threads`.
  public var purpose: String
  /// What it takes.
  public var needed: ByteCount
  /// What is left, and of what; nil if that was not asked, and the memory refused.
  public var left: (bytes: ByteCount, of: String)? {
    limit.map { (available ?? ByteCount(0), $0) }
  }

  var available: ByteCount?
  var limit: String?

  /// Says what was refused.
  package init(
    purpose: String, needed: ByteCount, available: ByteCount? = nil, limit: String? = nil
  ) {
    self.purpose = purpose
    self.needed = needed
    self.available = available
    self.limit = limit
  }

  /// One line: what for, how much, how much there is.
  public var description: String {
    guard let left else { return "\(purpose): \(needed) of memory are needed and cannot be had" }
    return "\(purpose): \(needed) of memory are needed, and \(left.of) leaves \(left.bytes)"
  }
  /// The same line.
  public var errorDescription: String? { description }
}
