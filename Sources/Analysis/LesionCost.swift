extension LesionResults {
  /// One lesion's cost at one scale by one measure.
  public struct Cost: Codable, Equatable, Sendable {
    /// The mean over photographs.
    public var mean: Double
    /// 95 % interval: BCa of nats, Tango's of accuracy lost, Clopper and Pearson's of answers changed; empty of
    /// fewer than three photographs.
    public var interval: [Double]
    /// Two-sided p, not corrected; of answers changed and divergence, which cannot fall below zero, against the bound.
    ///
    /// By sign flips of nats, McNemar's exact test of accuracy lost, and the binomial one of answers changed.
    public var p: Double?
    /// p of the two one-sided tests against the bound, the larger of both, not corrected.
    ///
    /// By sign flips, by Tango's score, or binomial. Nil where so few photographs have values so skewed that it would
    /// deceive.
    public var equivalenceP: Double?
    /// The smallest cost that would have been found with 80 % power at a level of 5 %, two-sided; nil where so few
    /// photographs find none.
    public var smallestDetectable: Double?
    /// Right answers lost, and gained, of accuracy; nil of others.
    public var discordant: [Int]?
    /// The verdict; nil of what is exploratory.
    public var judgement: LesionJudgement?

    /// Mean and interval.
    public var estimate: Estimate { Estimate(mean: mean, interval: interval) }

    /// A cost as earlier versions wrote it.
    init(_ estimate: Estimate) {
      mean = estimate.mean
      interval = estimate.interval
    }
  }

  /// One lesion's costs at one scale.
  public struct Costs: Codable, Equatable, Sendable {
    /// Nil without labels.
    public var nll: Cost?
    /// Nil without labels.
    public var accuracy: Cost?
    /// Answers changed.
    public var agreement: Cost
    /// Divergence.
    public var kl: Cost

    /// The cost by a measure.
    public subscript(_ measure: LesionMeasure) -> Cost? {
      get {
        switch measure {
        case .nll: nll
        case .accuracy: accuracy
        case .agreement: agreement
        case .kl: kl
        }
      }
      set {
        switch measure {
        case .nll: nll = newValue
        case .accuracy: accuracy = newValue
        case .agreement: if let newValue { agreement = newValue }
        case .kl: if let newValue { kl = newValue }
        }
      }
    }
  }
}
