/// How a training stands after a step.
public struct TrainingStatus: Sendable {
  /// Steps made.
  public var step: Int
  /// Steps of the whole run.
  public var steps: Int
  /// Epochs made.
  public var epoch: Double
  /// Epochs of the whole run.
  public var epochs: Double
  /// Side of the pictures in pixels.
  public var size: Int
  /// Mean loss of the epoch so far.
  public var loss: Double
  /// Share of the epoch's pictures so far that were told right.
  public var top1: Double
  /// Pictures a second since the log's last line.
  public var imagesPerSecond: Double
  /// Expected seconds to the end, a step's time taken to grow with its pixels.
  public var secondsLeft: Double
}
