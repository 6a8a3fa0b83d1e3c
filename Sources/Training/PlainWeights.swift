/// Weights that are used as the state has them, and where workers add up their gradient.
struct PlainWeights {
  private let state: TrainingState
  private let range: Range<Int>
  /// Where the gradient lies among a worker's.
  private let offset: Int

  init(_ state: TrainingState, _ range: Range<Int>, offset: Int) {
    self.state = state
    self.range = range
    self.offset = offset
  }

  /// Number of weights.
  var count: Int { range.count }

  /// The weights.
  var values: UnsafeMutablePointer<Float> { state.learnt.floats + range.lowerBound }

  /// The weights as a matrix.
  func matrix(_ rows: Int, _ columns: Int) -> Matrix {
    Matrix(values, rows: rows, columns: columns)
  }

  /// A worker's gradient of them.
  func gradient(_ worker: Worker) -> UnsafeMutablePointer<Float> {
    worker.gradients.floats + offset
  }

  /// A worker's gradient of them as a matrix.
  func gradient(_ worker: Worker, _ rows: Int, _ columns: Int) -> Matrix {
    Matrix(gradient(worker), rows: rows, columns: columns)
  }

  /// A job after a batch: adds all workers' gradients to the state's.
  func gather(_ workers: [Worker]) {
    for worker in workers {
      let sum = gradient(worker)
      for index in 0..<range.count {
        state.gradient.floats[range.lowerBound + index] += sum[index]
      }
    }
  }
}
