extension LesionResults {
  private enum Key: CodingKey {
    case formatVersion, seed, precision, model, `protocol`, scales, frozenScale, images, headline
    case labelled, bounds, primary, withheld, failed, intact, intactNLL, conditions, matrix
    case unfinished
  }

  /// Reads results; format version 1 lacks likelihoods, tests, verdicts, doses and the matrix.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    formatVersion = try values.decode(Int.self, forKey: .formatVersion)
    seed = try values.decode(UInt64.self, forKey: .seed)
    precision = try values.decode(String.self, forKey: .precision)
    model = try values.decode(AnalysedModel.self, forKey: .model)
    `protocol` = try values.decode(String.self, forKey: .protocol)
    scales = try values.decode([Double].self, forKey: .scales)
    frozenScale = try values.decode(Double.self, forKey: .frozenScale)
    images = try values.decode(Int.self, forKey: .images)
    headline = try values.decode(Headline.self, forKey: .headline)
    labelled = try values.decode(Int.self, forKey: .labelled)
    bounds = try values.decodeIfPresent(LesionBounds.self, forKey: .bounds) ?? LesionBounds()
    primary = try values.decodeIfPresent(LesionFamily.self, forKey: .primary)
    withheld = try values.decodeIfPresent(String.self, forKey: .withheld)
    failed = try values.decode([FailedPhotograph].self, forKey: .failed)
    intact = try values.decode([Estimate].self, forKey: .intact)
    intactNLL = try values.decodeIfPresent([Estimate].self, forKey: .intactNLL) ?? []
    conditions = try values.decode([Condition].self, forKey: .conditions)
    matrix = try values.decodeIfPresent(Matrix.self, forKey: .matrix)
    unfinished = try values.decodeIfPresent(Unfinished.self, forKey: .unfinished)
  }
}

extension LesionResults.Effect {
  private enum Key: CodingKey {
    case scale, accuracy, nll, costs, dose
    /// Of format version 1.
    case accuracyLost, agreement, divergence
  }

  private enum OwnKey: CodingKey { case scale, accuracy, nll, costs, dose }

  /// Reads an effect; of format version 1 the costs are those that it names.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    scale = try values.decode(Double.self, forKey: .scale)
    accuracy = try values.decodeIfPresent(Estimate.self, forKey: .accuracy)
    nll = try values.decodeIfPresent(Estimate.self, forKey: .nll)
    dose = try values.decodeIfPresent(LesionResults.Dose.self, forKey: .dose)
    if let found = try values.decodeIfPresent(LesionResults.Costs.self, forKey: .costs) {
      costs = found
      return
    }
    let agreement = try values.decode(Estimate.self, forKey: .agreement)
    costs = LesionResults.Costs(
      accuracy: try values.decodeIfPresent(Estimate.self, forKey: .accuracyLost).map {
        LesionResults.Cost($0)
      },
      agreement: LesionResults.Cost(
        Estimate(
          mean: 1 - agreement.mean, interval: agreement.interval.reversed().map { 1 - $0 })),
      kl: LesionResults.Cost(try values.decode(Estimate.self, forKey: .divergence)))
  }

  /// Writes format version 2.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: OwnKey.self)
    try values.encode(scale, forKey: .scale)
    try values.encodeIfPresent(accuracy, forKey: .accuracy)
    try values.encodeIfPresent(nll, forKey: .nll)
    try values.encode(costs, forKey: .costs)
    try values.encodeIfPresent(dose, forKey: .dose)
  }
}
