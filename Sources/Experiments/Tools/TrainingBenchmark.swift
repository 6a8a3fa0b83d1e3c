import Analysis
import Engine
import Foundation
import Networks
import Observing
import Training
import Wording

/// How fast a network trains on this machine: whole steps, on noise.
public struct TrainingBenchmark: Sendable {
  /// What `--json` prints.
  struct Report: Codable {
    var model: String
    var size: Int
    var batch: Int
    var precision: String
    var instructionSet: String
    var processor: String
    var workers: Int
    var imagesPerSecond: Double
    var millisecondsPerImage: Double
    var roundsMilliseconds: [Double]
    var peakMemoryInMegabytes: Double
    var parts: [Part]?
  }

  /// What a step spends its time on; the mean over the workers.
  struct Part: Codable {
    var name: String
    var millisecondsPerImage: Double
  }

  private let report: Report

  /// Measures rounds of forward, backward and optimiser step, of which the median is reported.
  ///
  /// Compiling the network and the first step are not timed, and neither is making batches.
  public init(
    model name: String, size: Int? = nil, batch: Int = 32,
    precision: ZoomExperiment.PrecisionChoice = .f32, instructionSet: String? = nil,
    workers: Int? = nil, seconds: Double = 5, timesParts: Bool = false
  ) throws {
    try Benchmark.check(seconds: seconds, size: size)
    guard (2...4096).contains(batch) else {
      throw ExperimentError.usage("--batch must be between 2 and 4096, not \(batch)")
    }
    let found = try ModelSource.architecture(name)
    let side = size ?? found.size
    let set = try EngineChoice.instructionSet(instructionSet)
    try TrainingNetwork.requireMemory(
      for: found.architecture, batch: batch, height: side, width: side,
      workers: Machine.workers(workers), precision: EngineChoice.precision(precision),
      includingState: true)
    let network = try TrainingNetwork(
      TrainingState(
        found.architecture, weights: .initialized(for: found.architecture, seed: 1)),
      batch: batch, height: side, width: side, workers: Machine.workers(workers),
      precision: EngineChoice.precision(precision), instructionSet: set)
    let trial = Trial(network, side: side)
    try trial.step()
    if timesParts { _ = network.takeTimes() }
    var rounds: [Double] = []
    for _ in 0..<Benchmark.rounds {
      rounds.append(try trial.secondsPerImage(seconds: seconds / Double(Benchmark.rounds)))
    }
    let median = Benchmark.median(rounds)
    report = Report(
      model: found.name, size: side, batch: batch, precision: network.precision.rawValue,
      instructionSet: set.rawValue,
      processor: Machine.processor, workers: network.workers, imagesPerSecond: 1 / median,
      millisecondsPerImage: 1e3 * median, roundsMilliseconds: rounds.map { 1e3 * $0 },
      peakMemoryInMegabytes: Double(Machine.peakMemoryInBytes) / 1e6,
      parts: timesParts ? Self.parts(network.takeTimes(), images: trial.images - batch) : nil)
  }

  /// A batch of noise that is learnt again and again.
  private final class Trial {
    private let network: TrainingNetwork
    private let pixels: [Float]
    private let labels: [Int]
    private(set) var images = 0

    init(_ network: TrainingNetwork, side: Int) {
      self.network = network
      pixels = Formula.noise("input", shape: [network.batch, 3, side, side]).values
      labels = (0..<network.batch).map { $0 % network.state.architecture.classes }
    }

    func step() throws {
      _ = try network.forwardBackward(pixels: pixels, labels: labels, labelSmoothing: 0.1)
      try Optimizer().step(network.state, learningRate: 0.01)
      images += labels.count
    }

    /// Wall time per image, of as many steps as begin within the time.
    func secondsPerImage(seconds: Double) throws -> Double {
      let before = images
      let start = ContinuousClock.now
      repeat { try step() } while (ContinuousClock.now - start) / .seconds(1) < seconds
      return (ContinuousClock.now - start) / .seconds(1) / Double(images - before)
    }
  }

  private static func parts(_ workers: [[TrainingPart: Double]], images: Int) -> [Part] {
    TrainingPart.allCases.map { part in
      let sum = workers.reduce(0) { $0 + ($1[part] ?? 0) }
      return Part(
        name: part.rawValue,
        millisecondsPerImage: 1e3 * sum / Double(workers.count) / Double(images))
    }
  }

  /// The same as JSON.
  public func json() throws -> String { try JSONText.of(report) }

  /// Lines to print.
  public var text: String {
    var lines = [
      "training \(visible(report.model)) at \(report.size) px in batches of \(report.batch), "
        + "\(report.precision), "
        + "\(report.instructionSet), \(counted(report.workers, "worker")) on \(report.processor)",
      Benchmark.rate(report.millisecondsPerImage, rounds: report.roundsMilliseconds),
      String(format: "%8.1f MB peak memory", report.peakMemoryInMegabytes),
    ]
    if let parts = report.parts {
      lines += ["", "part of a step      ms an image"]
      for part in parts {
        lines.append(
          part.name.padding(toLength: 20, withPad: " ", startingAt: 0)
            + String(format: "%11.3f", part.millisecondsPerImage))
      }
    }
    return lines.joined(separator: "\n")
  }
}
