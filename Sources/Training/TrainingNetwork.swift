import Engine
import Networks

/// A network compiled for training on batches of one shape, forwards and backwards.
///
/// It works on a `TrainingState`, which it shares with networks of other shapes (growing pictures compile
/// another one on the same state). Its threads and its memory live as long as it does; calls come from
/// one thread at a time and return when the work is done. The same state, batch and number of workers
/// give the same bits.
public final class TrainingNetwork {
  /// What is trained.
  public let state: TrainingState
  /// The most pictures of a batch.
  public let batch: Int
  /// Height of the pictures in pixels.
  public let height: Int
  /// Width of the pictures in pixels.
  public let width: Int
  /// Threads that share a batch.
  public let workers: Int

  /// Compiles a state's network for a shape of batches.
  ///
  /// - Parameters:
  ///   - state: What is trained; its architecture is the network.
  ///   - batch: The most pictures of a batch, at least 2 where batch norm would else see one value.
  ///   - height: Height of the pictures in pixels.
  ///   - width: Width of the pictures in pixels.
  ///   - workers: Threads that share a batch; never more than `batch` are used.
  ///   - instructionSet: What to use of the processor; results differ by rounding only.
  /// - Throws: `TrainingError.network` for what cannot be trained, `EngineError` for a missing
  ///   instruction set or a failing library.
  public init(
    _ state: TrainingState, batch: Int, height: Int, width: Int, workers: Int,
    instructionSet: InstructionSet = .best
  ) throws {
    self.state = state
    self.batch = batch
    self.height = height
    self.width = width
    self.workers = workers
  }

  /// Runs a batch forwards and backwards, and adds its gradients to the state's.
  ///
  /// Batch norm uses the batch's statistics and moves the running ones. Several calls before an
  /// `Optimizer.step` accumulate: the step uses the mean over all pictures.
  ///
  /// - Parameters:
  ///   - pixels: `[N, 3, height, width]`, normalised as the network will see them later; N at most
  ///     `batch`, so the last batch of an epoch may be smaller (at least 2 pictures).
  ///   - labels: Class of each picture, from 0.
  ///   - labelSmoothing: Part of the target that is spread evenly over all classes, as in PyTorch.
  ///   - computesInputGradient: Whether the gradient by the pixels is wanted; costs time.
  /// - Throws: `TrainingError.batch` for a wrong count or label, `TrainingError.diverged` naming the
  ///   first layer whose values are not finite; the state's gradients are then not to be used.
  public func forwardBackward(
    pixels: [Float], labels: [Int], labelSmoothing: Double = 0, computesInputGradient: Bool = false
  ) throws -> BatchResult {
    throw TrainingError.network("it is being written")
  }

  /// Runs a batch with the running statistics, as the finished network would, and changes nothing.
  ///
  /// - Parameter pixels: `[N, 3, height, width]`, N at most `batch`.
  /// - Returns: Logits `[N, classes]`.
  /// - Throws: `TrainingError.batch` if the count does not fit.
  public func logits(pixels: [Float]) throws -> [Float] {
    throw TrainingError.network("it is being written")
  }
}
