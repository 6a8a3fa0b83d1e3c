import Analysis
import Checkpoints
import Figures
import Foundation
import Observing
import Recording

/// A tuning run's folder: what channels answered to gratings, from which all follows without the network.
public struct RecordedTuning: RecordedInStore {
  /// What a run found.
  public typealias Findings = TuningResults

  /// `tuning`.
  public static let kind = "tuning"
  /// What it is called.
  public static let title = "a tuning run"
  /// What its rows are.
  public static let item = "grating"
  /// The numbers, the same as a table, and a line a channel.
  public static let documents = ["results.json", "table.txt", "units.csv"]

  /// The folder.
  public let folder: String
  /// The run's store.
  public let store: RunStore
  let description: RunDescription
  let specification: TuningSpecification

  /// Opens a tuning run whose store is open.
  public init(folder: String, store: RunStore) throws {
    self.folder = folder
    self.store = store
    (description, specification) = try store.opened {
      try JSONDecoder().decode(TuningSpecification.self, from: Data($0.utf8))
    }
    if let problem = specification.problem { throw store.damaged("specification: \(problem)") }
    guard try store.images().count == 2 * specification.waves.count else {
      throw store.damaged("another number of gratings than its specification has")
    }
  }

  /// The specification as it was begun, but reported as is asked.
  public static func presenting(_ recorded: String, as asked: String) throws -> String {
    func read(_ json: String) throws -> TuningSpecification {
      try JSONDecoder().decode(TuningSpecification.self, from: Data(json.utf8))
    }
    return try JSONText.line(read(recorded).presented(as: read(asked)))
  }

  /// What every target's channels answer to every wave that is recorded: `[wave][target]`.
  func searched() throws -> [[TuningObserver.Responses]?] {
    let count = specification.waves.count
    var searched = [[TuningObserver.Responses]?](repeating: nil, count: count)
    try forEachRow { index, arrays in
      guard index < count else { return }
      guard let responses = RecordedGrating.responses(arrays, specification) else {
        throw damaged(index, "holds no responses of its nodes' channels")
      }
      searched[index] = responses
    }
    return searched
  }

  /// What a target's channels answered to every wave, phase by phase: `[wave]`, nil of waves that are not recorded or
  /// of which an earlier version recorded no phases.
  func shown(toTarget place: Int) throws -> [TuningObserver.Shown?] {
    let count = specification.waves.count
    var shown = [TuningObserver.Shown?](repeating: nil, count: count)
    try forEachRow { index, arrays in
      guard index < count else { return }
      if let own = RecordedGrating.shown(arrays, specification) {
        shown[index] = own[place]
      } else if RecordedGrating.responses(arrays, specification) == nil {
        throw damaged(index, "holds no responses of its nodes' channels")
      }
    }
    return shown
  }

  private func forEachRow(_ body: (Int, [[Double]]) throws -> Void) throws {
    try store.forEachMeasurement { image, arrays in
      guard image.error == nil else { return }
      guard RecordedGrating.areUsable(arrays) else {
        throw damaged(image.index, "holds what no grating gives")
      }
      try body(image.index, arrays)
    }
  }

  private func damaged(_ index: Int, _ problem: String) -> RecordingError {
    .damaged(folder: folder, reason: "table measurement, grating \(index): \(problem)")
  }

  /// The numbers, worked out anew from what was recorded.
  public func results() throws -> TuningResults {
    let waves = specification.waves
    let stimuli = specification.stimuli
    var tuned = specification.targets.map { _ in [TunedChannel]() }
    var attention = specification.targets.map { _ in [Double]() }
    var rows = 0
    try forEachRow { index, arrays in
      guard index >= waves.count else { return }
      guard arrays.count == 1, let found = RecordedGrating.tuned(arrays[0], specification) else {
        throw damaged(index, "holds no curves of its nodes' channels")
      }
      rows += 1
      let wave = waves[index - waves.count]
      for (place, own) in found.enumerated() where !own.channels.isEmpty {
        for channel in own.channels {
          tuned[place].append(TunedChannel(channel, wave, specification))
        }
        // The mean over waves, each as often as a channel prefers it.
        let share = Double(own.channels.count) / Double(tuned[place].count)
        attention[place] =
          attention[place].isEmpty
          ? own.attention : zip(attention[place], own.attention).map { $0 + share * ($1 - $0) }
      }
    }
    guard rows > 0 else {
      throw ExperimentError.failure(
        "\(folder): no channel's sizes are recorded yet; the command that began it goes on with it")
    }
    let nodes = specification.targets.indices.map { place in
      let target = specification.targets[place]
      return TuningResults.Node(
        name: target.name, theoretical: target.theoretical, channels: target.channels,
        tuned: tuned[place].sorted { $0.channel < $1.channel },
        attention: Self.nested(
          attention[place], stimuli.contrasts.count, stimuli.radii.count, target.branches),
        stimuli: stimuli)
    }
    var results = TuningResults(
      model: description.modelName, sha256: description.modelSHA256, input: specification.input,
      stimuli: stimuli, nodes: nodes)
    results.failed = try store.images().compactMap { image in
      image.error.map { .init(path: image.path.text, error: $0) }
    }
    results.unfinished = try store.unfinished()
    return results
  }

  private static func nested(
    _ values: [Double], _ contrasts: Int, _ radii: Int, _ branches: Int
  ) -> [[[Double]]] {
    guard branches > 0, values.count == contrasts * radii * branches else { return [] }
    return (0..<contrasts).map { contrast in
      (0..<radii).map { radius in
        let start = (contrast * radii + radius) * branches
        return Array(values[start..<start + branches])
      }
    }
  }

  /// The numbers as a table to print.
  public func table(of results: TuningResults) -> String { TuningTable(results).text }

  /// Why gratings could not be used.
  public func failures(in results: TuningResults) -> [String] {
    (results.failed ?? []).map(\.error)
  }

  /// Writes the table, and a line a channel.
  public func writeDocuments(_ results: TuningResults, to paths: [String]) throws {
    try TextFile.write(TuningTable(results).text + "\n", toFile: paths[1])
    let units = TuningTable.units(results)
    try CSVWriter.write(header: units.header, rows: units.rows, toFile: paths[2])
  }

  /// `size-tuning` and `tuning-curves`.
  public func figures(of results: TuningResults) throws -> [(title: String, figure: any Figure)] {
    [
      ("Size tuning", SizeTuningFigure(results)),
      ("Single channels", TuningCurvesFigure(results)),
    ]
  }

  /// The page with everything in it.
  public func page(
    of results: TuningResults, table: String, figures: [(title: String, svg: String)]
  ) -> Report {
    let stimuli = results.stimuli
    return Report(
      title: "Size tuning: \(results.model)",
      facts: [
        ("Network", results.model),
        ("Weights (SHA-256)", results.sha256.isEmpty ? "by formula" : results.sha256),
        ("Input", results.input.map { "\($0)" }.joined(separator: " × ") + " pixels"),
        (
          "Gratings",
          "\(stimuli.orientations.count) orientations, \(stimuli.frequencies.count) frequencies,"
            + " \(stimuli.phases) phases"
        ),
        ("Radii", stimuli.radii.map { String(format: "%.1f", $0) }.joined(separator: ", ")),
        ("Contrasts", stimuli.contrasts.map { "\($0)" }.joined(separator: ", ")),
      ], notes: results.unfinished.map { [$0.sentence] } ?? [], failed: results.failed ?? [],
      table: table, figures: figures)
  }
}

extension TunedChannel {
  /// A channel as it was recorded.
  fileprivate init(
    _ own: (channel: Int, measure: TuningMeasure, numbers: [Double]),
    _ wave: (orientation: Double, frequency: Double), _ specification: TuningSpecification
  ) {
    let (contrasts, radii) = (
      specification.stimuli.contrasts.count, specification.stimuli.radii.count
    )
    var rest = own.numbers[...]
    func curve() -> [Double] {
      defer { rest = rest.dropFirst(radii) }
      return Array(rest.prefix(radii))
    }
    let discs = (0..<contrasts).map { _ in curve() }
    let held = specification.holdsGates ? (0..<contrasts).map { _ in curve() } : nil
    self.init(
      channel: own.channel, measure: own.measure, orientation: wave.orientation,
      frequency: wave.frequency, discs: discs, heldDiscs: held, annuli: curve())
  }
}
