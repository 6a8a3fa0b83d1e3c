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

  /// Tells of a step.
  package init(
    step: Int, steps: Int, epoch: Double, epochs: Double, size: Int, loss: Double, top1: Double,
    imagesPerSecond: Double, secondsLeft: Double
  ) {
    self.step = step
    self.steps = steps
    self.epoch = epoch
    self.epochs = epochs
    self.size = size
    self.loss = loss
    self.top1 = top1
    self.imagesPerSecond = imagesPerSecond
    self.secondsLeft = secondsLeft
  }
}
