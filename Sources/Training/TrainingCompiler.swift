import Engine
import Foundation
import Kernels
import Memory
import Networks

/// Writes down what a batch goes through in each part of a network, forwards and backwards.
struct TrainingCompiler {
  let network: NetworkParts
  let state: TrainingState
  let batch: BatchRun
  /// About how many positions a chunk has.
  let chunkPositions: Int

  var forward = Sequence(isForward: true)
  /// Each part's way back, in the order of the way forward.
  var backward: [Sequence] = []
  /// What runs before a batch, each by one worker, and what after it.
  private var packing: [Job] = []
  private var gathering: [Job] = []
  private(set) var head: Head?
  /// oneDNN's names for the code of each dense convolution's passes; none for our own kernels.
  private(set) var implementations: [String: [String]] = [:]

  /// What the last part put out, and where its gradient goes.
  var trunk: Field
  var trunkGradient: Field
  /// The same where the trunk is in halves.
  var halves: Halves?
  /// Gradients of trunks in turn, of the selected map, and of the reduced one.
  let trunkStores: [Store], selectedStore: Store, reducedStore: Store
  var trunkStore = 0

  private var stores: [Store] = []
  private var scratchBytes = 0
  /// Doubles of every worker's sums, and floats of its gradients.
  private var sumCount = 0
  private var gradientCount = 0

  init(_ network: NetworkParts, _ state: TrainingState, batch: BatchRun, chunkPositions: Int) {
    self.network = network
    self.state = state
    self.batch = batch
    self.chunkPositions = chunkPositions
    let size = batch.variant.size
    trunkStores = [Store(size: size), Store(size: size)]
    selectedStore = Store(size: size)
    reducedStore = Store(size: size)
    trunk = Field(
      channels: 0, extent: SpatialSize(height: 0, width: 0), size: size, arenaOffset: 0)
    trunkGradient = trunk
  }

  var variant: sk_variant { batch.variant }

  /// All segments: packing, the way forward, the loss, the way back, gathering.
  mutating func compile(_ input: SpatialSize) throws -> Sequence {
    try addStem(input)
    for (index, unit) in network.units.enumerated() {
      switch unit {
      case .residual(let path, let shortcut): try addUnit(path, shortcut)
      case .shuffled(let path, let pass):
        // The next unit may work on a half too.
        var splits = false
        if index + 1 < network.units.count, case .shuffled(_, nil) = network.units[index + 1] {
          splits = true
        }
        try addShuffleUnit(path, pass, splits: splits)
      }
    }
    try addHead()
    try addClassifier()
    var all = Sequence(isForward: true)
    all.open(.packing) { worker in
      memset(worker.sums.raw, 0, worker.sums.bytes)
      memset(worker.gradients.raw, 0, worker.gradients.bytes)
    }
    addJobs(packing, to: &all)
    all.meet()
    all.append(forward)
    for sequence in backward.reversed() { all.append(sequence) }
    all.meet()
    addJobs(gathering, to: &all)
    let stores = stores + trunkStores + [selectedStore, reducedStore]
    try ProcessMemory.require(
      stores.reduce(ByteCount(scratchBytes) * batch.workers.count) {
        $0 + $1.bytes(pictures: batch.capacity)
      }, for: TrainingNetwork.purpose(batch: batch.capacity, input, workers: batch.workers.count))
    for store in stores { try store.allocate(pictures: batch.capacity) }
    for worker in batch.workers {
      try worker.reserveScratch(scratchBytes)
      worker.sums = try Buffer(bytes: 8 * sumCount)
      worker.gradients = try Buffer(bytes: 4 * gradientCount)
    }
    return all
  }

  /// What one worker does for all.
  private struct Job {
    /// Numbers that it touches.
    var cost: Int
    var body: (Worker) throws -> Void
  }

  /// Hands jobs out, the largest first, each to the worker that has the least to do.
  private func addJobs(_ jobs: [Job], to sequence: inout Sequence) {
    var costs = batch.workers.map { _ in 0 }
    var shares = batch.workers.map { _ in [Job]() }
    for job in jobs.sorted(by: { $0.cost > $1.cost }) {
      let index = costs.indices.min { costs[$0] < costs[$1] } ?? 0
      costs[index] += job.cost
      shares[index].append(job)
    }
    sequence.open(.packing) { [shares] worker in
      for job in shares[worker.index] { try job.body(worker) }
    }
  }

  // MARK: Stem and head

  private mutating func addStem(_ input: SpatialSize) throws {
    let layer = network.stem[0]
    let output = newField(layer.outputs, convolved(input, stride: layer.stride))
    var back = Sequence(isForward: false)
    let stem = try makeStem(layer, input, output)
    let forwardRoom = newRoom(variant.padded(3), input, in: &forward)
    let positions = max(input.count, output.positions)
    forward.add(.denseForward, positions: positions, pass: stem.pass(.forward)) { worker, chunk in
      try stem.forward(worker, chunk, output: output, room: forwardRoom)
    }
    let norm = try addNorm(layer.norm, output)
    addMoments(norm, output)
    forward.meet()
    addFinish([norm])
    let first = newField(layer.outputs, output.extent)
    addNormalize(norm, output, to: first)
    let others = try addStemLayers(after: first)
    let activated = others.last?.output ?? first
    trunk = activated
    trunkGradient = newGradient(of: activated)
    var gradient = trunkGradient
    if let (isPadded, extent) = network.pool {
      let channels = network.stem[network.stem.count - 1].outputs
      let pooled = newField(channels, extent)
      let pool = MaxPool(isPadded: isPadded, variant: variant)
      forward.add(.head, positions: activated.positions) { worker, chunk in
        pool.forward(worker, chunk, input: activated, output: pooled)
      }
      trunk = pooled
      trunkGradient = newGradient(of: pooled)
      let pooledGradient = trunkGradient
      let target = newField(channels, activated.extent)
      gradient = target
      back.add(.head, positions: activated.positions) { worker, chunk in
        pool.backward(
          worker, chunk, input: activated, outputGradient: pooledGradient, inputGradient: target)
      }
    }
    gradient = addStemGradient(others, of: gradient, &back)
    addGradientSums(norm, output, gradient, to: &back)
    back.meet()
    addFinishGradient([norm], to: &back)
    let convolved = newRoom(output, in: &back)
    let room = newRoom(variant.padded(3), input, in: &back)
    addNormGradient(norm, output, gradient, rectifies: true, to: convolved, &back)
    back.add(.denseWeights, positions: positions, pass: stem.pass(.weightGradient)) {
      worker, chunk in try stem.weightGradient(worker, chunk, outputGradient: convolved, room: room)
    }
    back.add(.denseInput, positions: positions) { worker, chunk in
      stem.inputGradient(worker, chunk, outputGradient: convolved, room: room)
    }
    backward.append(back)
  }

  private mutating func makeStem(
    _ layer: NetworkParts.Layer, _ input: SpatialSize, _ output: Field
  ) throws -> Stem {
    let shape = BlockedShape(
      inputChannels: 3, outputChannels: output.channels, height: input.height, width: input.width,
      outputHeight: output.extent.height, outputWidth: output.extent.width, kernel: layer.kernel,
      stride: layer.stride, dilation: layer.dilation, padding: layer.padding, isPlainInput: true)
    let dense = try DenseConvolution(
      shape, parameter: layer.weights, inputs: 3, outputs: layer.outputs, state: state,
      count: planned(max(input.count, output.positions)), variant: variant,
      workers: batch.workers.count)
    implementations[layer.name] = dense?.implementations ?? []
    let own = try GroupedConvolution(
      sk_shape(
        input_channels: 3, output_channels: Int32(layer.outputs), groups: 1,
        height: Int32(input.height), width: Int32(input.width),
        output_height: Int32(output.extent.height), output_width: Int32(output.extent.width),
        stride: Int32(layer.stride), relu: 0, accumulate: 0),
      branches: [.init(layer)], state: state, variant: variant, workers: batch.workers.count)
    let result = Stem(dense: dense, own: own, batch: batch, extent: input)
    addJobs(cost: 3 * layer.outputs * layer.kernel * layer.kernel, result.pack, result.gather)
    scratchBytes = max(scratchBytes, result.scratchBytes)
    return result
  }

  /// The convolution before the global pool, if there is one.
  private mutating func addHead() throws {
    guard let (convolution, excitation) = network.head else { return }
    let channels = convolution.outputs
    let input = trunk
    let inputGradient = trunkGradient
    let layer = try addDense(convolution, from: input)
    forward.meet()
    addFinish([layer.norm])
    let end = try addRectified(excitation, channels, layer)
    trunk = end.output
    trunkGradient = newField(channels, end.output.extent)
    var back = Sequence(isForward: false)
    addGradientSums(end, layer, trunkGradient, &back)
    back.meet()
    addFinishGradient([layer.norm], to: &back)
    addGradient(end, layer, trunkGradient, input, to: inputGradient, &back)
    backward.append(back)
  }

  private mutating func addClassifier() throws {
    guard let classifier = network.classifier else { return }
    let input = trunk
    let gradient = trunkGradient
    let head = try Head(
      features: classifier.features, classes: classifier.classes, positions: input.positions,
      weights: addPlainWeights(classifier.weights), bias: addPlainWeights(classifier.bias),
      batch: batch)
    forward.add(.head, positions: input.positions) { worker, chunk in
      try head.forward(worker, chunk, input: input)
    }
    var back = Sequence(isForward: false)
    back.add(.head, positions: input.positions) { worker, chunk in
      try head.backward(worker, chunk, gradient: gradient)
    }
    backward.append(back)
    self.head = head
  }

  // MARK: Places

  /// A map that the way back needs.
  mutating func newField(_ channels: Int, _ extent: SpatialSize) -> Field {
    let store = Store(size: variant.size)
    stores.append(store)
    return Field(channels: variant.padded(channels), extent: extent, in: store)
  }

  /// Where the gradient of a new trunk goes.
  mutating func newGradient(of field: Field) -> Field {
    trunkStore = 1 - trunkStore
    return Field(channels: field.channels, extent: field.extent, in: trunkStores[trunkStore])
  }

  /// A map of floats, of another's shape, that lives within a chunk: in the cache, where bfloat16 would
  /// save nothing.
  func newRoom(_ field: Field, in sequence: inout Sequence) -> Field {
    newRoom(field.channels, field.extent, size: 4, in: &sequence)
  }

  /// A map in the variant's format that lives within a chunk.
  func newRoom(
    _ channels: Int, _ extent: SpatialSize, size: Int? = nil, in sequence: inout Sequence
  ) -> Field {
    Field(
      channels: channels, extent: extent, size: size ?? variant.size,
      arenaOffset: sequence.arenaOffset(channels * extent.count))
  }

  /// Weights that are used where they are.
  mutating func addPlainWeights(_ name: String) -> PlainWeights {
    let range = state.places[name] ?? 0..<0
    let weights = PlainWeights(state, range, offset: gradientCount)
    gradientCount += range.count
    gathering.append(Job(cost: range.count) { [batch] _ in weights.gather(batch.workers) })
    return weights
  }

  /// How many pictures a chunk probably has.
  func planned(_ positions: Int) -> Int {
    let share = (batch.capacity + batch.workers.count - 1) / batch.workers.count
    return max(1, min(share, chunkPositions / positions))
  }

  /// Adds what a convolution needs before and after a batch.
  mutating func register(
    _ convolution: any Convolution, _ layer: String, cost: Int, scratchBytes bytes: Int,
    implementations names: [String]
  ) {
    addJobs(cost: cost, convolution.pack, convolution.gather)
    scratchBytes = max(scratchBytes, bytes)
    implementations[layer] = names
  }

  private mutating func addJobs(
    cost: Int, _ pack: @escaping (Worker) throws -> Void,
    _ gather: @escaping (Worker) throws -> Void
  ) {
    packing.append(Job(cost: cost, body: pack))
    gathering.append(Job(cost: cost, body: gather))
  }

  /// A batch norm of a convolution's output.
  ///
  /// - Throws: `TrainingError.network` if it would see one value a channel; `MemoryError`.
  mutating func addNorm(
    _ tensors: Graph.Operation.BatchNorm, _ channels: Int, positions: Int, variant: sk_variant
  ) throws -> BatchNorm {
    guard batch.capacity * positions > 1 else {
      throw TrainingError.network(
        "'\(tensors.scale.trimming(".weight"))' sees one value a channel in a batch of 1; "
          + "take at least 2 pictures")
    }
    let norm = try BatchNorm(
      tensors, channels: channels, positions: positions, state: state, batch: batch, sums: sumCount,
      variant: variant)
    sumCount += BatchNorm.sumRows * channels
    packing.append(Job(cost: 4 * channels) { _ in norm.pack() })
    return norm
  }

  mutating func addNorm(
    _ tensors: Graph.Operation.BatchNorm, _ field: Field
  ) throws -> BatchNorm {
    try addNorm(tensors, field.channels, positions: field.positions, variant: variant)
  }
}
