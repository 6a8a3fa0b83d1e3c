import Kernels
import Networks

/// Weights of channels from the mean over positions: fuse and select, squeeze-and-excitation.
extension Lowering {
  /// A gate that was recognised, and the node whose mean it sees.
  struct RecognizedGate {
    var node: Int
    var key: GateKey
    var gate: LoweredGate
    var mean: Int
  }

  /// The gate that gives some terms their weights: mean, dense, norm, ReLU, dense, softmax or sigmoid,
  /// however its vectors are laid out; nil if it is none.
  func recognizedGate(_ terms: [Form.Term]) -> RecognizedGate? {
    let weights = terms.compactMap(\.weights)
    guard weights.count == terms.count, let first = weights.first?.first?.node else { return nil }
    let node = Int(first)
    guard weights.joined().allSatisfy({ $0.node == first }), forms[node]?.isMap == false,
      let input = graph.nodes[node].inputs.first, let logits = forms[input]?.plainRows
    else { return nil }
    let isSigmoid: Bool
    switch graph.nodes[node].operation {
    case .softmax(let axis):
      guard chooses(weights, axis: axis, shape: shape(node)) else { return nil }
      isSigmoid = false
    case .activation(.sigmoid): isSigmoid = true
    default: return nil
    }
    var layers: [Int] = []
    var rows: [[LoweredGate.LogitRow]] = []
    for branch in weights {
      rows.append([])
      for weight in branch {
        let row = logits[Int(weight.index)]
        let layer = layers.firstIndex(of: Int(row.node)) ?? layers.count
        if layer == layers.count {
          guard layers.count < 64 else { return nil }
          layers.append(Int(row.node))
        }
        rows[rows.count - 1].append(.init(layer: layer, row: Int(row.index)))
      }
    }
    let linears = layers.compactMap { linear($0) }
    guard linears.count == layers.count, let hidden = wholeInput(of: layers[0]),
      layers.allSatisfy({ wholeInput(of: $0) == hidden }),
      case .activation(.relu) = graph.nodes[hidden].operation, let fused = wholeInput(of: hidden),
      let (fuse, mean) = fuse(fused), plainly.isDisjoint(with: [hidden, fused, mean])
    else { return nil }
    let positions = forms[graph.nodes[mean].inputs[0]]?.positions ?? 1
    return RecognizedGate(
      node: node, key: GateKey(node: node, weights: weights),
      gate: LoweredGate(
        width: fuse.inputs, positions: positions, isSigmoid: isSigmoid, fuse: fuse,
        layers: linears, logits: rows), mean: graph.nodes[mean].inputs[0])
  }

  /// Whether each channel's weights are all those that a softmax makes sum to 1.
  private func chooses(_ weights: [Rows], axis: Int, shape: [Int]) -> Bool {
    guard shape[axis] == weights.count else { return false }
    let inner = shape[(axis + 1)...].reduce(1, *)
    func group(_ row: NodeRow) -> Int {
      Int(row.index) / (inner * weights.count) * inner + Int(row.index) % inner
    }
    return weights[0].indices.allSatisfy { channel in
      let rows = weights.map { $0[channel] }
      return Set(rows).count == rows.count && rows.allSatisfy { group($0) == group(rows[0]) }
    }
  }

  /// The node whose whole value, a vector, another takes.
  private func wholeInput(of node: Int) -> Int? {
    guard let input = graph.nodes[node].inputs.first, let form = forms[input], !form.isMap else {
      return nil
    }
    return whole(form)
  }

  /// A layer on vectors; nil if a node is none.
  private func linear(_ node: Int) -> LoweredLinear? {
    guard let input = graph.nodes[node].inputs.first, forms[input]?.isMap == false,
      !plainly.contains(node)
    else { return nil }
    switch graph.nodes[node].operation {
    case .convolution(let convolution):
      guard convolution.groups == 1, convolution.window.kernel == .init(1, 1),
        convolution.window.before == .init(0, 0), convolution.window.after == .init(0, 0),
        shape(input).suffix(2) == [1, 1], shape(input)[0] == 1
      else { return nil }
      return LoweredLinear(
        weights: convolution.weights, bias: convolution.bias, inputs: shape(input)[1],
        outputs: convolution.channels)
    case .linear(let linear):
      // One vector, whatever axes of 1 stand before it.
      guard let inputs = shape(input).last, shape(input).reduce(1, *) == inputs else { return nil }
      return LoweredLinear(
        weights: linear.weights, bias: linear.bias, isTransposed: linear.isTransposed,
        inputs: inputs, outputs: linear.features)
    default: return nil
    }
  }

  /// A dense layer of a mean over positions, its norm folded in.
  private func fuse(_ last: Int) -> (LoweredLinear, mean: Int)? {
    var (node, norm) = (last, Graph.Operation.BatchNorm?.none)
    if case .batchNorm(let tensors) = graph.nodes[node].operation {
      guard let input = wholeInput(of: node) else { return nil }
      (node, norm) = (input, tensors)
    }
    guard var layer = linear(node), let mean = wholeInput(of: node), isMean(mean) else {
      return nil
    }
    layer.norm = norm
    return (layer, mean)
  }

  /// Whether a node is the mean over all positions of a map.
  func isMean(_ node: Int) -> Bool {
    guard let input = graph.nodes[node].inputs.first, let form = forms[input], form.isMap else {
      return false
    }
    switch graph.nodes[node].operation {
    case .reduction(.mean, let axes, _):
      return axes.sorted() == Array(form.leading.count..<form.shape.count)
    case .pool(let pool): return form.isPlainMap && pool.isMean(over: extent(input))
    default: return false
    }
  }

  /// Writes a gate down once, its sums first.
  ///
  /// - Returns: Its number.
  mutating func addGate(
    _ found: RecognizedGate, layer: LoweredLayer?
  ) throws(EngineError) -> Int {
    if let index = gates[found.key] { return index }
    let places = try summed(found.mean, node: found.node)
    let width = found.gate.width
    let channels = variant.padded(width)
    lowered.sumCount = max(lowered.sumCount, channels, found.gate.hidden)
    var layer = layer
    for place in takeSums(of: places) {
      add(.sum(channels: channels, positions: found.gate.positions, from: place), layer)
      layer = nil
    }
    let index = lowered.gates.count
    lowered.gates.append((found.gate.branches, found.gate.channels))
    lowered.gateNodes.append(found.node)
    lowered.gateRows.append(found.key.weights.map { $0.map { Int($0.index) } })
    gates[found.key] = index
    add(.gate(found.gate, index: index), layer)
    return index
  }

  /// The places of the maps whose sum a mean is of.
  mutating func summed(_ node: Int, node reader: Int) throws(EngineError) -> [Place] {
    guard let form = forms[node] else { throw .node(graph.nodes[node].name, "is no map") }
    guard form.terms.allSatisfy({ $0.weights == nil }) else {
      return [Place(value: try map(node).value)]
    }
    var places: [Place] = []
    for term in form.terms {
      places.append(try gathered(term.rows, positions: form.positions, for: reader))
    }
    return places
  }

  /// Has the grouped convolutions that made some maps sum them up, if nobody used the sums since.
  ///
  /// - Returns: The maps that remain to be summed up.
  private mutating func takeSums(of places: [Place]) -> [Place] {
    var rest = places
    var makers: [Int] = []
    for index in lowered.steps.indices.reversed() {
      switch lowered.steps[index] {
      case .sum, .gate, .classify: return places
      case .grouped(let convolutions, _, let to, let sums):
        if sums { return places }
        // What is added to is not summed on the way, nor what another function than ReLU follows.
        guard convolutions.allSatisfy({ !$0.accumulates && $0.isRectifiedAtMost }),
          to.allSatisfy(rest.contains)
        else { continue }
        rest.removeAll(where: to.contains)
        makers.append(index)
      case .dense(_, _, let to, _) where rest.contains(to): makers.append(index)
      default: continue
      }
      if makers.reduce(0, { $0 + (lowered.steps[$1].written.count) }) == places.count { break }
    }
    guard Set(places).count == places.count,
      makers.reduce(0, { $0 + lowered.steps[$1].written.count }) == places.count
    else { return places }
    for index in makers {
      if case .grouped(let convolutions, let from, let to, _) = lowered.steps[index] {
        lowered.steps[index] = .grouped(convolutions, from: from, to: to, sums: true)
      }
    }
    return rest
  }
}

extension Graph.Operation.Pool {
  /// Whether it is the mean over all of a map.
  func isMean(over extent: Extent) -> Bool {
    kind != .maximum && window.kernel == .init(extent.height, extent.width)
      && window.before == .init(0, 0) && window.after == .init(0, 0)
      && window.dilation == .init(1, 1)
  }
}
