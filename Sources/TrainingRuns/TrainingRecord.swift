import TrainingData
import Wording

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

extension TrainingRecord {
  /// More steps than any run has; sums of a few such counts overflow nothing.
  private static let most = 1 << 40

  /// What no run can have come to, in words that follow the record's name; nil if one can.
  ///
  /// A checkpoint may have been changed by hand.
  var problem: String? {
    func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) -> String? {
      range.contains(value)
        ? nil : "'\(name)' is \(value), expected \(range.lowerBound) to \(range.upperBound)"
    }
    func check(_ name: String, _ value: Double) -> String? {
      (0...1e12).contains(value) ? nil : "'\(name)' is \(value), expected 0 to 1e12"
    }
    func check(_ name: String, _ sums: Sums) -> String? {
      check("\(name).count", sums.count, 0...Self.most)
        ?? check("\(name).correct", sums.correct, 0...max(0, sums.count))
        ?? check("\(name).loss", sums.loss)
    }
    let counts =
      check("run.steps", run.steps, 1...Self.most)
      ?? check("run.stepsPerEpoch", run.stepsPerEpoch, 1...Self.most)
      ?? check("workers", workers, 1...1024) ?? check("logBytes", logBytes, 0...Self.most)
      ?? check("seconds", seconds) ?? check("epoch", epoch) ?? check("interval", interval)
    if let counts { return counts }
    guard history.count <= run.steps else { return "'history' has \(history.count) epochs" }
    for (index, epoch) in history.enumerated() {
      let place = "history.\(index)"
      let wrong =
        check(place + ".epoch", epoch.epoch) ?? check(place + ".loss", epoch.loss)
        ?? check(place + ".top1", epoch.top1) ?? check(place + ".size", epoch.size, 1...32_768)
        ?? epoch.validation.flatMap {
          check(place + ".validation.loss", $0.loss) ?? check(place + ".validation.top1", $0.top1)
            ?? check(place + ".validation.top5", $0.top5)
            ?? check(place + ".validation.images", $0.images, 0...Self.most)
        }
      if let wrong { return wrong }
    }
    return nil
  }

  /// How the record cannot have come to a step of so many pictures each; nil if it can.
  ///
  /// Every step counts its pictures, and every epoch begins the count anew when it enters the history.
  func problem(at step: Int, batch: Int) -> String? {
    let epochs =
      step == run.steps
      ? (step + run.stepsPerEpoch - 1) / run.stepsPerEpoch : step / run.stepsPerEpoch
    guard history.count == epochs else {
      return "the record has come to the end of epoch \(history.count)"
    }
    let steps = step == run.steps ? 0 : step % run.stepsPerEpoch
    guard epoch.count == steps * batch else {
      return "the record has \(counted(epoch.count, "picture")) of its epoch, not \(steps * batch)"
    }
    return nil
  }
}
