import Analysis
import Checkpoints
import Engine
import Figures
import Files
import Foundation
import Networks
import Pictures
import Stimuli

/// Measures receptive fields: networks and pictures in, a folder with results, maps and figures out.
public struct FieldRun: Sendable {
  /// What is measured.
  public let experiment: FieldExperiment

  /// What a run leaves.
  public struct Outcome: Sendable {
    /// The statistics.
    public var results: FieldResults
    /// The same as a table to print.
    public var table: String
    /// The folder.
    public var folder: String
    /// Files written into it.
    public var files: [String]
  }

  /// Prepares to measure; nothing happens yet.
  public init(_ experiment: FieldExperiment) { self.experiment = experiment }

  /// Measures, analyses and draws.
  ///
  /// - Parameter progress: Told about every picture.
  /// - Returns: The results and where they lie.
  /// - Throws: One-line errors naming the file or setting.
  public func perform(reporting progress: some RunProgress = NoProgress()) throws -> Outcome {
    try checkIsNew(experiment.out)
    var model = try ModelSource.graph(experiment.model, size: experiment.size)
    if model.hasRandomWeights {
      progress.say(
        "\(model.name): no weights ship with it; these are random, so that the fields are those of an"
          + " untrained network")
      model.name += " (random weights)"
    }
    let (height, width) = (model.picture.height, model.picture.width)
    let targets = try FieldTarget.targets(
      experiment.nodes, of: model, positions: experiment.positions, seed: experiment.seed)
    let program = try GraphProgram(model.graph, weights: model.weights, picture: model.picture)
    let source = try FieldSource(experiment, model: model, reporting: progress)
    let setting = FieldObserver.Setting(
      program: program, targets: targets, gates: model.graph.gates(program.shapes).map(\.node),
      measure: experiment.measure)
    let scales = source.scales
    var observations = targets.map { _ in [[FieldObservation?]]() }
    var averages = targets.map { _ in
      scales.map { _ in FieldAverage(height: height, width: width) }
    }
    var failed: [Results.Failure] = []
    progress.began(done: 0, total: source.count)
    try mapInOrder(
      count: source.count, workers: Machine.workers(experiment.workers),
      makeState: { try FieldObserver(setting) },
      transform: { observer, index -> Result<FieldObserver.Outcome, ExperimentError> in
        let inputs: [[Float]]
        do {
          inputs = try source.inputs(of: index)
        } catch {
          return .failure(.failure("\(error)"))
        }
        return .success(try observer.observe(inputs, named: source.name(of: index)))
      },
      consume: { index, outcome in
        switch outcome {
        case .failure(let error):
          failed.append(.init(path: source.name(of: index), error: "\(error)"))
        case .success(let outcome):
          for place in targets.indices {
            observations[place].append(outcome.observations[place])
            for step in scales.indices {
              averages[place][step].add(outcome.maps[place][step])
            }
          }
        }
        progress.advanced(done: index + 1, total: source.count)
        return true
      })
    guard observations.first?.isEmpty == false else {
      throw ExperimentError.failure(
        "no photograph could be used; the first: \(failed.first?.error ?? "none")")
    }
    let measured = targets.enumerated().map { place, target in
      MeasuredNode(
        name: target.name, theoretical: target.theoretical, centre: target.centre,
        observations: observations[place], averages: averages[place])
    }
    let results = FieldResults(
      seed: experiment.seed, model: model.name, sha256: model.sha256, input: [height, width],
      shown: source.shown,
      protocol: source.shown == .noise ? nil : experiment.zoomProtocol.rawValue,
      measure: experiment.measure, positions: targets.map(\.positions.count).max() ?? 0,
      failed: failed, measured: measured, scales: scales)
    return try write(results, measured, scales)
  }

  private func write(
    _ results: FieldResults, _ measured: [MeasuredNode], _ scales: [Double]
  ) throws -> Outcome {
    let folder = experiment.out
    try makeFolder(folder)
    let table = FieldTable(results).text
    let files = ["results.json", "table.txt", "maps.safetensors", "field-maps.png"].map {
      "\(folder)/\($0)"
    }
    try TextFile.write(results.json() + "\n", toFile: files[0])
    try TextFile.write(table + "\n", toFile: files[1])
    try SafetensorsWriter.write(
      measured.flatMap { node in
        zip(scales, node.averages).flatMap { scale, average in
          arrays("\(node.name).\(scale)", average)
        }
      },
      metadata: [
        "model": results.model, "tool": "sknet \(ToolVersion.current)",
        "measure": results.measure.rawValue,
        "centre":
          "[\(results.input[0]), \(results.input[1])] of every map, a part of a pixel apart",
      ], toFile: files[2])
    try FieldMaps(results, maps: measured.map { $0.averages.map(\.mean) })
      .write(toFile: files[3], format: .png)
    return Outcome(results: results, table: table, folder: folder, files: files)
  }

  private func arrays(_ name: String, _ average: FieldAverage) -> [NamedArray] {
    let shape = [average.size.height, average.size.width]
    let mean = NamedArray("map.\(name)", shape: shape, floats: average.mean.values.map(Float.init))
    guard let error = average.standardError else { return [mean] }
    return [
      mean,
      NamedArray("error.\(name)", shape: shape, floats: error.values.map(Float.init)),
    ]
  }
}

extension FieldTarget {
  /// The theoretical centre, averaged over positions.
  fileprivate var centre: FieldMap.Point {
    let count = Double(max(positions.count, 1))
    return FieldMap.Point(
      row: positions.reduce(0) { $0 + $1.centre.row } / count,
      column: positions.reduce(0) { $0 + $1.centre.column } / count)
  }
}
