import Wording

/// How much of a run its results rest on, where not all of it is recorded.
public struct Unfinished: Codable, Equatable, Sendable {
  /// How many are recorded, those that could not be used among them.
  public var recorded: Int
  /// How many the run is about.
  public var asked: Int
  /// Of what: `photograph`, or `training`.
  public var kind: String

  /// Describes a run that is not finished; nil for one that is.
  public init?(recorded: Int, of asked: Int, _ kind: String = "photograph") {
    guard recorded < asked else { return nil }
    (self.recorded, self.asked, self.kind) = (recorded, asked, kind)
  }

  /// `17 of 200 photographs`.
  public var words: String { "\(recorded) of \(counted(asked, kind))" }

  /// The same as a sentence, for whoever sees the numbers.
  public var sentence: String { "NOT FINISHED: \(words) recorded." }
}
