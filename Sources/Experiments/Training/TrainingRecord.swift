import TrainingData

/// How far a run is, beside its tensors; a checkpoint keeps it.
struct TrainingRecord: Codable, Equatable {
  /// Sums over training pictures.
  struct Sums: Codable, Equatable {
    var count = 0
    /// Mean loss times count.
    var loss = 0.0
    var correct = 0

    var meanLoss: Double { loss / Double(max(count, 1)) }
    var accuracy: Double { Double(correct) / Double(max(count, 1)) }

    mutating func add(count: Int, loss: Double, correct: Int) {
      self.count += count
      self.loss += loss * Double(count)
      self.correct += correct
    }
  }

  /// Length and parts of the run, fixed before its first step.
  var run: RunLength
  /// Threads that share a batch; another number rounds sums differently.
  var workers: Int
  /// Sums since the epoch's start and since the last line of the log.
  var epoch = Sums()
  var interval = Sums()
  /// Bytes of the log that belong to the checkpoint.
  var logBytes = 0
  /// Seconds spent on steps and validations.
  var seconds = 0.0
  /// The epochs so far.
  var history: [TrainingResults.Epoch] = []
}
