import CDNNL
import Foundation
import Kernels
import Networks
import Wording

/// Runs a plan on one thread at a time; each worker has its own.
///
/// All memory is taken in `init` and `run` keeps none; within a call, oneDNN makes and frees a small table
/// of arguments for each of its primitives.
public final class Runner {
  /// The plan that is run.
  public let plan: Plan

  private let stream: Stream
  private let buffers: [Slot: Buffer]
  private let scratch: Buffer
  let sums: Buffer
  let means: Buffer
  let hidden: Buffer
  let scale: Buffer
  let output: Buffer
  /// For each unit `[M, padded width]`; empty without attention.
  let attentions: [Buffer]
  /// The same, for what interventions put in the attention's place.
  let replacements: [Buffer]
  /// What each unit's branches are weighed by: its attention, or what replaces it.
  private(set) var weightsInUse: [UnsafeMutablePointer<Float>]
  /// For each unit the mean over positions of its output; none if not asked for.
  private let unitMeans: [Buffer]
  private let ones: Buffer
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
  public init(_ plan: Plan, recordsMeans: Bool = false, timesLayers: Bool = false) throws {
    self.plan = plan
    self.timesLayers = timesLayers
    layerNanoseconds = [UInt64](repeating: 0, count: plan.layers.count)
    let variant = plan.variant
    stream = try Stream()
    buffers = try plan.slots.mapValues { try Buffer(bytes: plan.precision.size * $0) }
    scratch = try Buffer(bytes: plan.scratchBytes)
    sums = try Buffer(bytes: 4 * plan.sumCount)
    means = try Buffer(bytes: 4 * plan.sumCount)
    hidden = try Buffer(bytes: 4 * plan.sumCount)
    scale = try Buffer(bytes: 4 * plan.sumCount)
    output = try Buffer(bytes: 4 * plan.architecture.classes)
    let branches = plan.architecture.branches.count
    func attention(_ unit: Networks.Unit) throws -> Buffer {
      try Buffer(bytes: unit.hasAttention ? 4 * branches * variant.padded(unit.width) : 0)
    }
    attentions = try plan.units.map(attention)
    replacements = try plan.units.map(attention)
    weightsInUse = attentions.map(\.floats)
    interventions = [Intervention?](repeating: nil, count: plan.units.count)
    unitMeans =
      recordsMeans
      ? try plan.units.map { try Buffer(bytes: 4 * (variant.padded($0.output) + variant.lanes)) }
      : []
    ones = try Buffer(
      [Float](
        repeating: 1,
        count: branches * (plan.units.map { variant.padded($0.width) }.max() ?? 0)))
    for (step, layer) in zip(plan.steps, plan.layerOfStep) {
      if let run = try operation(step) { operations.append((layer, run)) }
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
    guard sk_was_not_finite() == 0, isFinite else {
      throw NonFiniteOutput(layer: try firstNonFiniteLayer(of: input))
    }
  }

  private func take(_ input: UnsafeBufferPointer<Float>) throws(EngineError) {
    guard let buffer = buffers[.input], let base = input.baseAddress,
      input.count == 3 * plan.height * plan.width
    else {
      throw .input(expected: 3 * plan.height * plan.width, found: input.count)
    }
    if plan.blocksInput {
      sk_block(plan.variant, 3, plan.height * plan.width, base, buffer.raw)
    } else {
      sk_convert(plan.variant, input.count, base, buffer.raw)
    }
  }

  /// Whether the last run's logits and attention are.
  private var isFinite: Bool {
    sk_are_finite(output.count, output.floats) != 0
      && attentions.allSatisfy { sk_are_finite($0.count, $0.floats) != 0 }
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
        if sk_was_not_finite() != 0 || !isFinite { return plan.layers[operation.layer].name }
      }
      return plan.layers.last?.name ?? ""
    }
  }

  /// Leaves all memory as `init` took it, but for what replaces attention.
  private func forget() {
    let all = Array(buffers.values) + attentions + unitMeans
    for buffer in all + [scratch, sums, means, hidden, scale, output] {
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
    let branches = plan.architecture.branches.count
    for (unit, intervention) in zip(plan.units, interventions) {
      guard let intervention else { continue }
      guard unit.hasAttention else {
        let owner = plan.architecture.hasAttention ? "unit" : "network"
        throw .intervention("\(unit.name): the \(owner) has no attention to replace")
      }
      if let problem = intervention.problem(width: unit.width, branches: branches) {
        throw .intervention("\(unit.name): \(problem)")
      }
    }
    self.interventions = interventions
    for index in attentions.indices {
      let width = plan.units[index].width
      interventions[index]?.fill(
        replacements[index].floats, width: width, padded: plan.variant.padded(width),
        branches: branches)
      weightsInUse[index] =
        interventions[index] == nil ? attentions[index].floats : replacements[index].floats
    }
  }

  /// The last run's logits, one a class; none without a classifier.
  public var logits: [Float] { withLogits { Array($0) } }

  /// Reads the last run's logits in place.
  public func withLogits<Result>(
    _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    try body(UnsafeBufferPointer(start: output.floats, count: output.count))
  }

  /// The last run's attention of a unit, `[M, C]`, as the gate computed it; empty if it has none.
  public func attention(ofUnit unit: Int) -> [Float] {
    guard hasAttention(unit) else { return [] }
    return withoutPadding(attentions[unit].floats, unit: unit)
  }

  /// What weighed a unit's branches in the last run, `[M, C]`: its attention or what replaced it.
  ///
  /// Between `intervene` and the next run there is nothing to be read.
  public func usedAttention(ofUnit unit: Int) -> [Float] {
    guard hasAttention(unit) else { return [] }
    return withoutPadding(weightsInUse[unit], unit: unit)
  }

  /// Reads the last run's attention of a unit and branch in place, one value a channel.
  public func withAttention<Result>(
    ofUnit unit: Int, branch: Int, _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    guard hasAttention(unit), plan.architecture.branches.indices.contains(branch)
    else { return try body(UnsafeBufferPointer(start: nil, count: 0)) }
    let width = plan.units[unit].width
    return try body(
      UnsafeBufferPointer(
        start: attentions[unit].floats + branch * plan.variant.padded(width),
        count: width))
  }

  /// The mean over positions of a unit's output, `[C]`; empty unless `init` was asked to record it.
  public func outputMeans(ofUnit unit: Int) -> [Float] {
    guard unitMeans.indices.contains(unit) else { return [] }
    return Array(
      UnsafeBufferPointer(start: unitMeans[unit].floats, count: plan.units[unit].output))
  }

  private func hasAttention(_ unit: Int) -> Bool {
    plan.units.indices.contains(unit) && plan.units[unit].hasAttention
  }

  private func withoutPadding(_ values: UnsafeMutablePointer<Float>, unit: Int) -> [Float] {
    let width = plan.units[unit].width
    return (0..<plan.architecture.branches.count).flatMap { branch in
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

  // MARK: Steps

  private func pointer(_ place: Place) -> UnsafeMutableRawPointer {
    // The plan reserved every slot that its steps name.
    guard let buffer = buffers[place.slot] else { preconditionFailure("unplanned \(place.slot)") }
    return buffer.raw + plan.precision.size * place.offset
  }

  /// A step with its pointers resolved; nil if this runner need not do it.
  private func operation(_ step: Step) throws -> (() throws(EngineError) -> Void)? {
    let variant = plan.variant
    let lanes = variant.lanes
    switch step {
    case .library(let convolution, let from, let to):
      let call = try LibraryConvolution.Call(
        convolution, source: pointer(from), output: pointer(to), scratchpad: scratch.raw)
      let handle = stream
      return { () throws(EngineError) in try call.run(handle.handle) }
    case .own(let convolution, let from, let to, let sums):
      var calls = convolution.calls
      for m in calls.indices { calls[m].output = pointer(to[m]) }
      let source = pointer(from)
      let target = sums ? self.sums.floats : nil
      let scratch = scratch.raw
      return { [calls] () throws(EngineError) in
        withUnsafePointer(to: convolution.shape) { shape in
          sk_convolve(variant, shape, calls, Int32(calls.count), source, scratch, target)
        }
      }
    case .maxPool(let channels, let from, let input, let to, let output, let padding):
      let (source, destination) = (pointer(from), pointer(to))
      return { () throws(EngineError) in
        sk_max_pool(
          variant, Int32(channels / lanes), Int32(input.height), Int32(input.width), Int32(padding),
          Int32(output.height), Int32(output.width), source, destination)
      }
    case .averagePool(let channels, let from, let input, let to, let side):
      let (source, destination) = (pointer(from), pointer(to))
      return { () throws(EngineError) in
        sk_average_pool(
          variant, Int32(channels / lanes), Int32(input.height), Int32(input.width), Int32(side),
          source, destination)
      }
    case .sum(let channels, let positions, let from):
      let (source, sums) = (pointer(from), sums.floats)
      return { () throws(EngineError) in
        sk_sum_positions(variant, Int32(channels / lanes), positions, source, sums)
      }
    case .gate(let gate, let unit):
      return { [unowned self] () throws(EngineError) in self.run(gate, unit: unit) }
    case .select(let branches, let channels, let positions, let unit, let to):
      let inputs = (0..<branches).map { UnsafeRawPointer(pointer(Place(slot: .branch($0)))) }
      let pointers = inputs.map { Optional($0) }
      let ones = ones.floats
      let destination = pointer(to)
      return { [unowned self] () throws(EngineError) in
        let weights = unit.map { self.weightsInUse[$0] } ?? ones
        sk_select(
          variant, Int32(channels / lanes), positions, Int32(branches), pointers, weights,
          destination)
      }
    case .selectPositions(let selection, let unit, let to):
      func pointers(_ slot: (Int) -> Slot) -> [UnsafeRawPointer?] {
        (0..<selection.branches).map { UnsafeRawPointer(pointer(Place(slot: slot($0)))) }
      }
      let (logits, inputs) = (pointers(Slot.logits), pointers(Slot.branch))
      let destination = pointer(to)
      return { [unowned self] () throws(EngineError) in
        self.run(selection, unit: unit, logits, inputs, destination)
      }
    case .excite(let excitation, let from, let to):
      let (source, destination) = (pointer(from), pointer(to))
      return { [unowned self] () throws(EngineError) in
        self.run(excitation, from: source, to: destination)
      }
    case .scale(let excitation, let place):
      let target = pointer(place)
      return { [unowned self] () throws(EngineError) in
        let blocks = Int32(excitation.paddedChannels / lanes)
        sk_sum_positions(variant, blocks, excitation.positions, target, self.sums.floats)
        self.takeMeans(excitation.channels, positions: excitation.positions)
        self.takeScale(excitation)
        let input = Optional(UnsafeRawPointer(target))
        withUnsafePointer(to: input) {
          sk_select(variant, blocks, excitation.positions, 1, $0, self.scale.floats, target)
        }
      }
    case .shuffle(let half, let positions, let left, let right, let to):
      let (left, right, parts) = (pointer(left), pointer(right), to.map(pointer))
      return { () throws(EngineError) in
        sk_shuffle(
          variant, Int32(half), positions, left, right, parts[0], parts.count > 1 ? parts[1] : nil)
      }
    case .probe(let unit, let channels, let positions, let parts):
      guard unitMeans.indices.contains(unit) else { return nil }
      let (sources, result) = (parts.map(pointer), unitMeans[unit])
      let padded = variant.padded(channels)
      return { () throws(EngineError) in
        let means = result.floats
        means.update(repeating: 0, count: result.count)
        for (part, source) in sources.enumerated() {
          sk_sum_positions(
            variant, Int32(padded / lanes), positions, source, means + part * padded)
        }
        // The parts' padding goes: no value moves beyond one that is still to move.
        for part in sources.indices {
          for channel in 0..<channels {
            means[part * channels + channel] = means[part * padded + channel] / Float(positions)
          }
        }
      }
    case .classify(let classifier, let from):
      let source = pointer(from)
      return { [unowned self] () throws(EngineError) in self.run(classifier, from: source) }
    }
  }
}
