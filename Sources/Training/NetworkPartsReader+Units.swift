import Networks

/// Units: what lies between two values that everything passes.
extension NetworkPartsReader {
  /// The unit between a value and where its ways meet again, and the node where it ends.
  func unit(
    from value: Int, to meeting: Int
  ) throws(TrainingError) -> (NetworkParts.Unit, end: Int) {
    guard let end = only(meeting) else { throw unknown(meeting) }
    switch graph.nodes[meeting].operation {
    case .combination(.add) where isReLU(end):
      let ways = inputs(meeting)
      for (path, side) in [(ways[0], ways[1]), (ways[1], ways[0])] {
        guard side == value || path != value else { continue }
        let shortcut = side == value ? nil : try self.shortcut(at: side, from: value)
        guard side == value || shortcut != nil else { continue }
        let read = try self.path(to: path, from: value, named: graph.nodes[end].name)
        guard !read.isRectified else { throw unknown(meeting) }
        return (.residual(read.path, shortcut), end)
      }
      throw unknown(meeting)
    case .concatenation(axis: 1) where inputs(meeting).count == 2 && isShuffle(end):
      let halves = inputs(meeting)
      let pass = try pass(at: halves[0], from: value)
      let start = pass == nil ? half(at: halves[0], of: value).map(\.count) : nil
      guard pass != nil || start != nil else { throw unknown(meeting) }
      let read = try path(
        to: halves[1], from: value, half: start, named: graph.nodes[end].name)
      guard read.isRectified else { throw unknown(meeting) }
      return (.shuffled(read.path, pass), end)
    default: throw unknown(meeting)
    }
  }

  // MARK: What passes

  /// A shortcut that is a layer; nil if a node is no such thing.
  private func shortcut(
    at node: Int, from value: Int
  ) throws(TrainingError) -> NetworkParts.Shortcut? {
    guard let (layer, input, isRectified) = try layer(at: node), !isRectified, layer.kernel == 1
    else { return nil }
    if input == value { return .init(layer: layer) }
    guard case .pool(let pool) = graph.nodes[input].operation, inputs(input) == [value] else {
      return nil
    }
    guard pool.kind != .meanWithPadding else {
      throw .network("its shortcuts' padded means, SimCLRv2's, are not trained here")
    }
    let side = pool.window.kernel.rows
    guard
      pool
        == .init(
          .mean,
          window: .init(kernel: .init(side, side), stride: .init(side, side), roundsUp: true))
    else { throw unknown(input) }
    return .init(layer: layer, pool: side)
  }

  /// A depthwise convolution without ReLU, then a 1×1 with it.
  private func pass(at node: Int, from value: Int) throws(TrainingError) -> NetworkParts.Pass? {
    guard let (pointwise, thinned, isRectified) = try layer(at: node), isRectified,
      let (depthwise, input, isThinnedRectified) = try layer(at: thinned), !isThinnedRectified,
      input == value, depthwise.groups == depthwise.inputs, depthwise.outputs == depthwise.inputs,
      pointwise.kernel == 1, pointwise.groups == 1
    else { return nil }
    return .init(depthwise: depthwise, pointwise: pointwise)
  }

  /// The channels of a value that a node takes, if it takes some in order.
  private func half(at node: Int, of value: Int) -> Range<Int>? {
    guard case .slice(axis: 1, let start, let count, step: 1) = graph.nodes[node].operation,
      inputs(node) == [value]
    else { return nil }
    return start..<start + count
  }

  /// Whether a node puts the channels of two halves in turn.
  private func isShuffle(_ node: Int) -> Bool {
    guard case .selection(axis: 1, let indices, dropsAxis: false) = graph.nodes[node].operation
    else { return false }
    let half = indices.count / 2
    return indices == (0..<2 * half).map { $0 / 2 + $0 % 2 * half }
  }

  // MARK: The path

  /// A path that ends in a node; of all of a value, or of its channels from `half` on.
  private func path(
    to node: Int, from value: Int, half: Int? = nil, named name: String
  ) throws(TrainingError) -> (path: NetworkParts.Path, isRectified: Bool) {
    let (map, excitation) = try excited(node) ?? (node, nil)
    guard let (expand, joined, isRectified) = try layer(at: map), expand.groups == 1 else {
      throw unknown(map)
    }
    let (outputs, join) = try self.join(at: joined)
    var branches: [NetworkParts.Branch] = []
    var rectified: Set<Bool> = []
    var sources: Set<Int> = []
    for output in outputs {
      guard let (layer, input, isRectified) = try layer(at: output) else { throw unknown(output) }
      rectified.insert(isRectified)
      // A branch's own slice, unless it is the half that the whole unit works on.
      if outputs.count > 1,
        case .slice(axis: 1, let start, _, step: 1) = graph.nodes[input].operation,
        half == nil || self.half(at: input, of: value) == nil
      {
        branches.append(.init(layer: layer, start: start))
        sources.insert(inputs(input)[0])
      } else {
        branches.append(.init(layer: layer))
        sources.insert(input)
      }
    }
    guard let source = sources.first, sources.count == 1, rectified.count == 1,
      Set(branches.map { $0.start == nil }).count == 1,
      Set(branches.map(\.layer.outputs)).count == 1, Set(branches.map(\.layer.stride)).count == 1
    else { throw unknown(joined) }
    func isBegin(_ node: Int) -> Bool {
      guard let half else { return node == value }
      return self.half(at: node, of: value).map { $0 == half..<2 * half } ?? false
    }
    var reduce: NetworkParts.Layer?
    if !isBegin(source) {
      guard let (layer, input, isRectified) = try layer(at: source), isRectified, isBegin(input),
        layer.groups == 1
      else { throw unknown(source) }
      reduce = layer
    }
    return (
      .init(
        name: name, reduce: reduce, branches: branches, rectifiesBranches: rectified == [true],
        join: join, expand: expand, excitation: excitation), isRectified
    )
  }

  /// The map that a node excites, and by what; nil if it excites none.
  func excited(
    _ node: Int
  ) throws(TrainingError) -> (map: Int, excitation: NetworkParts.Excitation?)? {
    guard case .combination(.multiply) = graph.nodes[node].operation else { return nil }
    let (map, weight) = (inputs(node)[0], inputs(node)[1])
    guard case .activation(.sigmoid) = graph.nodes[weight].operation else { return nil }
    let excite = try logits(at: inputs(weight)[0])
    guard isReLU(excite.input) else { throw unknown(excite.input) }
    let squeeze = try logits(at: inputs(excite.input)[0])
    guard isMean(squeeze.input), inputs(squeeze.input) == [map], let squeezeBias = squeeze.bias,
      let exciteBias = excite.bias
    else { throw unknown(node) }
    return (
      map,
      .init(
        squeeze: squeeze.weights, squeezeBias: squeezeBias, excite: excite.weights,
        exciteBias: exciteBias, hidden: squeeze.channels)
    )
  }
}
