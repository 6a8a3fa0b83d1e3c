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
  /// Negative log-likelihood of the true class, in nats; nil where it is not known.
  public var nll: Double?
  /// Against the intact network's output to the same stimulus.
  public var comparison: OutputComparison
  /// How far the attention was moved; nil for the intact network, and where it was not recorded.
  public var dose: Double?
  /// How far the photograph's own attention is from that at the scale which `frozen` keeps, in the same units.
  public var ownMove: Double?

  /// Collects what was seen.
  public init(
    condition: Int?, scale: Double, isUndersampled: Bool, isCorrect: Bool?, nll: Double? = nil,
    comparison: OutputComparison, dose: Double? = nil, ownMove: Double? = nil
  ) {
    self.condition = condition
    self.scale = scale
    self.isUndersampled = isUndersampled
    self.isCorrect = isCorrect
    self.nll = nll
    self.comparison = comparison
    self.dose = dose
    self.ownMove = ownMove
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
    /// The scale whose attention it is, of the matrix; nil of a lesion.
    public var attentionScale: Double?

    /// Names a condition.
    public init(lesion: String, scope: String, units: [String], attentionScale: Double? = nil) {
      self.lesion = lesion
      self.scope = scope
      self.units = units
      self.attentionScale = attentionScale
    }
  }
}

/// Observations by photograph, condition and scale.
struct LesionObservationTable {
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
    labelled = photographs.indices.filter {
      photographs[$0].contains { $0.isCorrect != nil && $0.nll != nil }
    }
  }

  private func cell(_ photograph: Int, _ condition: Int?, _ scale: Int) -> LesionObservation? {
    let rows = cells[photograph]
    return rows[condition ?? rows.count - 1][scale]
  }

  /// How many of the labelled photographs are answered right; `condition` nil is the intact network.
  func correct(_ condition: Int?, _ scale: Int) -> BinomialShare {
    BinomialShare(
      labelled.count { cell($0, condition, scale)?.isCorrect == true }, of: labelled.count)
  }

  /// Right answers of the intact network beside the lesioned one's.
  func answers(_ condition: Int, _ scale: Int) -> PairedAnswers {
    var (lost, gained) = (0, 0)
    for photograph in labelled {
      let before = cell(photograph, nil, scale)?.isCorrect == true
      let after = cell(photograph, condition, scale)?.isCorrect == true
      if before, !after { lost += 1 }
      if after, !before { gained += 1 }
    }
    return PairedAnswers(lost: lost, gained: gained, of: labelled.count)
  }

  /// Negative log-likelihoods of the labelled photographs' classes.
  func nll(_ condition: Int?, _ scale: Int) -> [Double] {
    labelled.map { cell($0, condition, scale)?.nll ?? .nan }
  }

  func changes(_ condition: Int, _ scale: Int) -> BinomialShare {
    BinomialShare(
      cells.count { $0[condition][scale]?.comparison.agrees == false }, of: cells.count)
  }

  func divergences(_ condition: Int, _ scale: Int) -> [Double] {
    cells.map { $0[condition][scale]?.comparison.divergence ?? .nan }
  }

  /// How far the attention was moved; nil where that was not recorded.
  func dose(_ condition: Int, _ scale: Int) -> LesionResults.Dose? {
    let found = cells.compactMap { $0[condition][scale] }
    let distances = found.compactMap(\.dose)
    guard !distances.isEmpty, distances.count == found.count else { return nil }
    let ratios = found.compactMap { observation -> Double? in
      guard let dose = observation.dose, let move = observation.ownMove, move > 0 else {
        return nil
      }
      return dose / move
    }.sorted()
    return LesionResults.Dose(
      distance: distances.reduce(0, +) / Double(distances.count),
      ratios: ratios.isEmpty ? [] : [0.25, 0.5, 0.75].map { Bootstrap.quantile(ratios, $0) })
  }
}
