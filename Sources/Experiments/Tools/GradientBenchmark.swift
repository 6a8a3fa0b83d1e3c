import Analysis
import Engine
import Foundation
import Networks
import Observing
import Wording

/// How fast gradients of nodes with respect to the picture are taken on this machine, beside the way forward.
public struct GradientBenchmark: Sendable {
  /// What `--json` prints.
  struct Report: Codable {
    var model: String
    var size: Int
    var nodes: [String]
    var instructionSet: String
    var processor: String
    var workers: Int
    var imagesPerSecond: Double
    var millisecondsPerImage: Double
    var roundsMilliseconds: [Double]
    var forwardMilliseconds: Double
    var peakMemoryInMegabytes: Double
  }

  private let report: Report

  /// Measures rounds of a run with one gradient of each node, of its middle positions, and rounds without.
  ///
  /// Medians are reported. Compiling the network is not timed.
  ///
  /// - Parameters:
  ///   - name: A network's name or file.
  ///   - nodes: The nodes; none for the last unit of each stage.
  ///   - size: Side of the input in pixels; nil for the model's.
  ///   - instructionSet: What to use of the processor; nil for the best there is.
  ///   - workers: Threads; nil for one a core.
  ///   - seconds: Of all rounds together.
  /// - Throws: One-line errors naming the file, node or setting.
  public init(
    model name: String, nodes: [String] = [], size: Int? = nil, instructionSet: String? = nil,
    workers: Int? = nil, seconds: Double = 5
  ) throws {
    try Benchmark.check(seconds: seconds, size: size)
    let workers = try Machine.workers(workers)
    let set = try EngineChoice.instructionSet(instructionSet)
    let model = try ModelSource.graph(name, size: size)
    let targets = try FieldTarget.targets(nodes, of: model, positions: 1, seed: 1)
    let network = try GradientPlan(
      model.graph, weights: model.weights, picture: model.picture, targets: targets.map(\.node),
      gates: [], instructionSet: set, workers: workers)
    let shapes = try model.graph.shapes(picture: model.picture)
    let seeds = targets.map {
      ($0.node, GraphRunner.middleSeed(shapes[$0.node] ?? [], layout: $0.layout))
    }
    let input = Formula.noise("input", count: 3 * model.picture.count).map { Float($0) }
    func round(_ seconds: Double, takingGradients: Bool) throws -> Double {
      try Benchmark.secondsPerImage(
        workers: workers, seconds: seconds, makeState: { try network.runner() },
        image: { runner in
          try runner.run(input, replacing: [:])
          guard takingGradients else { return }
          for (node, seed) in seeds { _ = try runner.gradient(of: node, seed: seed, holding: []) }
        })
    }
    var (rounds, forward) = ([Double](), [Double]())
    _ = try round(0.2, takingGradients: true)
    let share = seconds / Double(2 * Benchmark.rounds)
    for _ in 0..<Benchmark.rounds {
      rounds.append(try round(share, takingGradients: true))
      forward.append(try round(share, takingGradients: false))
    }
    let median = Benchmark.median(rounds)
    report = Report(
      model: model.name, size: model.picture.height, nodes: targets.map(\.name),
      instructionSet: set.rawValue, processor: Machine.processor, workers: workers,
      imagesPerSecond: 1 / median, millisecondsPerImage: 1e3 * median,
      roundsMilliseconds: rounds.map { 1e3 * $0 },
      forwardMilliseconds: 1e3 * Benchmark.median(forward),
      peakMemoryInMegabytes: Double(Machine.peakMemoryInBytes) / 1e6)
  }

  /// The same as JSON.
  public func json() throws -> String { try JSONText.of(report) }

  /// Lines to print.
  public var text: String {
    [
      "gradients of \(report.nodes.map { visible($0) }.joined(separator: ", ")) in"
        + " \(visible(report.model)) at \(report.size) px, f32, \(report.instructionSet),"
        + " \(counted(report.workers, "worker")) on \(report.processor)",
      Benchmark.rate(report.millisecondsPerImage, rounds: report.roundsMilliseconds),
      String(format: "%8.2f ms of it forwards", report.forwardMilliseconds),
      String(format: "%8.1f MB peak memory", report.peakMemoryInMegabytes),
    ].joined(separator: "\n")
  }
}
