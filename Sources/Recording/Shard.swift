/// One of the parts in which a run is recorded, each by itself.
///
/// A photograph belongs to a shard by its place in the whole run's order alone, so that shards need not talk.
/// A shard's store lists all of the run's photographs and holds what its own ones showed.
public struct Shard: Codable, Hashable, Sendable, CustomStringConvertible {
  /// Which it is, from 1 to `count`.
  public let number: Int
  /// How many there are.
  public let count: Int

  /// More than any scheduler takes as one array.
  public static let most = 1_000_000

  /// Names a shard; nil if there is none of that number.
  public init?(_ number: Int, of count: Int) {
    guard (1...Self.most).contains(count), (1...count).contains(number) else { return nil }
    (self.number, self.count) = (number, count)
  }

  /// Reads `3/17`; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1] else { return nil }
    self.init(number, of: count)
  }

  /// Whether the item at a place of the whole order, from 0, is one of this shard's.
  public func holds(_ index: Int) -> Bool { index % count + 1 == number }

  /// `3/17`.
  public var description: String { "\(number)/\(count)" }

  var isPossible: Bool { Shard(number, of: count) != nil }
}
