import Foundation

/// What replacing the attention cost: the content of `lesions.json`, format version 2.
public struct LesionResults: ResultsDocument, VersionedDocument, Equatable {
  /// The highest format version that this code reads.
  public static let currentFormatVersion = 2

  /// Version of this format; readers refuse a higher one.
  public var formatVersion = currentFormatVersion
  /// Seed of the bootstrap, the permutations and the shuffling.
  public var seed: UInt64
  /// Arithmetic of the network: `f32` or `bf16`.
  public var precision: String
  /// The network.
  public var model: AnalysedModel
  /// How the target was made larger: `crop` or `target`.
  public var `protocol`: String
  /// The scales, ascending.
  public var scales: [Double]
  /// The scale whose attention `frozen` keeps.
  public var frozenScale: Double
  /// Number of photographs that were recorded.
  public var images: Int
  /// Which photographs the numbers rest on.
  public var headline: Headline
  /// How many of these have a class of the network; accuracies and likelihoods rest on them.
  public var labelled: Int
  /// The smallest costs that matter.
  public var bounds: LesionBounds
  /// What is judged; nil in format version 1, which judged nothing.
  public var primary: LesionFamily?
  /// Why there are no verdicts, as a sentence; nil where there are.
  public var withheld: String?
  /// Photographs that could not be used, with the reason.
  public var failed: [FailedPhotograph]
  /// Accuracy of the intact network at every scale; empty without labels.
  public var intact: [Estimate]
  /// Mean negative log-likelihood of the true class in the intact network, in nats, at every scale; empty without
  /// labels.
  public var intactNLL: [Estimate]
  /// What was done, and what it did: by scope, then by lesion.
  public var conditions: [Condition]
  /// Every scale's picture with every scale's attention; nil where that was not asked for.
  public var matrix: Matrix?
  /// How much of the run this rests on; nil of a finished one.
  public var unfinished: Unfinished?

  /// One lesion of some units.
  public struct Condition: Codable, Equatable, Sendable {
    /// What stands in the attention's place: `frozen`, `reverse`, `shuffled`, `matched`, `mean`, `mean-shift`,
    /// `picture-specific`, `uniform`, `swapped`, `branch-0` and so on.
    public var lesion: String
    /// Where: a unit, `SK_3_2`, or the stages up to one, `stages 2–3`.
    public var scope: String
    /// The units whose attention is replaced.
    public var units: [String]
    /// Every scale, ascending.
    public var byScale: [Effect]
  }

  /// What a lesion did at one scale, photographs paired with themselves in the intact network.
  public struct Effect: Codable, Equatable, Sendable {
    /// The scale.
    public var scale: Double
    /// Share of right answers, 0…1; nil without labels.
    public var accuracy: Estimate?
    /// Mean negative log-likelihood of the true class, in nats; nil without labels.
    public var nll: Estimate?
    /// What it costs.
    public var costs: Costs
    /// How far the attention was moved; nil in runs of before, which did not record it.
    public var dose: Dose?

    /// Share of photographs whose first class is the intact network's.
    public var agreement: Estimate {
      Estimate(
        mean: 1 - costs.agreement.mean, interval: costs.agreement.interval.reversed().map { 1 - $0 }
      )
    }
  }

  /// How far a lesion moves the attention: root mean square over channels and branches, each unit counting alike.
  public struct Dose: Codable, Equatable, Sendable {
    /// Mean over photographs of the distance from the photograph's own attention at that scale.
    public var distance: Double
    /// Quartiles over photographs of that distance in units of the photograph's own move: how far its attention
    /// is at that scale from what it is at `frozenScale`; empty where nothing moves.
    public var ratios: [Double]
  }

  /// Pictures of every scale with attention of every scale, in all chosen units.
  public struct Matrix: Codable, Equatable, Sendable {
    /// Where the attention is put.
    public var scope: String
    /// By the picture's scale, then by the attention's, both ascending; on the diagonal each picture has its own.
    public var cells: [[Cell]]
  }

  /// A picture of one scale with the attention of another.
  public struct Cell: Codable, Equatable, Sendable {
    /// Scale of the picture.
    public var picture: Double
    /// Scale of the attention.
    public var attention: Double
    /// Share of right answers, 0…1; nil without labels.
    public var accuracy: Estimate?
    /// Mean negative log-likelihood of the true class, in nats; nil without labels.
    public var nll: Estimate?
    /// Against the same picture with its own attention.
    public var costs: Costs
  }

  /// The content of `lesions.json`: sorted keys, one value a line.
  public func json() throws -> String { try JSONText.of(self) }
}

extension LesionResults {
  /// The condition of a lesion and a scope, if it was measured.
  public func condition(_ lesion: String, _ scope: String) -> Condition? {
    conditions.first { $0.lesion == lesion && $0.scope == scope }
  }

  /// The lesions in the order in which they appear.
  public var lesions: [String] { conditions.map(\.lesion).distinct }

  /// The scopes in the order in which they appear.
  public var scopes: [String] { conditions.map(\.scope).distinct }

  /// The last scope that holds most units: all that were chosen.
  public var widestScope: String? {
    conditions.max { $0.units.count <= $1.units.count }?.scope
  }

  /// A lesion as figures and tables call it: `only 3×3`, `frozen`.
  public func label(_ lesion: String) -> String {
    let branches = model.architecture.branches
    guard lesion.hasPrefix("branch-"), let index = Int(lesion.dropFirst(7)),
      branches.indices.contains(index)
    else { return lesion }
    let size = branches[index].size
    let isUnique = branches.count { $0.size == size } == 1
    return isUnique ? "only \(size)×\(size)" : "only branch \(index)"
  }
}

extension [String] {
  /// Every element once, where it first stands.
  var distinct: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
