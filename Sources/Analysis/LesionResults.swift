import Foundation

/// What replacing the attention cost: the content of `lesions.json`, format version 1.
public struct LesionResults: Codable, Equatable, Sendable {
  /// The highest format version that this code reads.
  public static let currentFormatVersion = 1

  /// Version of this format; readers refuse a higher one.
  public var formatVersion = currentFormatVersion
  /// Seed of the bootstrap and of the shuffling.
  public var seed: UInt64
  /// Arithmetic of the network: `f32` or `bf16`.
  public var precision: String
  /// The network.
  public var model: Results.Model
  /// How the target was made larger: `crop` or `target`.
  public var `protocol`: String
  /// The scales, ascending.
  public var scales: [Double]
  /// The scale whose attention `frozen` keeps.
  public var frozenScale: Double
  /// Number of photographs that were recorded.
  public var images: Int
  /// Which photographs the numbers rest on.
  public var headline: Results.Headline
  /// How many of these have a class of the network; accuracies rest on them.
  public var labelled: Int
  /// Photographs that could not be used, with the reason.
  public var failed: [Results.Failure]
  /// Accuracy of the intact network at every scale; empty without labels.
  public var intact: [Estimate]
  /// What was done, and what it did: by scope, then by lesion.
  public var conditions: [Condition]

  /// One lesion of some units.
  public struct Condition: Codable, Equatable, Sendable {
    /// What stands in the attention's place: `branch-0`, `uniform`, `mean`, `swapped`, `shuffled`,
    /// `frozen`.
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
    /// The intact network's share of right answers minus the lesioned one's; nil without labels.
    public var accuracyLost: Estimate?
    /// Share of photographs whose first class is the intact network's.
    public var agreement: Estimate
    /// Mean Kullback–Leibler divergence from the intact network, in nats.
    public var divergence: Estimate
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

  /// A lesion as figures and tables call it: `only 3×3`, `frozen at 1.0×`.
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
