import Engine
import Kernels
import Networks
import Wording

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
  /// Number format of activations and their gradients.
  public let precision: Precision
  /// Threads that share a batch.
  public let workers: Int
  /// oneDNN's names for the code of each dense layer's three passes; none for our own kernels.
  public let implementations: [String: [String]]

  private let current: BatchRun
  private let program: Program
  private let head: Head
  /// The number of pictures that the program is prepared for.
  private var prepared = 0

  /// Compiles a state's network for a shape of batches.
  ///
  /// - Parameters:
  ///   - state: What is trained; its architecture is the network.
  ///   - batch: The most pictures of a batch, at least 2 where batch norm would else see one value.
  ///   - height: Height of the pictures in pixels.
  ///   - width: Width of the pictures in pixels.
  ///   - workers: Threads that share a batch; never more than `batch` are used.
  ///   - precision: `bf16` keeps activations and their gradients as bfloat16, and rounds weights to it
  ///     for products; weights, statistics, attention, sums and the weights' gradients stay float32.
  ///   - instructionSet: What to use of the processor; results differ by rounding only.
  /// - Throws: `TrainingError.network` for what cannot be trained, `ArchitectureError` for pictures that
  ///   are too small or too large, `EngineError` for a missing instruction set or a failing library,
  ///   `MemoryError` if there is no room for it.
  public convenience init(
    _ state: TrainingState, batch: Int, height: Int, width: Int, workers: Int,
    precision: Precision = .f32, instructionSet: InstructionSet = .best
  ) throws {
    try self.init(
      state, batch: batch, height: height, width: width, workers: workers, precision: precision,
      instructionSet: instructionSet, chunkPositions: 1024)
  }

  /// Compiles with another number of positions of a map that a worker takes through the layers between
  /// two meetings: few enough to stay in the cache, many enough to be worth a call.
  package init(
    _ state: TrainingState, batch: Int, height: Int, width: Int, workers: Int,
    precision: Precision, instructionSet: InstructionSet, chunkPositions: Int
  ) throws {
    guard (1...65_536).contains(batch), (1...256).contains(workers) else {
      throw TrainingError.network(
        "batches of \(counted(batch, "picture")) on \(workers) threads; expected 1 to 65536 on 1 to 256"
      )
    }
    try Self.requireMemory(
      for: state.architecture, batch: batch, height: height, width: width, workers: workers,
      precision: precision)
    self.state = state
    self.batch = batch
    self.height = height
    self.width = width
    self.precision = precision
    self.workers = min(workers, batch)
    let crew = try (0..<self.workers).map { try Worker(index: $0) }
    current = BatchRun(
      variant: try instructionSet.kernels(precision, forTraining: true), workers: crew,
      capacity: batch)
    let picture = SpatialSize(height: height, width: width)
    let parts = try NetworkPartsReader(state.graph, picture: picture).read()
    var compiler = TrainingCompiler(
      parts, state, batch: current, chunkPositions: chunkPositions)
    let sequence = try compiler.compile(picture)
    guard let head = compiler.head else { throw TrainingError.network("it has no classifier") }
    self.head = head
    implementations = compiler.implementations
    program = try Program(
      sequence, workers: crew, share: (batch + self.workers - 1) / self.workers,
      chunkPositions: chunkPositions)
    try prepare(batch)
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
  /// - Returns: The batch's loss and hits.
  /// - Throws: `TrainingError.batch` for a wrong count or label, `TrainingError.diverged` naming the
  ///   first layer whose values are not finite; the state's gradients are then not to be used.
  public func forwardBackward(
    pixels: [Float], labels: [Int], labelSmoothing: Double = 0, computesInputGradient: Bool = false
  ) throws -> BatchResult {
    let count = try count(of: pixels)
    guard labels.count == count else {
      throw TrainingError.batch(
        "\(counted(labels.count, "label")) for \(counted(count, "picture"))")
    }
    guard count > 1 || batch == 1 else {
      throw TrainingError.batch("1 picture; batch norm needs at least 2")
    }
    let classes = head.classes
    if let index = labels.firstIndex(where: { !(0..<classes).contains($0) }) {
      throw TrainingError.batch(
        "label \(labels[index]) of picture \(index); expected 0 to \(classes - 1)")
    }
    current.labels = labels
    current.labelSmoothing = labelSmoothing
    var inputGradient = [Float](repeating: 0, count: computesInputGradient ? pixels.count : 0)
    try inputGradient.withUnsafeMutableBufferPointer { gradient in
      current.inputGradient = computesInputGradient ? gradient.baseAddress : nil
      defer { current.inputGradient = nil }
      try run(pixels, count: count, isTraining: true)
    }
    let result = head.result
    guard result.loss.isFinite else {
      throw TrainingError.diverged(step: state.stepCount + 1, place: "the loss")
    }
    state.accumulatedCount += count
    let share = 1 / Float(count)
    return BatchResult(
      count: count, loss: result.loss, correct: result.correct,
      inputGradient: computesInputGradient ? inputGradient.map { $0 * share } : nil)
  }

  /// Runs a batch with the running statistics, as the finished network would, and changes nothing.
  ///
  /// - Parameter pixels: `[N, 3, height, width]`, N at most `batch`.
  /// - Returns: Logits `[N, classes]`.
  /// - Throws: `TrainingError.batch` if the count does not fit.
  public func logits(pixels: [Float]) throws -> [Float] {
    let count = try count(of: pixels)
    try run(pixels, count: count, isTraining: false)
    return Array(
      UnsafeBufferPointer(
        start: head.logits.floats, count: count * head.classes))
  }

  /// Seconds that each worker has spent on each part since the last call; measured from the first call
  /// on.
  package func takeTimes() -> [[TrainingPart: Double]] {
    program.measures = true
    return current.workers.map { worker in
      defer { worker.seconds = worker.seconds.map { _ in 0 } }
      return Dictionary(
        uniqueKeysWithValues: TrainingPart.allCases.map { ($0, worker.seconds[$0.index]) })
    }
  }

  private func count(of pixels: [Float]) throws(TrainingError) -> Int {
    let size = 3 * height * width
    let count = pixels.count / size
    guard pixels.count % size == 0, (1...batch).contains(count) else {
      throw .batch(
        "\(counted(pixels.count, "value")); expected 1 to \(batch) times 3 × \(height) × \(width)")
    }
    return count
  }

  private func run(_ pixels: [Float], count: Int, isTraining: Bool) throws {
    try prepare(count)
    current.isTraining = isTraining
    try pixels.withUnsafeBufferPointer { values in
      // oneDNN's memory objects take no constant pointers; nothing writes to pixels.
      current.pixels = values.baseAddress.map { UnsafeMutablePointer(mutating: $0) }
      defer { current.pixels = nil }
      try program.run(forwardOnly: !isTraining)
    }
  }

  private func prepare(_ count: Int) throws {
    guard count != prepared else { return }
    try program.prepare(count: count)
    current.count = count
    prepared = count
  }
}
