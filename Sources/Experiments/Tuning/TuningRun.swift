import Analysis
import Checkpoints
import Engine
import Figures
import Files
import Foundation
import Networks
import Observing
import Stimuli

/// Measures size tuning: a network in, a folder with results, a table and a figure out.
public struct TuningRun: Sendable {
  /// What is measured.
  public let experiment: TuningExperiment
  /// The network, where it is not to be had by the experiment's name.
  private let model: GraphModel?

  /// What a run leaves.
  public struct Outcome: Sendable {
    /// The numbers.
    public var results: TuningResults
    /// The same as a table to print.
    public var table: String
    /// The folder.
    public var folder: String
    /// Files written into it.
    public var files: [String]
  }

  /// Prepares to measure; nothing happens yet.
  ///
  /// - Parameters:
  ///   - experiment: What is measured.
  ///   - model: The network, instead of the one that the experiment names.
  public init(_ experiment: TuningExperiment, model: GraphModel? = nil) {
    self.experiment = experiment
    self.model = model
  }

  /// What a channel prefers.
  private struct Preference {
    var channel: Int
    var wave: Int
    var measure: TuningMeasure
  }

  /// Measures and analyses.
  ///
  /// - Parameter progress: Told about every grating.
  /// - Returns: The results and where they lie.
  /// - Throws: One-line errors naming the file or setting.
  public func perform(reporting progress: some RunProgress = NoProgress()) throws -> Outcome {
    try experiment.check()
    try checkIsNew(experiment.out)
    let workers = try Machine.workers(experiment.workers)
    var model = try self.model ?? ModelSource.graph(experiment.model, size: experiment.size)
    if let untrained = model.nameUntrained() { progress.say(untrained) }
    let targets = try FieldTarget.targets(experiment.nodes, of: model, positions: 1, seed: 1)
    let shapes = try model.graph.shapes(picture: model.picture)
    let gates = model.graph.gates(shapes).map(\.node)
    let stimuli = TuningStimuli(
      experiment, picture: model.picture, preprocessing: model.preprocessing)
    let setting = TuningObserver.Setting(
      network: try Differentiable(
        model.graph, weights: model.weights, picture: model.picture, targets: targets.map(\.node),
        gates: gates, workers: workers),
      targets: targets,
      attention: targets.map { target in
        guard let node = model.graph.index(named: "attention.\(target.name)"),
          let shape = shapes[node], shape.count > 1, gates.contains(node)
        else { return nil }
        return (node, shape[1])
      }, gates: gates, stimuli: stimuli)
    let preferences = try search(setting, workers, progress)
    let nodes = try measure(setting, preferences, workers, progress)
    let results = TuningResults(
      model: model.name, sha256: model.sha256,
      input: [model.picture.height, model.picture.width], stimuli: stimuli.described, nodes: nodes)
    return try write(results)
  }

  /// Each target's channels that respond, with what they prefer.
  private func search(
    _ setting: TuningObserver.Setting, _ workers: Int, _ progress: some RunProgress
  ) throws -> [[Preference]] {
    let waves = setting.stimuli.waves
    var best = setting.targets.map { target in
      [(value: Double, preference: Preference)](
        repeating: (-.infinity, Preference(channel: 0, wave: 0, measure: .mean)),
        count: target.shape[0])
    }
    progress.began(done: 0, total: waves.count)
    try mapInOrder(
      count: waves.count, workers: workers, makeState: { try TuningObserver(setting) },
      transform: { observer, index in try observer.search(waves[index]) },
      consume: { index, responses in
        for (place, own) in responses.enumerated() {
          for channel in own.mean.indices {
            for measure in [TuningMeasure.mean, .modulation] {
              let value = own.value(channel, measure)
              guard value > best[place][channel].value else { continue }
              best[place][channel] = (
                value, Preference(channel: channel, wave: index, measure: measure)
              )
            }
          }
        }
        progress.advanced(done: index + 1, total: waves.count)
        return true
      })
    return best.map { channels in
      let largest = channels.map(\.value).max() ?? 0
      return channels.filter { $0.value > 0.02 * largest && $0.value > 0 }.map(\.preference)
    }
  }

  private func measure(
    _ setting: TuningObserver.Setting, _ preferences: [[Preference]], _ workers: Int,
    _ progress: some RunProgress
  ) throws -> [TuningResults.Node] {
    let stimuli = setting.stimuli
    let jobs = preferences.enumerated().flatMap { place, channels in
      Set(channels.map(\.wave)).sorted().map { (place: place, wave: $0) }
    }
    var tuned = setting.targets.map { _ in [TunedChannel]() }
    var attention = setting.targets.map { _ in [[[Double]]]() }
    var shares = setting.targets.map { _ in 0.0 }
    progress.began(done: 0, total: jobs.count)
    try mapInOrder(
      count: jobs.count, workers: workers, makeState: { try TuningObserver(setting) },
      transform: { observer, index in
        try observer.curves(stimuli.waves[jobs[index].wave], ofTarget: jobs[index].place)
      },
      consume: { index, curves in
        let (place, wave) = jobs[index]
        for own in preferences[place] where own.wave == wave {
          func values(_ rows: [TuningObserver.Responses]) -> [Double] {
            rows.map { $0.value(own.channel, own.measure) }
          }
          tuned[place].append(
            TunedChannel(
              channel: own.channel, measure: own.measure,
              orientation: stimuli.waves[wave].orientation,
              frequency: stimuli.waves[wave].frequency, discs: curves.discs.map(values),
              heldDiscs: curves.heldDiscs.map { $0.map(values) }, annuli: values(curves.annuli)))
        }
        // The mean over waves, each as often as a channel prefers it.
        let share = Double(preferences[place].count { $0.wave == wave })
        shares[place] += share
        attention[place] = Self.mixed(
          attention[place], curves.attention, share: share / shares[place])
        progress.advanced(done: index + 1, total: jobs.count)
        return true
      })
    return setting.targets.enumerated().map { place, target in
      TuningResults.Node(
        name: target.name, theoretical: target.theoretical.size, channels: target.shape[0],
        tuned: tuned[place].sorted { $0.channel < $1.channel }, attention: attention[place],
        stimuli: stimuli.described)
    }
  }

  /// A running mean.
  private static func mixed(
    _ old: [[[Double]]], _ new: [[[Double]]], share: Double
  ) -> [[[Double]]] {
    guard !old.isEmpty else { return new.contains { $0.contains { !$0.isEmpty } } ? new : [] }
    return zip(old, new).map { old, new in
      zip(old, new).map { old, new in zip(old, new).map { $0 + share * ($1 - $0) } }
    }
  }

  private func write(_ results: TuningResults) throws -> Outcome {
    let folder = experiment.out
    try makeFolder(folder)
    let table = TuningTable(results).text
    let files = ["results.json", "table.txt", "units.csv", "size-tuning.png"].map {
      "\(folder)/\($0)"
    }
    try TextFile.write(results.json() + "\n", toFile: files[0])
    try TextFile.write(table + "\n", toFile: files[1])
    let units = TuningTable.units(results)
    try CSVWriter.write(header: units.header, rows: units.rows, toFile: files[2])
    try SizeTuningFigure(results).write(toFile: files[3], format: .png)
    return Outcome(results: results, table: table, folder: folder, files: files)
  }
}
