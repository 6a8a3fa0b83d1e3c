import Analysis
import Engine
import Networks
import Observing

/// What is put in the attention's place to see whether the selection matters.
public enum Lesion: String, CaseIterable, Codable, Sendable {
  /// The attention of scale 1 (the smallest if 1 is not among them), while the target grows.
  case frozen
  /// The attention of the scale farthest from that, also on the pictures of the others.
  case reverse
  /// The attention of another photograph at the same scale.
  case shuffled
  /// In each unit that of the photograph whose attention there is as far from the own one as that is from what `frozen`
  /// keeps: the dose of `frozen` in another direction.
  case matched
  /// The mean of the unit's attention over all other photographs and scales: what is left without the
  /// picture's say.
  case mean
  /// The attention that `frozen` keeps, moved as the other photographs' moves on average: the picture's own part of
  /// the move is left out.
  case meanShift = "mean-shift"
  /// The own attention without the others' average move: only the picture's own part is left.
  case pictureSpecific = "picture-specific"
  /// The same weight 1/M for every branch.
  case uniform
  /// The attention with the order of the branches reversed.
  case swapped
  /// One branch alone, each in turn.
  case branches
  /// In all units, every scale's attention on every scale's picture.
  case matrix
}

extension Lesion {
  /// Reads `all` or a list of names.
  ///
  /// - Throws: `ExperimentError.usage` naming what is unknown.
  public static func list(_ words: [String]) throws -> [Lesion] {
    if words == ["all"] { return allCases }
    let chosen = try words.map { word in
      guard let lesion = Lesion(rawValue: word) else {
        let known = allCases.map(\.rawValue).joined(separator: ", ")
        throw ExperimentError.usage("unknown lesion '\(word)'; known: all, \(known)")
      }
      return lesion
    }
    guard !chosen.isEmpty else { throw ExperimentError.usage("no lesion is named") }
    return allCases.filter(chosen.contains)
  }
}
