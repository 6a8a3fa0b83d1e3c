import Kernels

/// What a run over a batch is about, and who runs it; changed between runs alone.
final class BatchRun {
  /// Of maps; their numbers are in its format.
  let variant: sk_variant
  let workers: [Worker]
  /// The most pictures.
  let capacity: Int
  /// Pictures of this batch.
  var count = 0
  /// Whether batch norm takes the batch's statistics.
  var isTraining = true
  /// `[N, 3, H, W]`; read only.
  var pixels: UnsafeMutablePointer<Float>?
  var labels: [Int] = []
  var labelSmoothing = 0.0
  /// Where the gradient of the pixels goes, if it is wanted.
  var inputGradient: UnsafeMutablePointer<Float>?

  init(variant: sk_variant, workers: [Worker], capacity: Int) {
    self.variant = variant
    self.workers = workers
    self.capacity = capacity
  }
}
