import CDNNL
import Foundation
import Kernels
import Networks
import Wording

/// Runs a plan on one thread at a time; each worker has its own.
///
/// All memory is taken in `init`, and `run` takes none; within a call, oneDNN makes and frees a small table
/// of arguments for each of its primitives, and what its matrix product needs.
public final class Runner {
  /// The plan that is run.
  public let plan: Plan

  let stream: Stream
  let buffers: [Buffer]
  let scratch: Buffer
  let sums: Buffer
  let means: Buffer
  /// For each gate what its first layer gives.
  let hidden: [Buffer]
  let output: Buffer
  /// Values of the nodes that the plan records.
  let records: [Buffer]
  /// For each gate the weights that it gives, `[M, padded width]`.
  let attentions: [Buffer]
  /// The same, for what interventions put in the attention's place.
  let replacements: [Buffer]
  /// What each gate's branches are weighed by: its attention, or what replaces it.
  private(set) var weightsInUse: [UnsafeMutablePointer<Float>]
  /// By a node that runs by its plain step what stands in its value's place in all runs to come.
  var replacedValues: [Int: [Float]] = [:]
  /// Whether each gate's weights are to be replaced by themselves in reverse.
  private(set) var isSwapped: [Bool]
  /// For each unit the mean over positions of its output; none if not asked for.
  let unitMeans: [Buffer]
  let ones: Buffer
  /// Of values in bfloat16.
  private var magnitudes: Magnitudes?
  private var operations: [(layer: Int, run: () throws(EngineError) -> Void)] = []
  private let timesLayers: Bool

  /// What replaces each unit's attention; nil for nothing.
  public private(set) var interventions: [Intervention?]

  /// Nanoseconds that each of the plan's layers has taken in all runs; zeros unless `init` was asked to
  /// measure it.
  public private(set) var layerNanoseconds: [UInt64]

  /// Takes the memory that a plan needs.
  ///
  /// - Parameters:
  ///   - plan: What to run.
  ///   - recordsMeans: Whether the means of the units' outputs are wanted.
  ///   - timesLayers: Whether the layers' times are wanted; reading the clock costs some microseconds a
  ///     run.
  /// - Throws: `MemoryError` if the memory cannot be had, `EngineError` if oneDNN fails.
  public convenience init(
    _ plan: Plan, recordsMeans: Bool = false, timesLayers: Bool = false
  ) throws {
    try self.init(
      plan, recordsMeans: recordsMeans, timesLayers: timesLayers, scratchBytes: plan.scratchBytes)
  }

  /// The same with scratch for others too.
  init(
    _ plan: Plan, recordsMeans: Bool = false, timesLayers: Bool = false, scratchBytes: Int
  ) throws {
    self.plan = plan
    self.timesLayers = timesLayers
    layerNanoseconds = [UInt64](repeating: 0, count: plan.layers.count)
    let variant = plan.variant
    stream = try Stream()
    let lowered = plan.lowered
    buffers = try plan.memory.buffers.map { try Buffer(bytes: $0) }
    scratch = try Buffer(bytes: scratchBytes)
    sums = try Buffer(bytes: 4 * lowered.sumCount)
    means = try Buffer(bytes: 4 * lowered.sumCount)
    hidden = try lowered.hiddenCounts.map { try Buffer(bytes: 4 * $0) }
    output = try Buffer(bytes: 4 * lowered.answerCount)
    records = try lowered.recordCounts.map { try Buffer(bytes: 4 * $0) }
    func attention() throws -> [Buffer] {
      try lowered.gates.map { try Buffer(bytes: 4 * $0.branches * variant.padded($0.channels)) }
    }
    attentions = try attention()
    replacements = try attention()
    weightsInUse = attentions.map(\.floats)
    isSwapped = attentions.map { _ in false }
    interventions = [Intervention?](repeating: nil, count: plan.units.count)
    unitMeans =
      recordsMeans
      ? try plan.units.map { try Buffer(bytes: 4 * (variant.padded($0.output) + variant.lanes)) }
      : []
    ones = try Buffer([Float](repeating: 1, count: lowered.mostSummed))
    if plan.precision == .bf16 {
      magnitudes = Magnitudes(gates: lowered.gates.count, values: lowered.values.count) {
        [unowned self] in pointer($0)
      }
    }
    for (step, layer) in zip(plan.steps, plan.layerOfStep) {
      guard let run = try operation(step) else { continue }
      operations.append((layer, following(step, run)))
    }
  }

  /// A step with the bounds of its values.
  private func following(_ step: Step, _ run: @escaping Operation) -> Operation {
    guard let magnitudes else { return run }
    return { () throws(EngineError) in
      magnitudes.follow(step)
      try run()
    }
  }

  /// Runs one picture.
  ///
  /// - Parameter input: `[3, height, width]`, normalised.
  /// - Throws: `EngineError` if the input has another size or oneDNN fails, `NonFiniteOutput` if logits,
  ///   attention or anything on the way to them is not finite: there is then nothing to be read.
  public func run(_ input: UnsafeBufferPointer<Float>) throws {
    try take(input)
    sk_expect_finite()
    try Library.single { () throws(EngineError) in
      if timesLayers { try runTimed() } else { for operation in operations { try operation.run() } }
    }
    guard isFinite else {
      throw NonFiniteOutput(layer: try firstNonFiniteLayer(of: input))
    }
  }

  private func take(_ input: UnsafeBufferPointer<Float>) throws(EngineError) {
    let picture = plan.lowered.picture
    guard let base = input.baseAddress, input.count == plan.inputCount else {
      throw .input(expected: plan.inputCount, found: input.count)
    }
    magnitudes?.begin(input, in: picture)
    if let value = picture.plain {
      sk_convert(plan.variant, input.count, base, pointer(Place(value: value)))
    }
    if let value = picture.blocked {
      sk_block(
        plan.variant, Int32(plan.inputChannels), plan.height * plan.width, base,
        pointer(Place(value: value)))
    }
    if let value = picture.floats {
      pointer(Place(value: value)).copyMemory(from: base, byteCount: 4 * input.count)
    }
  }

  /// Whether the last run's logits and attention are, and anything that has been computed since
  /// `sk_expect_finite`.
  private var isFinite: Bool {
    sk_was_not_finite() == 0 && magnitudes?.hasExceeded != true
      && sk_are_finite(output.count, output.floats) != 0
      && attentions.allSatisfy { sk_are_finite($0.count, $0.floats) != 0 }
      && records.allSatisfy { sk_are_finite($0.count, $0.floats) != 0 }
  }

  /// The first layer in which it shows, by another run.
  private func firstNonFiniteLayer(of input: UnsafeBufferPointer<Float>) throws -> String {
    forget()
    // What is not finite may stand in padding that no later run writes.
    defer { forget() }
    try take(input)
    return try Library.single { () throws(EngineError) in
      for operation in operations {
        sk_expect_finite()
        try operation.run()
        if !isFinite { return plan.layers[operation.layer].name }
      }
      return plan.layers.last?.name ?? ""
    }
  }

  /// Leaves all memory as `init` took it, but for what replaces attention.
  private func forget() {
    let own = hidden + [scratch, sums, means, output]
    for buffer in buffers + attentions + unitMeans + records + own {
      buffer.raw.initializeMemory(as: UInt8.self, repeating: 0, count: buffer.bytes)
    }
  }

  /// Runs one picture.
  ///
  /// - Parameter input: `[3, height, width]`, normalised.
  /// - Throws: As above.
  public func run(_ input: [Float]) throws { try input.withUnsafeBufferPointer { try run($0) } }

  /// Replaces units' attention in all runs to come.
  ///
  /// The recorded attention stays what the gates compute, of what the changed network shows them.
  ///
  /// - Parameter interventions: One for each of the plan's units; nil leaves a unit alone.
  /// - Throws: `EngineError.intervention` naming the unit; then nothing changes.
  public func intervene(_ interventions: [Intervention?]) throws(EngineError) {
    guard interventions.count == plan.units.count else {
      throw .intervention(
        "\(interventions.count) were given; the network has \(counted(plan.units.count, "unit"))")
    }
    for (unit, intervention) in zip(plan.units, interventions) {
      guard let intervention else { continue }
      guard unit.hasAttention else {
        let owner = plan.units.contains(where: \.hasAttention) ? "unit" : "network"
        throw .intervention("\(unit.name): the \(owner) has no attention to replace")
      }
      if let problem = intervention.problem(width: unit.width, branches: unit.branches) {
        throw .intervention("\(unit.name): \(problem)")
      }
    }
    self.interventions = interventions
    for (unit, intervention) in zip(plan.units, interventions) {
      guard let gate = unit.gate else { continue }
      intervention?.fill(
        replacements[gate].floats, width: unit.width, padded: plan.variant.padded(unit.width),
        branches: unit.branches)
      isSwapped[gate] = intervention == .swapped
      weightsInUse[gate] =
        intervention == nil ? attentions[gate].floats : replacements[gate].floats
      // Attention is no more than 1, in reverse as well.
      magnitudes?.largestWeights[gate] =
        intervention == nil ? 1 : max(1, replacements[gate].largestMagnitude)
    }
  }

  /// Puts weights in the place of a gate's own in all runs to come.
  ///
  /// - Parameters:
  ///   - gate: Which of the plan's, for the whole map.
  ///   - values: Finite, as many as the gate's node has; nil for the gate's own.
  func replace(gate: Int, by values: [Float]?) {
    let own = attentions[gate].floats
    weightsInUse[gate] = values == nil ? own : replacements[gate].floats
    guard let values else { return }
    plan.lowered.forEachWeight(of: gate, plan.variant) { weightsInUse[gate][$0] = values[$1] }
  }

  /// What weighed a gate's branches in the last run, as its node has it.
  func weights(ofGate gate: Int, into values: inout [Float]) {
    plan.lowered.forEachWeight(of: gate, plan.variant) { values[$1] = weightsInUse[gate][$0] }
  }

  /// The last run's logits, one a class; none without a classifier.
  public var logits: [Float] { withLogits { Array($0) } }

  /// Reads the last run's logits in place.
  public func withLogits<Result>(
    _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    try body(UnsafeBufferPointer(start: output.floats, count: output.count))
  }

  /// The last run's value of a node that the plan records, by its place among them.
  public func recorded(_ index: Int) -> [Float] {
    guard records.indices.contains(index) else { return [] }
    return Array(
      UnsafeBufferPointer(
        start: records[index].floats, count: plan.lowered.recordCounts[index]))
  }

  /// The last run's attention of a unit, `[M, C]`, as the gate computed it; empty if it has none.
  public func attention(ofUnit unit: Int) -> [Float] {
    guard let gate = gate(unit) else { return [] }
    return withoutPadding(attentions[gate].floats, unit: unit)
  }

  /// What weighed a unit's branches in the last run, `[M, C]`: its attention or what replaced it.
  ///
  /// Between `intervene` and the next run there is nothing to be read.
  public func usedAttention(ofUnit unit: Int) -> [Float] {
    guard let gate = gate(unit) else { return [] }
    return withoutPadding(weightsInUse[gate], unit: unit)
  }

  /// Reads the last run's attention of a unit and branch in place, one value a channel.
  public func withAttention<Result>(
    ofUnit unit: Int, branch: Int, _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    guard let gate = gate(unit), (0..<plan.units[unit].branches).contains(branch)
    else { return try body(UnsafeBufferPointer(start: nil, count: 0)) }
    let width = plan.units[unit].width
    return try body(
      UnsafeBufferPointer(
        start: attentions[gate].floats + branch * plan.variant.padded(width),
        count: width))
  }

  /// The mean over positions of a unit's output, `[C]`; empty unless `init` was asked to record it.
  public func outputMeans(ofUnit unit: Int) -> [Float] {
    guard unitMeans.indices.contains(unit) else { return [] }
    return Array(
      UnsafeBufferPointer(start: unitMeans[unit].floats, count: plan.units[unit].output))
  }

  private func gate(_ unit: Int) -> Int? {
    plan.units.indices.contains(unit) ? plan.units[unit].gate : nil
  }

  private func withoutPadding(_ values: UnsafeMutablePointer<Float>, unit: Int) -> [Float] {
    let width = plan.units[unit].width
    return (0..<plan.units[unit].branches).flatMap { branch in
      UnsafeBufferPointer(start: values + branch * plan.variant.padded(width), count: width)
    }
  }

  private func runTimed() throws(EngineError) {
    var before = DispatchTime.now().uptimeNanoseconds
    for operation in operations {
      try operation.run()
      let now = DispatchTime.now().uptimeNanoseconds
      layerNanoseconds[operation.layer] += now - before
      before = now
    }
  }
}
