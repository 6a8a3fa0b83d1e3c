import Kernels
import Memory
import Networks

/// One layer of a plan, for people.
public struct PlannedLayer: Hashable, Sendable {
  /// What a layer does.
  public enum Kind: String, Codable, Sendable {
    case stem, pool, reduce, branches, gate, select, expand, shortcut, excite, shuffle, head,
      classifier
  }

  /// `stem`, or unit and layer: `SK_3_4 expand`.
  public var name: String
  /// What the layer does.
  public var kind: Kind
  /// `[C, H, W]` that comes in.
  public var input: [Int]
  /// `[C, H, W]` that goes out, of one branch where there are several.
  public var output: [Int]
  /// Multiply-adds of convolutions and linear layers.
  public var macs: Int
  /// oneDNN's name of the implementation, or our own kernels'.
  public var implementation: String
}

/// A network compiled for one input size and processor: weights folded and packed, memory planned.
///
/// Immutable and shared by threads; each thread runs it through a `Runner` of its own.
public final class Plan: Sendable {
  /// The network.
  public let architecture: Architecture
  /// Height of the input in pixels.
  public let height: Int
  /// Width of the input in pixels.
  public let width: Int
  /// Number format of activations and weights.
  public let precision: Precision
  /// What the plan's code needs of the processor.
  public let instructionSet: InstructionSet
  /// The layers in the order in which they run.
  public let layers: [PlannedLayer]
  /// The network's units, in order.
  public let units: [Unit]
  /// Bytes of weights as they are packed, shared by all runners.
  public let weightBytes: Int
  /// Bytes of buffers that each runner takes.
  public let workspaceBytes: Int

  /// The kernels that run it.
  let variant: sk_variant
  /// Whether the stem reads the input in blocks rather than as `[3, H, W]`.
  let blocksInput: Bool
  let steps: [Step]
  /// The layer that each step belongs to.
  let layerOfStep: [Int]
  /// Numbers in each buffer.
  let slots: [Slot: Int]
  /// Scratch for our own kernels and for oneDNN.
  let scratchBytes: Int
  /// Floats of the gate's sums.
  let sumCount: Int

  /// Compiles a network.
  ///
  /// - Parameters:
  ///   - architecture: The network.
  ///   - weights: Its tensors; they are copied and may be freed afterwards.
  ///   - height: Height of the input in pixels.
  ///   - width: Width of the input in pixels.
  ///   - precision: Number format of activations and weights.
  ///   - instructionSet: What to use of the processor; results differ by rounding only.
  ///   - workers: Runners that will share the plan, for which there must be memory too.
  /// - Throws: `EngineError` that names the tensors, the part of the architecture or the instruction
  ///   set that does not fit; `MemoryError` before any is taken.
  public init(
    _ architecture: Architecture, weights: Weights, height: Int, width: Int,
    precision: Precision = .f32, instructionSet: InstructionSet = .best, workers: Int = 1
  ) throws {
    let variant = try instructionSet.kernels(precision)
    try architecture.check()
    let bytes = try Self.bytes(
      of: architecture, height: height, width: width, precision: precision,
      instructionSet: instructionSet)
    try ProcessMemory.require(
      ByteCount(bytes.weights) + ByteCount(bytes.workspace) * workers,
      for: "the network at \(height) × \(width) pixels on "
        + (workers == 1 ? "1 thread" : "\(workers) threads"))
    try weights.check(against: architecture.parameters)
    var compiler = Compiler(architecture, weights: weights, variant: variant)
    try Library.single { try compiler.compile(height: height, width: width) }
    self.architecture = architecture
    self.height = height
    self.width = width
    self.precision = precision
    self.instructionSet = instructionSet
    self.variant = variant
    units = architecture.units
    layers = compiler.layers
    blocksInput = compiler.blocksInput
    steps = compiler.steps
    layerOfStep = compiler.layerOfStep
    slots = compiler.slots
    scratchBytes = compiler.scratchBytes
    sumCount = compiler.sumCount
    weightBytes = compiler.weightBytes
    workspaceBytes = compiler.workspaceBytes
  }

  /// What a plan will take, without taking it: packed weights, and the buffers of a runner, oneDNN's own
  /// scratch not included.
  ///
  /// - Throws: As `init`.
  package static func bytes(
    of architecture: Architecture, height: Int, width: Int, precision: Precision,
    instructionSet: InstructionSet
  ) throws -> (weights: Int, workspace: Int) {
    try architecture.check()
    var compiler = Compiler(
      architecture, weights: Weights(), variant: try instructionSet.kernels(precision),
      measures: true)
    try compiler.compile(height: height, width: width)
    return (compiler.weightBytes, compiler.workspaceBytes)
  }
}
