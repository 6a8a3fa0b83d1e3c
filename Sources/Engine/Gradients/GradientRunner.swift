import Kernels
import Memory
import Networks
import Wording

/// Runs a network and takes its targets' gradients with respect to the picture, on one thread at a time.
///
/// One run serves gradients of any number of targets and positions. All memory is taken in `init`.
public final class GradientRunner {
  /// What is run.
  public let plan: GradientPlan

  private struct Way: Hashable {
    var node: Int
    var holdsGates: Bool
  }

  private let forward: Runner
  private let gates: [GateGradient?]
  private let seed: Buffer
  private let picture: Buffer
  private let pool: [Buffer]
  private var ways: [Way: [Runner.Operation]] = [:]
  private var isReplaced = false

  /// Takes the memory.
  ///
  /// - Throws: `MemoryError` if it cannot be had, `EngineError` if oneDNN fails.
  init(_ plan: GradientPlan, takingGradients: Bool = true) throws {
    self.plan = plan
    let variant = plan.plan.variant
    forward = try Runner(plan.plan, scratchBytes: plan.scratchBytes)
    gates = try plan.gates.map { try $0.map { try GateGradient($0, variant) } }
    seed = try Buffer(bytes: 4 * (plan.targets.map(\.count).max() ?? 0))
    picture = try Buffer(bytes: 4 * plan.plan.inputCount)
    var traces: [Way: (trace: GradientTrace, memory: MemoryPlan)] = [:]
    var sizes: [Int] = []
    for target in takingGradients ? plan.targets : [] {
      for holdsGates in plan.gatesOfNode.isEmpty ? [false] : [false, true] {
        let trace = GradientTrace(
          target, of: plan, forward: forward, gates: gates, seed: seed.floats,
          picture: picture.floats, holdsGates: holdsGates)
        let memory = MemoryPlan(sizes: trace.sizes, touched: trace.touched)
        for (index, size) in memory.buffers.enumerated() {
          if index == sizes.count { sizes.append(0) }
          sizes[index] = max(sizes[index], size)
        }
        traces[Way(node: target.node, holdsGates: holdsGates)] = (trace, memory)
      }
    }
    try ProcessMemory.require(
      sizes.reduce(ByteCount(0)) { $0 + ByteCount($1) }, for: "the network's gradients")
    let pool = try sizes.map { try Buffer(bytes: $0) }
    self.pool = pool
    for (way, (trace, memory)) in traces {
      ways[way] = try Library.single {
        try trace.makes.map { make in
          try make { place in
            // Every step names the values that it touches.
            guard let buffer = memory.bufferOfValue[place.value] else {
              preconditionFailure("unplanned gradient \(place.value)")
            }
            return pool[buffer].floats + place.offset
          }
        }
      }
    }
  }

  /// Runs one picture.
  ///
  /// - Parameters:
  ///   - input: `[channels, height, width]`, normalised.
  ///   - replacements: Values that stand in for gates' own, as many as they have, for all of them or none; those of
  ///     gates that no target depends on are ignored.
  /// - Throws: If the input or a replacement has another size, or values are not finite.
  public func run(_ input: [Float], replacing replacements: [Int: [Float]] = [:]) throws {
    for (node, values) in replacements {
      guard let own = plan.gatesOfNode[node] else { continue }
      guard values.count == own.count, values.allSatisfy(\.isFinite) else {
        throw EngineError.intervention(
          "node '\(name(node))' has \(own.count) finite values, \(values.count) were given")
      }
    }
    isReplaced = try isEach("replaced") { replacements[$0] != nil }
    for (node, own) in plan.gatesOfNode {
      for gate in own.gates { forward.replace(gate: gate, by: replacements[node]) }
      if own.place != nil { forward.replacedValues[node] = replacements[node] }
    }
    try forward.run(input)
  }

  /// Whether something is so of every gate.
  ///
  /// - Throws: `EngineError.intervention` if it is of some, and not of others.
  private func isEach(_ what: String, _ isSo: (Int) -> Bool) throws(EngineError) -> Bool {
    var other: Int?
    var count = 0
    for node in plan.gatesOfNode.keys {
      if isSo(node) { count += 1 } else { other = min(other ?? node, node) }
    }
    guard count > 0, let other else { return count > 0 }
    throw .intervention("gates are \(what) all or none, and '\(name(other))' is not")
  }

  private func name(_ node: Int) -> String {
    abbreviated(plan.names[node] ?? plan.plan.program?.graph.nodes[node].name ?? "\(node)")
  }

  /// The last run's value of a gate's node, without the batch's axis; empty if no target depends on it.
  public func value(of node: Int) -> [Float] {
    guard let own = plan.gatesOfNode[node] else { return [] }
    if let place = own.place {
      return Array(UnsafeBufferPointer(start: forward.floats(place), count: own.count))
    }
    var values = [Float](repeating: 0, count: own.count)
    for gate in own.gates { forward.weights(ofGate: gate, into: &values) }
    return values
  }

  /// The last run's values of a target at some places, counted without the batch's axis; empty if there are no such.
  public func values(of node: Int, at places: [Int]) -> [Float] {
    guard let target = plan.targets.first(where: { $0.node == node }),
      places.allSatisfy((0..<target.count).contains)
    else { return [] }
    let lanes = plan.plan.variant.lanes
    return places.map { place in
      let (row, position) = place.quotientAndRemainder(dividingBy: target.positions)
      let (part, channel) = row.quotientAndRemainder(dividingBy: target.channels)
      let values = forward.pointer(target.parts[part]).assumingMemoryBound(to: Float.self)
      return values[(channel / lanes * target.positions + position) * lanes + channel % lanes]
    }
  }

  /// The gradient, with respect to the picture, of a weighted sum of a target's values in the last run.
  ///
  /// - Parameters:
  ///   - node: One of the targets.
  ///   - values: The weight of each of its values.
  ///   - held: Gates that are taken as constants, all or none; replaced ones always are.
  /// - Returns: `[channels, height, width]`.
  /// - Throws: If the node is none of those or has another number of values, or a step fails.
  public func gradient(
    of node: Int, seed values: [Float], holding held: Set<Int> = []
  ) throws -> [Float] {
    // What replaces a gate is a constant.
    let holdsGates = try isReplaced || isEach("held", held.contains)
    guard let way = ways[Way(node: node, holdsGates: holdsGates)],
      let target = plan.targets.first(where: { $0.node == node }), values.count == target.count
    else {
      throw EngineError.intervention(
        plan.targets.first { $0.node == node }.map {
          "node '\(name(node))' has \($0.count) values, \(values.count) weights were given"
        } ?? "node '\(name(node))' is none of those whose gradients were asked for")
    }
    seed.floats.update(from: values, count: values.count)
    picture.floats.update(repeating: 0, count: picture.count)
    try Library.single { () throws(EngineError) in for operation in way { try operation() } }
    return Array(UnsafeBufferPointer(start: picture.floats, count: picture.count))
  }
}

extension GradientPlan {
  /// A runner for one thread at a time; without gradients it takes less memory.
  ///
  /// - Throws: `MemoryError` if its memory cannot be had, `EngineError` if oneDNN fails.
  public func runner(takingGradients: Bool = true) throws -> GradientRunner {
    try GradientRunner(self, takingGradients: takingGradients)
  }
}
