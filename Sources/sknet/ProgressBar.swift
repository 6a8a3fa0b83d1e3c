import ArgumentParser
import Experiments
import Foundation
import Observing

/// Shows how far a run is on standard error: a bar on a terminal, plain lines elsewhere.
final class ProgressBar: RunProgress {
  private let isQuiet: Bool
  private var start = ContinuousClock.now
  private var lastShown: ContinuousClock.Instant?
  private var doneAtStart = 0
  private var noun = "photograph"

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  func counts(_ noun: String) { self.noun = noun }

  func began(done: Int, total: Int) {
    start = .now
    lastShown = nil
    doneAtStart = done
    if done > 0 && done < total { say("resuming: \(done) of \(total) \(noun)s recorded") }
  }

  func advanced(done: Int, total: Int) {
    show(done: done, total: total) { elapsed in
      let rate = Double(done - doneAtStart) / max(elapsed, 1e-9)
      let remaining = rate > 0 ? Double(total - done) / rate : 0
      return String(
        format: "%d/%d  %.1f %@s/s  %@ left", done, total, rate, noun, Self.clock(remaining))
    }
  }

  func trained(_ status: TrainingStatus) {
    show(done: status.step, total: status.steps) { _ in
      String(
        format: "epoch %.2f/%.4g  %d px  loss %.3f  top-1 %.1f %%  %.0f pictures/s  %@ left",
        status.epoch, status.epochs, status.size, status.loss, 100 * status.top1,
        status.imagesPerSecond, Self.clock(status.secondsLeft))
    }
  }

  var isToStop: Bool { Signals.isStopAsked }

  func stoppingByItself<Value>(_ body: () throws -> Value) rethrows -> Value {
    let value = try Signals.waiting(for: body)
    Signals.endIfAsked()
    return value
  }

  func say(_ text: String) {
    if !isQuiet { StatusLine.write(text) }
  }

  func warn(_ text: String) { StatusLine.write(text) }

  /// Shows numbers, unless something was shown a moment ago.
  private func show(done: Int, total: Int, _ numbers: (_ elapsed: Double) -> String) {
    guard !isQuiet else { return }
    let isDrawn = StatusLine.isPossible
    let now = ContinuousClock.now
    let pause: Duration = isDrawn ? .milliseconds(100) : .seconds(10)
    let isLast = done == total
    if let lastShown, now - lastShown < pause, !isLast { return }
    if lastShown == nil && !isDrawn && !isLast {
      lastShown = now
      return
    }
    lastShown = now
    let numbers = numbers((now - start) / .seconds(1))
    if isDrawn {
      let bar = Self.bar(done, of: total, columns: StatusLine.columns - 2 - numbers.count)
      StatusLine.draw(bar + numbers, isLast: isLast)
    } else {
      StatusLine.write(numbers)
    }
  }

  /// A bar of at most 24 columns and a blank; nothing where there is no room for one.
  private static func bar(_ done: Int, of total: Int, columns: Int) -> String {
    let width = min(columns, 24)
    guard width >= 4 else { return "" }
    let filled = total > 0 ? width * min(max(done, 0), total) / total : width
    return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
      + " "
  }

  private static func clock(_ seconds: Double) -> String {
    let whole = Int(min(seconds.rounded(.up), 359_999))
    return whole < 3600
      ? String(format: "%d:%02d", whole / 60, whole % 60)
      : String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
  }
}

extension ProgressBar {
  /// Says where a training or an ablation lies, and which pictures could not be used.
  ///
  /// - Throws: `ExitCode.someImagesFailed` if there are any.
  func conclude(_ place: String, _ folder: String, _ files: [String], failed: [String]) throws {
    say("\(place): \(folder)")
    for path in files { say("  \(path)") }
    for failure in failed { warn("failed: \(failure)") }
    if !failed.isEmpty { throw ExitCode.someImagesFailed }
  }
}
