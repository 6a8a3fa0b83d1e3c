/// What a batch came to, before the step that it asks for.
public struct BatchResult: Hashable, Sendable {
  /// Pictures in the batch.
  public var count: Int
  /// Mean cross-entropy in nats, label smoothing included.
  public var loss: Double
  /// Pictures whose label has the largest logit; of equal ones the first counts.
  public var correct: Int
  /// Gradient of the mean loss by the pixels, `[N, 3, H, W]`, where it was asked for.
  public var inputGradient: [Float]?
}
