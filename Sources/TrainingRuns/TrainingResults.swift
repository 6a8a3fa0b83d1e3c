import Analysis

/// What came of a training.
public struct TrainingResults: Codable, Equatable, Sendable {
  /// Judgement by the validation pictures.
  public struct Accuracy: Codable, Equatable, Sendable {
    /// Mean cross-entropy in nats.
    public var loss: Double
    /// Share whose class has the largest logit.
    public var top1: Double
    /// Share whose class is among the five largest logits.
    public var top5: Double
    /// Pictures.
    public var images: Int
  }

  /// A pass over the training pictures, or what the run's end left of one.
  public struct Epoch: Codable, Equatable, Sendable {
    /// Epochs that have passed at its end.
    public var epoch: Double
    /// Side of the pictures at its end.
    public var size: Int
    /// Mean loss of the training pictures as they were shown, smoothing included.
    public var loss: Double
    /// Share of the training pictures, as they were shown, that were told right.
    public var top1: Double
    /// Judgement by the validation pictures, if it was time for it.
    public var validation: Accuracy?
  }

  /// The model's name.
  public var model: String
  /// Steps that were made.
  public var steps: Int
  /// Minutes spent on steps and validations, over all parts of an interrupted run.
  public var minutes: Double
  /// The epochs.
  public var epochs: [Epoch]
  /// Pictures that could not be used, a line each.
  public var failed: [String]

  /// The epoch with the highest top-1 of the validation, the earliest of equals.
  public var best: Epoch? {
    epochs.filter { $0.validation != nil }.max {
      ($0.validation?.top1 ?? 0, $1.epoch) < ($1.validation?.top1 ?? 0, $0.epoch)
    }
  }

  /// The same as JSON.
  public func json() throws -> String { try JSONText.of(self) }
}
