import Kernels
import Networks

/// A plan's steps with a runner's own memory.
extension Runner {
  /// Something that a run does.
  typealias Operation = () throws(EngineError) -> Void

  func pointer(_ place: Place) -> UnsafeMutableRawPointer {
    // The plan gave every value that its steps name a buffer.
    guard let buffer = plan.memory.bufferOfValue[place.value] else {
      preconditionFailure("unplanned value \(place.value)")
    }
    let size = plan.lowered.values[place.value].isFloat ? 4 : plan.precision.size
    return buffers[buffer].raw + size * place.offset
  }

  func floats(_ place: Place) -> UnsafeMutablePointer<Float> {
    pointer(place).assumingMemoryBound(to: Float.self)
  }

  /// A step with its pointers resolved; nil if this runner need not do it.
  func operation(_ step: Step) throws -> Operation? {
    let variant = plan.variant
    switch step {
    case .library(let convolution, let from, let to):
      return run(
        try convolution.call(
          source: pointer(from), output: pointer(to), scratchpad: scratch.raw))
    case .primitive(let primitive, let from, let to):
      return run(
        try primitive.call(source: pointer(from), output: pointer(to), scratchpad: scratch.raw))
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
    case .gate(let gate, let index):
      return { [unowned self] () throws(EngineError) in self.run(gate, index: index) }
    case .gather(let gather, let to): return operation(gather, to)
    case .classify(let classifier, let from, let gate):
      let source = pointer(from)
      return { [unowned self] () throws(EngineError) in
        self.run(classifier, from: source, gate: gate)
      }
    case .simple(let step): return try operation(step)
    }
  }

  private func run(_ call: LibraryCall) -> Operation {
    let handle = stream
    return { () throws(EngineError) in try call.run(handle.handle) }
  }

  private func operation(_ step: LoweredStep) throws -> Operation? {
    let variant = plan.variant
    let lanes = variant.lanes
    switch step {
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
    case .select(let from, let channels, let positions, let gate, let to):
      let pointers = from.map { Optional(UnsafeRawPointer(pointer($0))) }
      let (ones, destination) = (ones.floats, pointer(to))
      return { [unowned self] () throws(EngineError) in
        let weights = gate.map { self.weightsInUse[$0] } ?? ones
        sk_select(
          variant, Int32(channels / lanes), positions, Int32(pointers.count), pointers, weights,
          destination)
      }
    case .selectPositions(let selection, let from, let logits, let to):
      let inputs = from.map { Optional(UnsafeRawPointer(pointer($0))) }
      let logits = logits.map { Optional(UnsafeRawPointer(pointer($0))) }
      let destination = pointer(to)
      return { [unowned self] () throws(EngineError) in
        self.run(selection, logits, inputs, destination)
      }
    case .excite(let gate, let channels, let positions, let from, let to):
      let (source, destination) = (pointer(from), pointer(to))
      return { [unowned self] () throws(EngineError) in
        sk_scale_add_relu(
          variant, Int32(channels / lanes), positions, self.weightsInUse[gate], source, destination)
      }
    case .shuffle(let half, let positions, let left, let right, let to):
      let (left, right, parts) = (pointer(left), pointer(right), to.map(pointer))
      return { () throws(EngineError) in
        sk_shuffle(
          variant, Int32(half), positions, left, right, parts[0], parts.count > 1 ? parts[1] : nil)
      }
    case .block(let channels, let positions, let from, let to):
      let (source, destination) = (floats(from), pointer(to))
      return { () throws(EngineError) in
        sk_block(variant, Int32(channels), positions, source, destination)
      }
    case .unblock(let channels, let positions, let from, let to):
      let (source, destination) = (pointer(from), floats(to))
      return { () throws(EngineError) in
        sk_unblock(variant, Int32(channels), positions, source, destination)
      }
    case .plain(let node, let from, let to): return plainOperation(node, from, to)
    case .probe(let unit, let channels, _, let parts) where unitMeans.indices.contains(unit):
      return probe(step, unit, channels, parts)
    case .answer(let count, let from):
      let (source, target) = (floats(from), output.floats)
      return { () throws(EngineError) in target.update(from: source, count: count) }
    case .record(let index, let count, let from):
      let (source, target) = (floats(from), records[index].floats)
      return { () throws(EngineError) in target.update(from: source, count: count) }
    default: return nil
    }
  }

  private func probe(
    _ step: LoweredStep, _ unit: Int, _ channels: Int, _ parts: [Place]
  ) -> Operation? {
    guard case .probe(_, _, let positions, _) = step else { return nil }
    let variant = plan.variant
    let (sources, result) = (parts.map(pointer), unitMeans[unit])
    let padded = variant.padded(channels)
    return { () throws(EngineError) in
      let means = result.floats
      means.update(repeating: 0, count: result.count)
      for (part, source) in sources.enumerated() {
        sk_sum_positions(
          variant, Int32(padded / variant.lanes), positions, source, means + part * padded)
      }
      // The parts' padding goes: no value moves beyond one that is still to move.
      for part in sources.indices {
        for channel in 0..<channels {
          means[part * channels + channel] = means[part * padded + channel] / Float(positions)
        }
      }
    }
  }

  /// A node by its plain step in float32.
  private func plainOperation(_ index: Int, _ from: [Place?], _ to: Place) -> Operation? {
    guard let program = plan.program else { return nil }
    let step = plainStep(index, from, to, program) { _ in nil }
    return { [unowned self] () throws(EngineError) in
      if let values = replacedValues[index] {
        step.output.update(from: values, count: step.count)
      } else {
        try step.forward()
      }
    }
  }

  /// A node's plain step between places; `gradient` says where the gradient of what lies at a place is added
  /// up, nil if nobody wants it.
  func plainStep(
    _ index: Int, _ from: [Place?], _ to: Place, _ program: GraphProgram,
    gradient: (Place) -> UnsafeMutablePointer<Float>?
  ) -> GraphStep {
    let node = program.graph.nodes[index]
    let inputs = zip(node.inputs, from).map { input, place in
      let values: UnsafeMutablePointer<Float>
      if let place {
        values = floats(place)
      } else if case .constant(let constant) = program.graph.nodes[input].operation {
        values = UnsafeMutablePointer(mutating: program.tensor(constant.tensor))
      } else {
        preconditionFailure("no value of node \(input)")
      }
      return GraphStep.Input(
        node: input, shape: program.shapes[input] ?? [], values: values,
        gradient: place.flatMap(gradient))
    }
    return GraphStep(
      program: program, node: node, shape: program.shapes[index] ?? [], inputs: inputs,
      output: floats(to), scratch: scratch.floats)
  }

  private func operation(_ gather: Gather, _ to: Place) -> Operation {
    let destination = pointer(to)
    let block = gather.positions * gather.lanes
    let size = plan.precision.size
    let blocks = gather.blocks.map { part -> [UnsafeMutableRawPointer] in
      switch part {
      case .whole(let place): [pointer(place)]
      case .lanes(let places): places.map(pointer)
      }
    }
    let isWhole = gather.blocks.map { if case .whole = $0 { true } else { false } }
    return { () throws(EngineError) in
      for (index, sources) in blocks.enumerated() {
        let target = destination + index * block * size
        if isWhole[index] {
          target.copyMemory(from: sources[0], byteCount: block * size)
        } else if size == 4 {
          Self.gather(UInt32.self, sources, gather.positions, gather.lanes, target)
        } else {
          Self.gather(UInt16.self, sources, gather.positions, gather.lanes, target)
        }
      }
    }
  }

  private static func gather<Number: FixedWidthInteger>(
    _ type: Number.Type, _ sources: [UnsafeMutableRawPointer], _ positions: Int, _ lanes: Int,
    _ target: UnsafeMutableRawPointer
  ) {
    let target = target.assumingMemoryBound(to: type)
    for lane in 0..<lanes {
      guard lane < sources.count else {
        for position in 0..<positions { target[position * lanes + lane] = 0 }
        continue
      }
      let source = sources[lane].assumingMemoryBound(to: type)
      for position in 0..<positions {
        target[position * lanes + lane] = source[position * lanes]
      }
    }
  }
}

extension Lowered {
  /// For each gate how many numbers its first layer gives; 0 for one at every position.
  var hiddenCounts: [Int] {
    var counts = gates.map { _ in 0 }
    for case .gate(let gate, let index) in steps { counts[index] = gate.hidden }
    return counts
  }

  /// Weights of 1 that a plain sum of maps takes.
  var mostSummed: Int {
    steps.reduce(0) { most, step in
      guard case .select(let from, let channels, _, nil, _) = step else { return most }
      return max(most, from.count * channels)
    }
  }
}
