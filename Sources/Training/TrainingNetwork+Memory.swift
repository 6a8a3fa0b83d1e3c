import Engine
import Memory
import Networks

extension TrainingNetwork {
  /// Checks that a training's memory can be had, before any of it is taken.
  ///
  /// Counted are what is sure to be needed: packed weights and their gradients of every worker, and each
  /// layer's output of every picture. What else it comes to is known, and checked, when the network is
  /// compiled.
  ///
  /// - Parameters:
  ///   - architecture: The network.
  ///   - batch: The most pictures of a batch.
  ///   - height: Height of the pictures in pixels.
  ///   - width: Width of the pictures in pixels.
  ///   - workers: Threads that share a batch.
  ///   - precision: Of activations.
  ///   - includingState: Whether weights and `TrainingState` are yet to be made too.
  /// - Throws: `MemoryError`; `ArchitectureError` if the network or its pictures are none.
  public static func requireMemory(
    for architecture: Architecture, batch: Int, height: Int, width: Int, workers: Int,
    precision: Precision, includingState: Bool = false
  ) throws {
    let input = SpatialSize(height: height, width: width)
    // Learnt values, for all practical purposes.
    let values = architecture.parameters.reduce(0) { $0 + $1.count }
    let state = includingState ? 4 : 0
    let maps = try architecture.layers(input: input).reduce(ByteCount(0)) {
      $0
        + ByteCount(
          [$1.shape[0], $1.output.height, $1.output.width, batch],
          of: precision == .bf16 ? 2 : 4)
    }
    try ProcessMemory.require(
      ByteCount([values, 2 + min(workers, batch) + state], of: 4) + maps,
      for: purpose(batch: batch, input, workers: workers))
  }

  static func purpose(batch: Int, _ input: SpatialSize, workers: Int) -> String {
    "training with batches of \(batch) at \(input.height) × \(input.width) pixels on "
      + (workers == 1 ? "1 thread" : "\(workers) threads")
  }
}
