import Analysis
import Checkpoints
import Engine
import Networks
import Observing
import Stimuli

/// The nulls of a fields run, looked up and checked.
struct FieldNullPlan: Sendable {
  /// A null with the network that it is measured in.
  struct Entry: Sendable {
    let null: FieldNull
    /// The network, where it is not the measurement's.
    let model: GraphModel?
    let targets: [FieldTarget]
  }

  let entries: [Entry]
  /// Sizes that the network does not take, in one line; nil where there are none.
  let note: String?

  /// No nulls.
  init() {
    entries = []
    note = nil
  }

  /// Looks up what is asked for.
  ///
  /// - Parameters:
  ///   - nulls: What is asked for.
  ///   - experiment: The experiment.
  ///   - model: Its network.
  ///   - network: The same for inputs of other sizes.
  ///   - targets: The measured nodes.
  ///   - source: What the network is shown.
  /// - Throws: `ExperimentError` for a size that the network does not take.
  init(
    _ nulls: AskedNulls, of experiment: FieldExperiment, model: GraphModel,
    sized network: ModelSource.Sized, targets: [FieldTarget], source: FieldSource
  ) throws {
    guard (0...100).contains(nulls.seeds) else {
      throw ExperimentError.usage("--null-seeds must be between 0 and 100, not \(nulls.seeds)")
    }
    var entries = (0..<nulls.seeds).map { index in
      Entry(
        null: FieldNull(.initial, seed: experiment.seed &+ UInt64(index)), model: model,
        targets: targets)
    }
    let (sized, note) = try Self.sized(
      nulls, of: experiment, model: model, network, targets: targets)
    entries += sized
    self.note = note
    if source.shown == .photographs {
      entries.append(Entry(null: FieldNull(.noise), model: nil, targets: targets))
      if !nulls.others.isEmpty {
        entries.append(Entry(null: FieldNull(.photographs), model: nil, targets: targets))
      }
      entries += (source.stimuli?.controls ?? []).map { control in
        Entry(
          null: FieldNull(.control, control: control.rawValue), model: nil, targets: targets)
      }
    }
    self.entries = entries
  }

  /// The same network at other sizes of its input.
  private static func sized(
    _ nulls: AskedNulls, of experiment: FieldExperiment, model: GraphModel,
    _ network: ModelSource.Sized, targets: [FieldTarget]
  ) throws -> (entries: [Entry], note: String?) {
    let side = Double(min(model.picture.height, model.picture.width))
    let usual = [0.75, 1.25].map { max(16, Int(($0 * side / 16).rounded()) * 16) }
    var entries: [Entry] = []
    var refused: [Int] = []
    for size in nulls.sizes ?? usual where size != model.picture.height {
      do {
        let other = try network.graph(size: size)
        let own = try FieldTarget.targets(
          targets.map(\.name), of: other, positions: experiment.positions,
          channel: experiment.channel, seed: experiment.seed)
        guard own.map(\.name) == targets.map(\.name) else { continue }
        entries.append(Entry(null: FieldNull(.size, side: size), model: other, targets: own))
      } catch  where nulls.sizes == nil {
        refused.append(size)
      }
    }
    return (
      entries,
      refused.isEmpty
        ? nil
        : "\(model.name): no null at \(refused.map { "\($0)" }.joined(separator: " and ")) pixels,"
          + " which the network does not take"
    )
  }
}

extension FieldNullPlan.Entry {
  /// The network made ready; nil where it is the measurement's.
  ///
  /// - Parameters:
  ///   - instructionSet: What to use of the processor.
  ///   - workers: Runners that will be made.
  /// - Returns: What makes them.
  /// - Throws: `EngineError`, `MemoryError`, or `GraphError` for what is no network.
  func prepared(instructionSet: InstructionSet, workers: Int) throws -> GradientPlan? {
    guard let model else { return nil }
    var weights = model.weights
    if let seed = null.seed {
      weights =
        try model.architecture.map { .initialized(for: $0, seed: seed) }
        ?? .initialized(
          for: model.graph, picture: model.picture, from: model.weights, seed: seed)
    }
    return try GradientPlan(
      model.graph, weights: weights, picture: model.picture, targets: targets.map(\.node),
      gates: [], instructionSet: instructionSet, workers: workers)
  }
}
