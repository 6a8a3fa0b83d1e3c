import Analysis
import Checkpoints
import Figures
import Foundation
import Observing
import Recording
import Stimuli

/// A fields run's folder: what was measured, from which sizes and maps follow without the network.
public struct RecordedFields: RecordedInStore {
  /// What a run found.
  public typealias Findings = FieldResults

  /// `fields`.
  public static let kind = "fields"
  /// What it is called.
  public static let title = "a fields run"
  /// The sizes, the same as a table, and the average maps.
  public static let documents = ["results.json", "table.txt", "maps.safetensors"]

  /// The folder.
  public let folder: String
  /// The run's store.
  public let store: RunStore
  let description: RunDescription
  let specification: FieldSpecification
  private let memory = Memory()

  /// The measured nodes: reading them takes all maps.
  private final class Memory {
    var measured: (nodes: [MeasuredNode], failed: [FailedPhotograph])?
  }

  /// Opens a fields run whose store is open.
  public init(folder: String, store: RunStore) throws {
    self.folder = folder
    self.store = store
    description = try store.description()
    let json = description.specification
    specification = try store.decoded("specification") { try FieldSpecification(json: json) }
    if let problem = specification.problem { throw store.damaged("specification: \(problem)") }
  }

  /// The sizes, worked out anew from what was recorded.
  public func results() throws -> FieldResults {
    let (nodes, failed) = try measured()
    guard nodes.first?.observations.isEmpty == false else {
      throw noneUsable(failed)
    }
    var results = FieldResults(
      seed: specification.seed, model: description.modelName, sha256: description.modelSHA256,
      input: specification.input, shown: specification.shown,
      protocol: specification.stimuli?.protocol.rawValue, measure: specification.measure,
      positions: specification.targets.map(\.centres.count).max() ?? 0, failed: failed,
      measured: nodes, scales: specification.scales)
    results.unfinished = try store.unfinished()
    return results
  }

  /// Hands over every picture that is done, with its observations, `[target][scale]`, and its maps,
  /// `[target][scale][position]`; failed ones have none.
  func forEachPicture(
    _ body: (RecordedImage, [[FieldObservation?]], [[[FieldMap]]]) throws -> Void
  ) throws {
    let (height, width) = (specification.input[0], specification.input[1])
    let scales = specification.scales.indices
    try store.forEachMeasurement(counts: specification.counts) { image, arrays in
      guard image.error == nil, let numbers = arrays.first else { return try body(image, [], []) }
      guard numbers.allSatisfy({ $0.isNaN || abs($0) < 1e9 }),
        arrays.dropFirst().allSatisfy({ $0.allSatisfy { $0 >= 0 && $0 < 1e100 } })
      else {
        throw RecordingError.damaged(
          folder: folder,
          reason: "table measurement, photograph \(image.index): holds a number that none measures")
      }
      let count = FieldObservation.numberCount
      var maps = arrays.dropFirst()[...]
      let observations = specification.targets.indices.map { target in
        scales.map { scale in
          let start = (target * scales.count + scale) * count
          return FieldObservation(numbers: Array(numbers[start..<start + count]))
        }
      }
      try body(
        image, observations,
        specification.targets.map { target in
          scales.map { _ in
            target.centres.map { _ in
              FieldMap(height: height, width: width, values: maps.removeFirst())
            }
          }
        })
    }
  }

  private func measured() throws -> (nodes: [MeasuredNode], failed: [FailedPhotograph]) {
    if let measured = memory.measured { return measured }
    let targets = specification.targets
    var failed: [FailedPhotograph] = []
    var nodes: [MeasuredNode] = []
    try forEachPicture { image, observations, maps in
      if let error = image.error {
        failed.append(.init(path: image.path.text, error: error))
        return
      }
      // Averages are as large as the specification says: a picture has to be so before.
      if nodes.isEmpty { nodes = targets.map { MeasuredNode($0, specification) } }
      for place in targets.indices {
        nodes[place].observations.append(observations[place])
        for (step, maps) in maps[place].enumerated() {
          nodes[place].averages[step].add(
            zip(maps, targets[place].centres).map { (map: $0, centre: $1) })
        }
      }
    }
    memory.measured = (nodes, failed)
    return (nodes, failed)
  }

  /// The sizes as a table to print.
  public func table(of results: FieldResults) -> String { FieldTable(results).text }

  /// Why pictures could not be used.
  public func failures(in results: FieldResults) -> [String] { results.failed.map(\.error) }

  /// Writes the table, and the average maps with their standard errors.
  public func writeDocuments(_ results: FieldResults, to paths: [String]) throws {
    try TextFile.write(FieldTable(results).text + "\n", toFile: paths[1])
    try SafetensorsWriter.write(averages(), metadata: metadata(), toFile: paths[2])
  }

  /// `field-maps`.
  public func figures(of results: FieldResults) throws -> [(title: String, figure: any Figure)] {
    let maps = try measured().nodes.map { $0.averages.map(\.mean) }
    return [("Average fields", FieldMapFigure(results, maps: maps))]
  }

  /// The page with everything in it.
  public func page(
    of results: FieldResults, table: String, figures: [(title: String, svg: String)]
  ) -> Report {
    Report(results: results, table: table, figures: figures)
  }

  /// The average maps, `map.NODE.SCALE`, and their standard errors, `error.NODE.SCALE`.
  func averages() throws -> [NamedArray] {
    try measured().nodes.flatMap { node in
      zip(specification.scales, node.averages).flatMap { scale, average in
        Self.arrays("\(node.name).\(scale)", average)
      }
    }
  }

  /// What describes the maps.
  func metadata() -> [String: String] {
    [
      "model": description.modelName, "tool": "sknet \(ToolVersion.current)",
      "measure": specification.measure.rawValue,
      "centre":
        "[\(specification.input[0]), \(specification.input[1])] of every map, a part of a pixel apart",
    ]
  }

  private static func arrays(_ name: String, _ average: FieldAverage) -> [NamedArray] {
    let shape = [average.size.height, average.size.width]
    let mean = NamedArray("map.\(name)", shape: shape, floats: average.mean.values.map(Float.init))
    guard let error = average.standardError else { return [mean] }
    return [
      mean,
      NamedArray("error.\(name)", shape: shape, floats: error.values.map(Float.init)),
    ]
  }
}

extension RecordedFields: ShowsStimuli {
  var shown: (stimuli: StimulusSpecification, boxes: String?)? {
    specification.stimuli.map { ($0, specification.boxes) }
  }
}

extension MeasuredNode {
  /// A node of which nothing is measured yet.
  fileprivate init(_ target: FieldSpecification.Target, _ run: FieldSpecification) {
    let count = Double(max(target.centres.count, 1))
    self.init(
      name: target.name, theoretical: target.theoretical,
      centre: FieldMap.Point(
        row: target.centres.reduce(0) { $0 + $1.row } / count,
        column: target.centres.reduce(0) { $0 + $1.column } / count),
      observations: [],
      averages: run.scales.map { _ in FieldAverage(height: run.input[0], width: run.input[1]) })
  }
}
