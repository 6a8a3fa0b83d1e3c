import Engine
import Networks

/// Everything that training changes: parameters, velocities, running statistics, averages, step count.
///
/// A class that one thread uses at a time; `tensors` and `weights` are values that may go to others.
public final class TrainingState {
  /// The network, as its checkpoints describe it.
  public let architecture: Architecture
  /// The same, as it is compiled.
  let graph: Graph
  /// Optimiser steps made so far.
  public internal(set) var stepCount: Int
  /// Whether a moving average of weights and running statistics is kept.
  public var hasAverage: Bool { average != nil }

  /// Where each tensor lies: learnt ones in `learnt` and its companions, the others in `running`.
  let places: [String: Range<Int>]
  /// The learnt tensors in the order of `Architecture.parameters`.
  let learntParameters: [Parameter]
  let runningParameters: [Parameter]
  let learnt: Buffer
  /// Sums over `accumulatedCount` pictures of the loss's gradient.
  let gradient: Buffer
  let velocity: Buffer
  let running: Buffer
  /// Moving averages of `learnt` and `running`.
  let average: (learnt: Buffer, running: Buffer)?
  /// Pictures whose gradients have been added since the last step.
  var accumulatedCount = 0

  /// Starts from weights: velocities are 0, the average is a copy.
  ///
  /// - Parameters:
  ///   - architecture: The network.
  ///   - weights: All its tensors; `Weights.initialized(for:seed:)` makes fresh ones.
  ///   - keepsAverage: Whether to keep a moving average (`Optimizer.averageDecay` says how fast).
  /// - Throws: `TrainingError.tensors` that names what does not fit, `ArchitectureError` if the
  ///   architecture is none, `MemoryError` if there is no room for it.
  public convenience init(
    _ architecture: Architecture, weights: Weights, keepsAverage: Bool = false
  ) throws {
    try self.init(
      architecture, tensors: weights, stepCount: 0, restoresVelocity: false,
      average: keepsAverage ? "" : nil)
  }

  /// Restores what `tensors` gave, to the bit.
  ///
  /// There is an average if there are `average.` tensors.
  ///
  /// - Throws: As the other initialiser.
  public convenience init(_ architecture: Architecture, tensors: Weights, stepCount: Int) throws {
    let hasAverage = tensors.tensors.keys.contains { $0.hasPrefix(Prefix.average) }
    try self.init(
      architecture, tensors: tensors, stepCount: stepCount, restoresVelocity: true,
      average: hasAverage ? Prefix.average : nil)
  }

  private enum Prefix {
    static let velocity = "momentum."
    static let average = "average."
  }

  /// The average starts from the tensors that have its prefix; nil for no average.
  private init(
    _ architecture: Architecture, tensors source: Weights, stepCount: Int, restoresVelocity: Bool,
    average: String?
  ) throws {
    try architecture.validate()
    self.architecture = architecture
    graph = try architecture.graph()
    self.stepCount = stepCount
    learntParameters = architecture.parameters.filter(\.isLearnt)
    runningParameters = architecture.parameters.filter { !$0.isLearnt }
    var places: [String: Range<Int>] = [:]
    func place(_ parameters: [Parameter]) -> Int {
      var end = 0
      for parameter in parameters {
        places[parameter.name] = end..<end + parameter.count
        end += parameter.count
      }
      return end
    }
    let learntCount = place(learntParameters)
    let runningCount = place(runningParameters)
    self.places = places
    learnt = try Buffer(bytes: 4 * learntCount)
    gradient = try Buffer(bytes: 4 * learntCount)
    velocity = try Buffer(bytes: 4 * learntCount)
    running = try Buffer(bytes: 4 * runningCount)
    self.average =
      average == nil
      ? nil
      : (
        learnt: try Buffer(bytes: 4 * learntCount), running: try Buffer(bytes: 4 * runningCount)
      )

    var problems: [String] = []
    var known: Set<String> = []
    func fill(_ buffer: Buffer, _ parameters: [Parameter], prefix: String) {
      for parameter in parameters {
        let name = prefix + parameter.name
        known.insert(name)
        guard let tensor = source[name] else {
          problems.append("'\(name)' \(parameter.shape) is missing")
          continue
        }
        if tensor.shape != parameter.shape {
          problems.append("'\(name)' is \(tensor.shape), expected \(parameter.shape)")
        } else if let index = tensor.values.firstIndex(where: { !$0.isFinite }) {
          problems.append("'\(name)' holds \(tensor.values[index]) at index \(index)")
        } else if let range = places[parameter.name] {
          (buffer.floats + range.lowerBound).update(from: tensor.values, count: range.count)
        }
      }
    }
    fill(learnt, learntParameters, prefix: "")
    fill(running, runningParameters, prefix: "")
    if restoresVelocity { fill(velocity, learntParameters, prefix: Prefix.velocity) }
    if let average, let buffers = self.average {
      fill(buffers.learnt, learntParameters, prefix: average)
      fill(buffers.running, runningParameters, prefix: average)
    }
    for name in source.tensors.keys.sorted()
    where !known.contains(name) && !name.hasSuffix("num_batches_tracked") {
      problems.append("'\(name)' is not part of the network")
    }
    if !problems.isEmpty { throw TrainingError.tensors(problems) }
  }

  /// Where a tensor lies in its buffer.
  func range(of parameter: Parameter) -> Range<Int> { places[parameter.name] ?? 0..<0 }

  // MARK: Values

  /// Everything but `stepCount`, for checkpoints.
  ///
  /// Parameters and running statistics have their own names, velocities `momentum.NAME`, averages
  /// `average.NAME`. Gradients are not part: save after a step.
  public var tensors: Weights {
    var result = weights
    add(velocity, learntParameters, prefix: Prefix.velocity, to: &result)
    if let average {
      add(average.learnt, learntParameters, prefix: Prefix.average, to: &result)
      add(average.running, runningParameters, prefix: Prefix.average, to: &result)
    }
    return result
  }

  /// The weights as they are now, running statistics included.
  public var weights: Weights {
    var result = Weights()
    add(learnt, learntParameters, to: &result)
    add(running, runningParameters, to: &result)
    return result
  }

  /// The moving average of the weights and the running statistics; nil without one.
  public var averagedWeights: Weights? {
    guard let average else { return nil }
    var result = Weights()
    add(average.learnt, learntParameters, to: &result)
    add(average.running, runningParameters, to: &result)
    return result
  }

  /// Mean gradient of each learnt tensor over the pictures since the last step; for tests and reports.
  public var gradients: Weights {
    var result = Weights()
    let share = 1 / Float(max(accumulatedCount, 1))
    for parameter in learntParameters {
      result[parameter.name] = Tensor(
        shape: parameter.shape, values: values(gradient, parameter).map { $0 * share })
    }
    return result
  }

  /// Forgets gradients that were accumulated and not used.
  public func clearGradients() {
    gradient.floats.update(repeating: 0, count: gradient.count)
    accumulatedCount = 0
  }

  private func values(_ buffer: Buffer, _ parameter: Parameter) -> [Float] {
    let range = range(of: parameter)
    return Array(UnsafeBufferPointer(start: buffer.floats + range.lowerBound, count: range.count))
  }

  private func add(
    _ buffer: Buffer, _ parameters: [Parameter], prefix: String = "", to weights: inout Weights
  ) {
    for parameter in parameters {
      weights[prefix + parameter.name] = Tensor(
        shape: parameter.shape, values: values(buffer, parameter))
    }
  }
}
