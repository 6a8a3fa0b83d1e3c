import Analysis
import Engine
import Foundation
import Networks
import Observing
import Synchronization
import Wording

/// How fast a network runs on this machine, beside the machine's own sgemm rate.
public struct Benchmark: Sendable {
  /// What `--json` prints.
  struct Report: Codable {
    var model: String
    /// Whether the weights were made up rather than trained; nil if they were read.
    var hasRandomWeights: Bool?
    var size: Int
    var precision: String
    var instructionSet: String
    var processor: String
    var workers: Int
    var imagesPerSecond: Double
    var millisecondsPerImage: Double
    var roundsMilliseconds: [Double]
    var multiplyAdds: Int
    var gigaflopsPerSecond: Double
    var sgemmGigaflopsPerSecond: Double
    var ratioToSgemm: Double
    var peakMemoryInMegabytes: Double
    var layers: [Layer]?
  }

  /// One layer of the plan.
  struct Layer: Codable {
    var name: String
    var implementation: String
    var multiplyAdds: Int
    var milliseconds: Double
    var gigaflopsPerSecond: Double
  }

  private let report: Report

  static let rounds = 5

  /// Measures alternating rounds of the network with all workers and of sgemm (side 3072).
  ///
  /// Medians are reported. Compiling the network is not timed.
  public init(
    model name: String, size: Int? = nil, precision: ZoomExperiment.PrecisionChoice = .f32,
    instructionSet: String? = nil, workers: Int? = nil, seconds: Double = 5,
    timesLayers: Bool = false
  ) throws {
    try Benchmark.check(seconds: seconds, size: size)
    let workers = try Machine.workers(workers)
    let (plan, network, side) = try Self.plan(name, size, precision, instructionSet, workers)
    var rounds: [Double] = []
    var sgemm: [Double] = []
    var peakMemory = 0
    _ = try Self.secondsPerImage(plan, workers: workers, seconds: 0.2)
    for round in 0..<Self.rounds {
      rounds.append(
        try Self.secondsPerImage(plan, workers: workers, seconds: seconds / Double(Self.rounds)))
      // Before sgemm's own matrices count.
      if round == 0 { peakMemory = Machine.peakMemoryInBytes }
      sgemm.append(try sgemmRate(threads: workers))
    }
    let macs = plan.macs
    let median = Self.median(rounds)
    let rate = 2 * Double(macs) / median / 1e9
    report = Report(
      model: network.name, hasRandomWeights: network.hasRandomWeights ? true : nil, size: side,
      precision: plan.precision.rawValue,
      instructionSet: plan.instructionSet.rawValue, processor: Machine.processor,
      workers: workers, imagesPerSecond: 1 / median, millisecondsPerImage: 1e3 * median,
      roundsMilliseconds: rounds.map { 1e3 * $0 }, multiplyAdds: macs, gigaflopsPerSecond: rate,
      sgemmGigaflopsPerSecond: Self.median(sgemm), ratioToSgemm: rate / Self.median(sgemm),
      peakMemoryInMegabytes: Double(peakMemory) / 1e6,
      layers: timesLayers ? try Self.layers(of: plan, side) : nil)
  }

  /// Refuses times and sizes that are none.
  static func check(seconds: Double, size: Int?) throws {
    guard seconds > 0 && seconds <= 3600 else {
      throw ExperimentError.usage("--seconds must be between 0 and 3600, not \(seconds)")
    }
    if let size, !(1...8192).contains(size) {
      throw ExperimentError.usage("--size must be between 1 and 8192, not \(size)")
    }
  }

  private static func plan(
    _ name: String, _ size: Int?, _ precision: ZoomExperiment.PrecisionChoice,
    _ instructionSet: String?, _ workers: Int
  ) throws -> (Plan, RunnableNetwork, Int) {
    let found = try ModelSource.runnable(name, size: size)
    let side = size ?? found.preprocessing.size
    let plan = try found.plan(
      side: side, precision: EngineChoice.precision(precision),
      instructionSet: EngineChoice.instructionSet(instructionSet), workers: workers)
    return (plan, found, side)
  }

  private static func secondsPerImage(
    _ plan: Plan, workers: Int, seconds: Double
  ) throws -> Double {
    let input = Formula.noise("input", count: plan.inputCount).map { Float($0) }
    return try secondsPerImage(
      workers: workers, seconds: seconds, makeState: { try Runner(plan) },
      image: { try $0.run(input) })
  }

  /// Wall time per image with every worker busy until the time is over.
  static func secondsPerImage<State>(
    workers: Int, seconds: Double, makeState: @Sendable @escaping () throws -> State,
    image: @Sendable @escaping (State) throws -> Void
  ) throws -> Double {
    let counts = Mutex((images: 0, start: ContinuousClock.Instant?.none))
    let elapsed = Mutex(0.0)
    try mapInOrder(
      count: workers, workers: workers, makeState: makeState,
      transform: { state, _ in
        try image(state)
        let start = counts.withLock { state in
          let start = state.start ?? .now
          state.start = start
          return start
        }
        var images = 0
        repeat {
          try image(state)
          images += 1
        } while (ContinuousClock.now - start) / .seconds(1) < seconds
        let total = (ContinuousClock.now - start) / .seconds(1)
        counts.withLock { $0.images += images }
        elapsed.withLock { $0 = max($0, total) }
      }, consume: { _, _ in true })
    return elapsed.withLock { $0 } / Double(max(counts.withLock { $0.images }, 1))
  }

  /// Median time of each layer on one core.
  private static func layers(of plan: Plan, _ side: Int) throws -> [Layer] {
    let input = Formula.noise("input", count: plan.inputCount).map { Float($0) }
    let times = Mutex([[Double]]())
    try mapInOrder(
      count: 1, workers: 1, makeState: { try Runner(plan, timesLayers: true) },
      transform: { runner, _ in
        for _ in 0..<12 {
          let before = runner.layerNanoseconds
          try runner.run(input)
          let run = zip(runner.layerNanoseconds, before).map { Double($0 - $1) / 1e9 }
          times.withLock { $0.append(run) }
        }
      }, consume: { _, _ in true })
    let runs = times.withLock { Array($0.dropFirst(2)) }
    return plan.layers.indices.map { index in
      let seconds = median(runs.map { $0[index] })
      let layer = plan.layers[index]
      return Layer(
        name: layer.name, implementation: layer.implementation, multiplyAdds: layer.macs,
        milliseconds: 1e3 * seconds,
        gigaflopsPerSecond: 2 * Double(layer.macs) / max(seconds, 1e-12) / 1e9)
    }
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// A line that says how fast images pass, by the median of some rounds.
  static func rate(_ milliseconds: Double, rounds: [Double]) -> String {
    String(
      format: "%8.1f images/s   %.2f ms an image (best %.2f, worst %.2f of %d rounds)",
      1e3 / milliseconds, milliseconds, rounds.min() ?? 0, rounds.max() ?? 0, rounds.count)
  }

  /// The same as JSON.
  public func json() throws -> String { try JSONText.of(report) }

  /// Lines to print.
  public var text: String {
    var lines = [
      "\(visible(report.model)) at \(report.size) px, \(report.precision), \(report.instructionSet), "
        + "\(counted(report.workers, "worker")) on \(report.processor)"
        + (report.hasRandomWeights == true ? ", random weights" : ""),
      Self.rate(report.millisecondsPerImage, rounds: report.roundsMilliseconds),
      String(
        format: "%8.1f GFLOP/s (2 × %.3f GMACs an image)", report.gigaflopsPerSecond,
        Double(report.multiplyAdds) / 1e9),
      String(
        format: "%8.1f GFLOP/s sgemm (side 3072); the network runs at %.2f of it",
        report.sgemmGigaflopsPerSecond, report.ratioToSgemm),
      String(format: "%8.1f MB peak memory", report.peakMemoryInMegabytes),
    ]
    if let layers = report.layers {
      lines.append("")
      lines.append(Self.row("layer (one core)", "ms", "MMACs", "GFLOP/s", "implementation"))
      for layer in layers {
        lines.append(
          Self.row(
            layer.name, String(format: "%.3f", layer.milliseconds),
            String(format: "%.1f", Double(layer.multiplyAdds) / 1e6),
            String(format: "%.1f", layer.gigaflopsPerSecond), layer.implementation))
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func row(
    _ name: String, _ ms: String, _ macs: String, _ rate: String, _ implementation: String
  ) -> String {
    func left(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    func right(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    return left(name, 26) + right(ms, 9) + right(macs, 9) + right(rate, 9) + "  " + implementation
  }
}
