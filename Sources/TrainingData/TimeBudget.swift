/// Fits a run's length to a time, from what its parts were measured to take.
public struct TimeBudget: Hashable, Sendable {
  /// Seconds that the run may take.
  public var seconds: Double
  /// Seconds of a step by the side of its pictures.
  public var secondsPerStep: [Int: Double]
  /// Seconds of what is written at every epoch's end.
  public var secondsPerEpoch: Double
  /// Seconds of one validation.
  public var secondsPerValidation: Double
  /// Epochs from one validation to the next.
  public var epochsPerValidation: Int

  /// Describes a budget.
  public init(
    seconds: Double, secondsPerStep: [Int: Double], secondsPerEpoch: Double = 0,
    secondsPerValidation: Double, epochsPerValidation: Int
  ) {
    self.seconds = seconds
    self.secondsPerStep = secondsPerStep
    self.secondsPerEpoch = secondsPerEpoch
    self.secondsPerValidation = secondsPerValidation
    self.epochsPerValidation = max(1, epochsPerValidation)
  }

  /// What a run of some length would take, in seconds.
  public func seconds(of run: RunLength, sizes: SizeSchedule) -> Double {
    let steps = zip(sizes.phases, sizes.steps(of: run)).reduce(0) {
      $0 + Double($1.1) * (secondsPerStep[$1.0.size] ?? 0)
    }
    let validations = (run.epochs / Double(epochsPerValidation)).rounded(.up)
    return steps + run.epochs.rounded(.up) * secondsPerEpoch + validations * secondsPerValidation
  }

  /// The longest run that fits, at least one step.
  public func longestRun(stepsPerEpoch: Int, sizes: SizeSchedule) -> RunLength {
    func run(_ steps: Int) -> RunLength { RunLength(steps: steps, stepsPerEpoch: stepsPerEpoch) }
    func fits(_ steps: Int) -> Bool { seconds(of: run(steps), sizes: sizes) <= seconds }
    var upper = 2
    while upper < 1 << 40, fits(upper) { upper *= 2 }
    var lower = 1
    while upper - lower > 1 {
      let middle = (lower + upper) / 2
      if fits(middle) { lower = middle } else { upper = middle }
    }
    return run(lower)
  }
}
