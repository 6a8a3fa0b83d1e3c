/// The photographs behind the headline numbers.
public struct Headline: Codable, Equatable, Sendable {
  /// How many photographs the units' statistics rest on.
  public var images: Int
  /// How many photographs have a crop with fewer source pixels than the network's input; they are
  /// left out unless `isConfounded`.
  public var undersampled: Int
  /// True if undersampled photographs were asked for and are counted; sharpness then confounds size,
  /// and nothing is judged.
  public var isConfounded: Bool
}
