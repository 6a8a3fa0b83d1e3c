import Kernels
import Memory
import Networks

/// One layer of a plan, for people.
public struct PlannedLayer: Hashable, Sendable {
  /// What a layer does.
  public enum Kind: String, Codable, Sendable {
    case stem, pool, reduce, branches, gate, select, expand, shortcut, excite, shuffle, head,
      classifier
    /// A convolution that is none of these.
    case convolution
    /// What no pattern takes.
    case plain
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

/// A unit of a plan: where attention is recorded and replaced, and outputs' means are taken.
public struct PlannedUnit: Hashable, Sendable {
  /// The unit's name, `SK_3_4`.
  public var name: String
  /// Channels that are weighed, C.
  public var width: Int
  /// Channels that go out.
  public var output: Int
  /// Branches, M.
  public var branches: Int
  /// The gate that weighs them, if there is one.
  var gate: Int?

  /// Whether the unit weighs its branches, so that there is attention to record.
  public var hasAttention: Bool { gate != nil }
}

/// A network compiled for one input size and processor: weights folded and packed, memory planned.
///
/// Immutable and shared by threads; each thread runs it through a `Runner` of its own.
public final class Plan: Sendable {
  /// Height of the input in pixels.
  public let height: Int
  /// Width of the input in pixels.
  public let width: Int
  /// Channels of the input.
  public let inputChannels: Int
  /// Number format of activations and weights.
  public let precision: Precision
  /// What the plan's code needs of the processor.
  public let instructionSet: InstructionSet
  /// The layers in the order in which they run.
  public let layers: [PlannedLayer]
  /// The network's units, in order.
  public let units: [PlannedUnit]
  /// Multiply-adds of convolutions and linear layers for one picture.
  public let macs: Int
  /// Bytes of weights as they are packed, shared by all runners.
  public let weightBytes: Int
  /// Bytes of buffers that each runner takes.
  public let workspaceBytes: Int

  /// Numbers of an input, `[channels, height, width]`.
  public var inputCount: Int { inputChannels * height * width }

  /// The kernels that run it.
  let variant: sk_variant
  let steps: [Step]
  /// The layer that each step belongs to.
  let layerOfStep: [Int]
  /// What the steps were made from.
  let lowered: Lowered
  /// Where values lie.
  let memory: MemoryPlan
  /// Scratch for our own kernels and for oneDNN.
  let scratchBytes: Int
  /// The nodes that run by plain steps; nil if there are none.
  let program: GraphProgram?

  /// Compiles a network of selective-kernel units.
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
  public convenience init(
    _ architecture: Architecture, weights: Weights, height: Int, width: Int,
    precision: Precision = .f32, instructionSet: InstructionSet = .best, workers: Int = 1
  ) throws {
    let variant = try instructionSet.kernels(precision)
    try self.init(
      PlannedNetwork(architecture), weights: weights,
      picture: SpatialSize(height: height, width: width), precision, instructionSet, variant,
      workers
    ) { try weights.check(against: architecture.parameters) }
  }

  /// Compiles a graph.
  ///
  /// - Parameters:
  ///   - graph: The network.
  ///   - weights: Its tensors; they are copied and may be freed afterwards.
  ///   - picture: Size of the input in pixels.
  ///   - precision: Number format of activations and weights.
  ///   - instructionSet: What to use of the processor; results differ by rounding only.
  ///   - workers: Runners that will share the plan, for which there must be memory too.
  ///   - records: Nodes whose values `Runner.recorded` gives after each run.
  /// - Throws: As the other one; for a node that cannot be run its name.
  public convenience init(
    _ graph: Graph, weights: Weights, picture: SpatialSize, precision: Precision = .f32,
    instructionSet: InstructionSet = .best, workers: Int = 1, recording records: [Int] = []
  ) throws {
    let variant = try instructionSet.kernels(precision)
    let network = PlannedNetwork(graph, recording: records)
    try self.init(
      network, weights: weights, picture: picture, precision, instructionSet, variant, workers
    ) {
      let shapes = try network.shapes(picture)
      _ = try weights.tensors(
        of: graph, shapes, nodes: graph.ancestors(of: [graph.output] + records))
    }
  }

  init(
    _ network: PlannedNetwork, weights: Weights, picture: SpatialSize, _ precision: Precision,
    _ instructionSet: InstructionSet, _ variant: sk_variant, _ workers: Int,
    checkingWeights: () throws -> Void
  ) throws {
    var lowered = try network.lowered(picture, variant)
    let bytes = try Self.bytes(of: lowered, variant)
    try ProcessMemory.require(
      ByteCount(bytes.weights) + ByteCount(bytes.workspace) * workers,
      for: "the network at \(picture.height) × \(picture.width) pixels on "
        + (workers == 1 ? "1 thread" : "\(workers) threads"))
    try checkingWeights()
    var compiler = Compiler(lowered, weights: weights, variant: variant)
    do {
      try Library.single { try compiler.compile() }
    } catch is Compiler.NeedsBlockedPicture {
      lowered = try network.lowered(picture, variant, blocksPicture: true)
      compiler = Compiler(lowered, weights: weights, variant: variant)
      try Library.single { try compiler.compile() }
    }
    let plain = lowered.plainNodes(network.graph)
    program =
      plain.isEmpty
      ? nil
      : try GraphProgram(network.graph, weights: weights, picture: picture, nodes: plain)
    inputChannels = network.inputChannels
    height = picture.height
    width = picture.width
    self.precision = precision
    self.instructionSet = instructionSet
    self.variant = variant
    self.lowered = lowered
    units = network.units(lowered)
    layers = compiler.layers
    macs = compiler.layers.reduce(0) { $0 + $1.macs }
    steps = compiler.steps
    layerOfStep = compiler.layerOfStep
    memory = MemoryPlan(lowered, variant: variant)
    scratchBytes = max(compiler.scratchBytes, program?.scratchBytes(of: plain) ?? 0)
    weightBytes = compiler.weightBytes
    workspaceBytes = Self.workspaceBytes(lowered, memory, compiler.scratchBytes, variant)
  }

  /// What a plan will take, without taking it: packed weights, and the buffers of a runner, oneDNN's own
  /// scratch not included.
  ///
  /// - Throws: As `init`.
  package static func bytes(
    of architecture: Architecture, height: Int, width: Int, precision: Precision,
    instructionSet: InstructionSet
  ) throws -> (weights: Int, workspace: Int) {
    let variant = try instructionSet.kernels(precision)
    return try bytes(
      of: PlannedNetwork(architecture).lowered(
        SpatialSize(height: height, width: width), variant), variant)
  }

  private static func bytes(
    of lowered: Lowered, _ variant: sk_variant
  ) throws -> (weights: Int, workspace: Int) {
    var compiler = Compiler(lowered, weights: Weights(), variant: variant, measures: true)
    try compiler.compile()
    let memory = MemoryPlan(lowered, variant: variant)
    return (
      compiler.weightBytes, workspaceBytes(lowered, memory, compiler.scratchBytes, variant)
    )
  }

  private static func workspaceBytes(
    _ lowered: Lowered, _ memory: MemoryPlan, _ scratchBytes: Int, _ variant: sk_variant
  ) -> Int {
    let attention = lowered.gates.reduce(0) { $0 + $1.branches * variant.padded($1.channels) }
    return memory.buffers.reduce(0, +) + scratchBytes
      + 4
      * (2 * lowered.sumCount + lowered.hiddenCounts.reduce(0, +) + 2 * attention
        + lowered.answerCount + lowered.recordCounts.reduce(0, +))
  }
}
