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
  /// Photographs, or noise.
  public static let item = "picture"
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
    var measured: Measured?
  }

  /// What was measured of the nodes, with their average maps as RepLKNet and as OpenERF have them.
  struct Measured {
    var nodes: [MeasuredNode]
    var published: [[FieldMap]]
    var failed: [FailedPhotograph]
  }

  /// What was recorded of a picture.
  struct RecordedPicture {
    /// `[target][scale]`.
    var observations: [[FieldObservation?]] = []
    /// `[target][scale]`; nil in runs of before.
    var expected: [[ExpectedSpread?]] = []
    /// `[null][target][scale]`.
    var nulls: [[[FieldSizes?]]] = []
    /// `[target][scale][position]`.
    var maps: [[[FieldMap]]] = []
    /// `[target]`: as RepLKNet and as OpenERF have them; empty in runs of before.
    var published: [[FieldMap]] = []
  }

  /// Opens a fields run whose store is open.
  public init(folder: String, store: RunStore) throws {
    self.folder = folder
    self.store = store
    (description, specification) = try store.opened { try FieldSpecification(json: $0) }
    if let problem = specification.problem { throw store.damaged("specification: \(problem)") }
  }

  /// The specification as it was begun, but reported as is asked.
  public static func presenting(_ recorded: String, as asked: String) throws -> String {
    let old = try FieldSpecification(json: recorded)
    // A version of before may have meant something else by what it did not write.
    guard old.layout != nil, try JSONText.line(old) == recorded else { return recorded }
    return try JSONText.line(old.presented(as: FieldSpecification(json: asked)))
  }

  /// The sizes, worked out anew from what was recorded.
  public func results() throws -> FieldResults {
    let measured = try measured()
    guard measured.nodes.first?.observations.isEmpty == false else {
      throw noneUsable(measured.failed)
    }
    var results = FieldResults(
      seed: specification.seed, analysisSeed: specification.analysisSeed ?? specification.seed,
      model: description.modelName, sha256: description.modelSHA256,
      input: specification.input, shown: specification.shown,
      protocol: specification.stimuli?.protocol.rawValue, measure: specification.measure,
      positions: specification.targets.map(\.centres.count).max() ?? 0, failed: measured.failed,
      measured: measured.nodes, scales: specification.scales)
    results.channel = specification.channel
    results.unfinished = try store.unfinished()
    return results
  }

  /// Hands over every picture that is done with what was recorded of it: nothing of failed ones.
  func forEachPicture(_ body: (RecordedImage, RecordedPicture) throws -> Void) throws {
    let (height, width) = (specification.input[0], specification.input[1])
    let scales = specification.scales.indices
    let nulls = specification.nulls ?? []
    try store.forEachMeasurement(counts: specification.counts) { image, arrays in
      guard image.error == nil, let numbers = arrays.first else {
        return try body(image, RecordedPicture())
      }
      let others = nulls.isEmpty ? [] : arrays[1]
      var maps = arrays.dropFirst(nulls.isEmpty ? 1 : 2)
      guard (numbers + others).allSatisfy({ $0.isNaN || abs($0) < 1e9 }),
        maps.allSatisfy({ $0.allSatisfy { $0 >= 0 && $0 < 1e100 } })
      else {
        throw RecordingError.damaged(
          folder: folder,
          reason: "table measurement, photograph \(image.index): holds a number that none measures")
      }
      var parts = numbers[...]
      func take(_ count: Int) -> [Double] {
        defer { parts = parts.dropFirst(count) }
        return Array(parts.prefix(count))
      }
      func map() -> FieldMap {
        FieldMap(height: height, width: width, values: maps.removeFirst())
      }
      var picture = RecordedPicture()
      let targets = specification.targets
      picture.observations = targets.map { _ in
        scales.map { _ in FieldObservation(numbers: take(FieldObservation.numberCount)) }
      }
      if specification.layout != nil {
        picture.expected = targets.map { _ in
          scales.map { _ in ExpectedSpread(numbers: take(ExpectedSpread.numberCount)) }
        }
      }
      parts = others[...]
      picture.nulls = nulls.map { _ in
        targets.map { _ in
          scales.map { _ in FieldSizes.kept(take(FieldSizes.numberCount)) }
        }
      }
      picture.maps = targets.map { target in
        scales.map { _ in target.centres.map { _ in map() } }
      }
      if specification.layout != nil { picture.published = targets.map { _ in [map(), map()] } }
      try body(image, picture)
    }
  }

  func measured() throws -> Measured {
    if let measured = memory.measured { return measured }
    let targets = specification.targets
    var measured = Measured(nodes: [], published: [], failed: [])
    var sums: [[[Double]]] = []
    try forEachPicture { image, picture in
      if let error = image.error {
        measured.failed.append(.init(path: image.path.text, error: error))
        return
      }
      // Averages are as large as the specification says: a picture has to be so before.
      if measured.nodes.isEmpty {
        measured.nodes = targets.map { MeasuredNode($0, specification) }
        sums = picture.published.map { $0.map { $0.values.map { _ in 0 } } }
      }
      for place in targets.indices {
        measured.nodes[place].observations.append(picture.observations[place])
        if !picture.expected.isEmpty {
          measured.nodes[place].expected.append(picture.expected[place])
        }
        for null in picture.nulls.indices {
          measured.nodes[place].nulls[null].sizes.append(picture.nulls[null][place])
        }
        for (step, maps) in picture.maps[place].enumerated() {
          measured.nodes[place].averages[step].add(
            zip(maps, targets[place].centres).map { (map: $0, centre: $1) })
        }
        for kind in sums.isEmpty ? [] : Array(sums[place].indices) {
          for (at, value) in picture.published[place][kind].values.enumerated() {
            sums[place][kind][at] += value
          }
        }
      }
    }
    measured.published = sums.map { maps in
      maps.map { sum in
        FieldMap(
          height: specification.input[0], width: specification.input[1],
          values: sum.map { $0 / Double(max(measured.nodes[0].observations.count, 1)) })
      }
    }
    for (place, maps) in measured.published.enumerated() {
      measured.nodes[place].published = .init(replknet: maps[0], openERF: maps[1])
    }
    memory.measured = measured
    return measured
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

  /// `field-maps`, `field-sizes`, `field-profiles` and `fields-over-depth`.
  public func figures(of results: FieldResults) throws -> [(title: String, figure: any Figure)] {
    let nodes = try measured().nodes
    let maps = nodes.map { $0.averages.map(\.mean) }
    return [
      (
        "Average fields",
        FieldMapFigure(
          results, maps: maps, stimuli: try stimuli() ?? [], centres: nodes.map(\.centre))
      ),
      ("Sizes of fields", FieldSizesFigure(results)),
      ("Profiles", FieldProfiles(results, maps: maps.compactMap(\.first))),
      ("Effective and theoretical fields over depth", FieldsOverDepth([results])),
    ]
  }

  /// The only photograph's stimuli; nil where there are more, or they are not kept.
  private func stimuli() throws -> [StimulusImage]? {
    let examples = ExampleStimuli(runFolder: folder)
    guard let stimuli = specification.stimuli, try store.images().count == 1,
      examples.has(0, scales: stimuli.scales)
    else { return nil }
    return try examples.images(0, scales: stimuli.scales, size: stimuli.size)
  }

  /// The page with everything in it.
  public func page(
    of results: FieldResults, table: String, figures: [(title: String, svg: String)]
  ) -> Report {
    Report(results: results, table: table, figures: figures)
  }

  /// Every node's average maps as RepLKNet and as OpenERF have them, `replknet.NODE` and `openerf.NODE`.
  func publishedMaps() throws -> [NamedArray] {
    zip(specification.targets, try measured().published).flatMap { target, maps in
      zip(["replknet", "openerf"], maps).map { name, map in
        NamedArray(
          "\(name).\(target.name)", shape: [map.height, map.width],
          floats: map.values.map(Float.init))
      }
    }
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
    self.init(
      name: target.name, theoretical: target.theoretical, centres: target.centres, observations: [],
      averages: run.scales.map { _ in FieldAverage(height: run.input[0], width: run.input[1]) },
      nulls: (run.nulls ?? []).map { ($0, []) })
  }
}
