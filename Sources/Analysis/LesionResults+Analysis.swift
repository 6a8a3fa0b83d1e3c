/// What a lesioned network, or the intact one, made of one stimulus.
public struct LesionObservation: Equatable, Sendable {
  /// Place in the conditions; nil for the intact network.
  public var condition: Int?
  /// Enlargement of the target.
  public var scale: Double
  /// Whether the crop had fewer source pixels than the network's input.
  public var isUndersampled: Bool
  /// Whether the true class came first; nil where it is not known.
  public var isCorrect: Bool?
  /// Against the intact network's output to the same stimulus.
  public var comparison: OutputComparison

  /// Collects what was seen.
  public init(
    condition: Int?, scale: Double, isUndersampled: Bool, isCorrect: Bool?,
    comparison: OutputComparison
  ) {
    self.condition = condition
    self.scale = scale
    self.isUndersampled = isUndersampled
    self.isCorrect = isCorrect
    self.comparison = comparison
  }
}

extension LesionResults {
  /// A condition before anything is measured.
  public struct Plan: Equatable, Sendable {
    /// What stands in the attention's place.
    public var lesion: String
    /// Where.
    public var scope: String
    /// The units whose attention is replaced.
    public var units: [String]

    /// Names a condition.
    public init(lesion: String, scope: String, units: [String]) {
      self.lesion = lesion
      self.scope = scope
      self.units = units
    }
  }

  /// Works out what the lesions cost.
  ///
  /// The photograph is the unit of observation. As in a zoom, photographs with undersampled crops
  /// are left out unless asked for, or there are no others. All intervals share their resamples.
  ///
  /// - Parameters:
  ///   - photographs: Every photograph's observations, in the order of their paths; each has one at
  ///     every scale for the intact network and for every condition.
  ///   - plans: The conditions.
  ///   - model: The network.
  ///   - protocol: `crop` or `target`.
  ///   - scales: Ascending.
  ///   - frozenScale: The scale whose attention `frozen` keeps.
  ///   - precision: `f32` or `bf16`.
  ///   - failed: Photographs that could not be used.
  ///   - options: Seed and sample sizes.
  public init(
    analysing photographs: [[LesionObservation]], plans: [Plan], model: Results.Model,
    protocol: String, scales: [Double], frozenScale: Double, precision: String,
    failed: [Results.Failure] = [], options: AnalysisOptions = AnalysisOptions()
  ) {
    let sharp = photographs.filter { $0.allSatisfy { !$0.isUndersampled } }
    let usesAll = options.includesUndersampled || sharp.isEmpty
    let used = usesAll ? photographs : sharp
    let undersampled = photographs.count - sharp.count
    let table = ObservationTable(used, conditions: plans.count, scales: scales)
    let labelled = table.labelled
    self.init(
      seed: options.seed, precision: precision, model: model, protocol: `protocol`,
      scales: scales, frozenScale: frozenScale, images: photographs.count,
      headline: Results.Headline(
        images: used.count, undersampled: undersampled,
        isConfounded: usesAll && undersampled > 0),
      labelled: labelled.count, failed: failed,
      intact: labelled.isEmpty
        ? []
        : options.estimates(
          of: scales.indices.map { s in labelled.map { table.correct($0, nil, s) } }),
      conditions: plans.indices.map { c in
        Condition(
          lesion: plans[c].lesion, scope: plans[c].scope, units: plans[c].units,
          byScale: Self.effects(c, table, scales: scales, options))
      })
  }

  private static func effects(
    _ condition: Int, _ table: ObservationTable, scales: [Double], _ options: AnalysisOptions
  ) -> [Effect] {
    let labelled = table.labelled
    let places = scales.indices
    let agreement = options.estimates(of: places.map { table.agreement(condition, $0) })
    let divergence = options.estimates(of: places.map { table.divergence(condition, $0) })
    var accuracy: [Estimate] = []
    var lost: [Estimate] = []
    if !labelled.isEmpty {
      accuracy = options.estimates(
        of: places.map { s in labelled.map { table.correct($0, condition, s) } })
      lost = options.estimates(
        of:
          places.map { s in
            labelled.map { table.correct($0, nil, s) - table.correct($0, condition, s) }
          })
    }
    return places.map { s in
      Effect(
        scale: scales[s], accuracy: accuracy.isEmpty ? nil : accuracy[s],
        accuracyLost: lost.isEmpty ? nil : lost[s], agreement: agreement[s],
        divergence: divergence[s])
    }
  }
}

/// Observations by photograph, condition and scale.
private struct ObservationTable {
  /// `[photograph][condition, the intact network last][scale]`.
  private let cells: [[[LesionObservation?]]]
  /// Photographs whose class is known.
  let labelled: [Int]

  init(_ photographs: [[LesionObservation]], conditions: Int, scales: [Double]) {
    cells = photographs.map { observations in
      var rows = [[LesionObservation?]](
        repeating: [LesionObservation?](repeating: nil, count: scales.count),
        count: conditions + 1)
      for observation in observations {
        guard let scale = scales.firstIndex(of: observation.scale),
          (0...conditions).contains(observation.condition ?? conditions)
        else { continue }
        rows[observation.condition ?? conditions][scale] = observation
      }
      return rows
    }
    labelled = photographs.indices.filter { photographs[$0].contains { $0.isCorrect != nil } }
  }

  /// 1 for a right answer; `condition` nil is the intact network.
  func correct(_ photograph: Int, _ condition: Int?, _ scale: Int) -> Double {
    let rows = cells[photograph]
    return rows[condition ?? rows.count - 1][scale]?.isCorrect == true ? 1 : 0
  }

  func agreement(_ condition: Int, _ scale: Int) -> [Double] {
    cells.map { $0[condition][scale]?.comparison.agrees == true ? 1 : 0 }
  }

  func divergence(_ condition: Int, _ scale: Int) -> [Double] {
    cells.map { $0[condition][scale]?.comparison.divergence ?? .nan }
  }
}
