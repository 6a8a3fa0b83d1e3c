import Kernels
import Networks
import Wording

/// Walks a graph once and writes down the steps that compute it, fast wherever a pattern is recognised.
///
/// Convolutions take in the batch norm, sum and function that follow them. Rearrangements, sums and
/// weighings are worked out as `Form`s and cost a step only where a kernel needs the result. What no
/// pattern takes is a plain step on floats.
struct Lowering {
  let graph: Graph
  let shapes: [[Int]?]
  let variant: sk_variant
  /// The nodes whose means over positions may be asked for, with their units' numbers.
  let probes: [Int: Int]
  /// Whether convolutions of the picture read it in blocks too.
  let blocksPicture: Bool
  /// Whether every value stays, as gradients need it.
  let keepsValues: Bool
  /// The node that goes out, if any.
  let answer: Int?
  /// The nodes whose values are asked for.
  let records: [Int]
  /// The nodes that no pattern may take in: each by its plain step.
  let plainly: Set<Int>

  var lowered = Lowered()
  /// For each node the nodes that take it, as often as they do.
  var consumers: [[Int]]
  var isNeeded: [Bool]
  var forms: [Form?]
  /// The last node of the convolution that takes a node in.
  var owner: [Int?]
  /// Convolutions that are to be written down when the walk reaches a node.
  var claims: [Int: [Claim]] = [:]
  /// Convolutions that are written down when somebody needs the result.
  var deferred: [Int: Claim] = [:]
  var maps: [Int: MapValue] = [:]
  var floats: [Int: Int] = [:]
  var isDone: [Bool]
  /// Nodes on the longest path from the picture.
  var height: [Int]
  /// How many nodes that have not been worked out a node stands on.
  var depth: [Int]
  var gates: [GateKey: Int] = [:]
  private var storedRows = 0

  /// A map's value: its channels in parts, each filled up to whole blocks.
  struct MapValue {
    var value: Int
    var parts: [Int]
    var positions: Int
  }

  /// Which weights a gate gives, in the order in which branches take them.
  struct GateKey: Hashable {
    var node: Int
    var weights: [Rows]
  }

  /// Beyond it, what has been put off is worked out, so that nothing is nested without bound.
  static let mostDepth = 64
  /// The same for the terms of a sum.
  static let mostTerms = 64
  /// The same for the rows of all forms together.
  static let mostRows = 1 << 24

  init(
    _ graph: Graph, shapes: [[Int]?], answer: Int?, probes: [Int: Int], records: [Int] = [],
    plainly: Set<Int> = [], variant: sk_variant, blocksPicture: Bool, keepsValues: Bool = false
  ) {
    self.graph = graph
    self.shapes = shapes
    self.answer = answer
    self.records = records
    lowered.recordCounts = records.map { shapes[$0]?.reduce(1, *) ?? 0 }
    self.probes = probes
    self.plainly = plainly
    self.variant = variant
    self.blocksPicture = blocksPicture
    self.keepsValues = keepsValues
    let count = graph.nodes.count
    forms = [Form?](repeating: nil, count: count)
    owner = [Int?](repeating: nil, count: count)
    isDone = [Bool](repeating: false, count: count)
    depth = [Int](repeating: 0, count: count)
    consumers = [[Int]](repeating: [], count: count)
    isNeeded = [Bool](repeating: false, count: count)
    height = depth
    for node in graph.ancestors(
      of: (answer.map { [$0] } ?? []) + Array(probes.keys) + records)
    {
      isNeeded[node] = true
      for input in graph.nodes[node].inputs {
        consumers[input].append(node)
        height[node] = max(height[node], height[input] + 1)
      }
    }
  }

  /// Lowers the network.
  ///
  /// - Throws: `EngineError` naming a node that cannot be run.
  mutating func lower() throws(EngineError) {
    for index in graph.nodes.indices where isNeeded[index] {
      try check(index)
      if let claims = claims[index] {
        try addConvolutions(claims)
      } else if owner[index] == nil {
        try visit(index)
      }
      try addProbe(index)
      for (record, node) in records.enumerated() where node == index {
        add(
          .record(
            record, count: lowered.recordCounts[record],
            from: Place(value: try floatValue(node))), nil)
      }
    }
    try addAnswer()
    nameRoles()
    if keepsValues { lowered = lowered.keepingValues(variant) }
  }

  private func check(_ index: Int) throws(EngineError) {
    if case .unknown(let operation) = graph.nodes[index].operation {
      throw .node(graph.nodes[index].name, "the operation \(operation) is not understood")
    }
    guard shapes[index] != nil else {
      throw .node(graph.nodes[index].name, "its shape is unknown")
    }
  }

  // MARK: Nodes

  private mutating func visit(_ index: Int) throws(EngineError) {
    let node = graph.nodes[index]
    if node.isPicture {
      forms[index] = Form(node: index, shape: shape(index), isMap: true)
      return
    }
    guard let first = node.inputs.first else { return }
    if plainly.contains(index) {
      let isMap = forms[first]?.isMap == true && shape(index).count == 4
      forms[index] = Form(node: index, shape: shape(index), isMap: isMap)
      _ = try floatValue(index)
      return
    }
    if let form = form(of: node), form.terms.count <= Self.mostTerms,
      storedRows + form.storedCount <= Self.mostRows
    {
      forms[index] = form
      storedRows += form.storedCount
      depth[index] = 1 + deepest(node)
      if try addShuffle(index, form) { return }
      if form.plainRows == nil, form.isMap, isConvolved(index) { return try settle(index) }
      if depth[index] > Self.mostDepth { try settle(index) }
      return
    }
    guard let input = forms[first] else { return try putOff(index, isMap: false) }
    guard input.isMap else { return try putOff(index, isMap: false) }
    switch node.operation {
    case .convolution(let convolution) where input.isPlainMap:
      if try claim(index, convolution) { return }
    case .pool(let pool) where input.isPlainMap:
      if try addPool(index, pool) { return }
    case .reduction(.mean, let axes, _)
    where axes.sorted() == Array(input.leading.count..<input.shape.count):
      return try putOff(index, isMap: false)
    case .batchNorm where input.isPlainMap:
      // What ReLU takes waits for it.
      guard rectifier(of: index) == nil else { return try putOff(index, isMap: true) }
      return try addNorm(index, as: index)
    case .activation(.relu) where rectifier(of: first) == index && !isDone[first]:
      return try addNorm(first, as: index)
    case .activation(let activation):
      if try addExcite(index, activation) { return }
      // Weights at every position: only a join needs to know.
      if activation == .sigmoid || activation == .exp { return try putOff(index, isMap: true) }
      if input.isPlainMap, try addFunction(index, activation) { return }
    case .combination(.subtract), .combination(.maximum), .combination(.divide):
      return try putOff(index, isMap: shape(index).count == 4)
    case .softmax(let axis) where axis < input.leading.count:
      return try putOff(index, isMap: true)
    case .linear where input.positions == 1:
      return try putOff(index, isMap: false)
    default: break
    }
    // A map that no pattern makes: by its plain step, now.
    let isMap = shape(index).count == 4
    try putOff(index, isMap: isMap)
    if isMap { try settle(index) }
  }

  /// A node's value by rows of others, where it takes no kernel.
  private func form(of node: Graph.Node) -> Form? {
    guard let first = node.inputs.first, let input = forms[first] else { return nil }
    switch node.operation {
    case .reshape(let target): return input.reshaped(target)
    case .transpose(let order): return input.transposed(order)
    case .expansion(let target): return input.expanded(target)
    case .slice(let axis, let start, let count, let step):
      return input.selected(
        axis: axis, (0..<count).map { start + $0 * step }, drops: false)
    case .selection(let axis, let indices, let dropsAxis):
      return input.selected(axis: axis, indices, drops: dropsAxis && indices.count == 1)
    case .concatenation(let axis):
      let inputs = node.inputs.compactMap { forms[$0] }
      return inputs.count == node.inputs.count ? Form.joined(inputs, axis: axis) : nil
    case .combination(.add):
      return forms[node.inputs[1]].flatMap { input.adding($0) }
    case .combination(.multiply):
      guard let other = forms[node.inputs[1]] else { return nil }
      if weighs(other) { return input.weighed(by: other) }
      return weighs(input) ? other.weighed(by: input) : nil
    case .reduction(.sum, let axes, let keeps) where axes.count == 1:
      return input.summed(axis: axes[0], keeps: keeps)
    default: return nil
    }
  }

  /// Whether a value is a softmax's or a sigmoid's, rearranged perhaps.
  private func weighs(_ form: Form) -> Bool {
    guard let node = form.plainRows?.first?.node, !plainly.contains(Int(node)) else { return false }
    switch graph.nodes[Int(node)].operation {
    case .softmax, .activation(.sigmoid), .combination(.divide): return true
    default: return false
    }
  }

  /// Leaves a node for whoever needs it.
  private mutating func putOff(_ index: Int, isMap: Bool) throws(EngineError) {
    let node = graph.nodes[index]
    // A function of rows keeps the axes that count them.
    if isMap, let input = node.inputs.first.flatMap({ forms[$0] }), input.shape == shape(index) {
      forms[index] = Form(node: index, like: input)
    } else {
      forms[index] = Form(node: index, shape: shape(index), isMap: isMap)
    }
    depth[index] = 1 + deepest(node)
    if depth[index] > Self.mostDepth { try settle(index) }
  }

  private func deepest(_ node: Graph.Node) -> Int {
    node.inputs.reduce(0) { max($0, maps[$1] == nil && floats[$1] == nil ? depth[$1] : 0) }
  }

  /// Whether a convolution takes a value, so that there is no use in putting it off.
  private func isConvolved(_ index: Int) -> Bool {
    consumers[index].contains { reader in
      if case .convolution = graph.nodes[reader].operation { true } else { false }
    }
  }

  /// Works a node out now.
  private mutating func settle(_ index: Int) throws(EngineError) {
    if forms[index]?.isMap == true { _ = try map(index) } else { _ = try floatValue(index) }
    depth[index] = 0
  }

  /// The mean over positions of a unit's output, where it can be asked for.
  private mutating func addProbe(_ index: Int) throws(EngineError) {
    guard let unit = probes[index] else { return }
    guard let form = forms[index], form.isMap else { return try addPlainProbe(index, unit) }
    let value = try map(index)
    let channels = value.parts[0]
    guard value.parts.allSatisfy({ $0 == channels }) else {
      // Parts of several sizes are wanted as one map where their gradients are.
      guard keepsValues else { return }
      let rows = Rows(node: index, count: value.parts.reduce(0, +))
      let place = Place(value: newValue(variant.padded(rows.count) * value.positions))
      addGather(rows, positions: value.positions, to: place, for: index)
      add(
        .probe(unit: unit, channels: rows.count, positions: value.positions, parts: [place]), nil)
      return
    }
    add(
      .probe(
        unit: unit, channels: channels, positions: value.positions,
        parts: value.parts.indices.map { partPlace(value, $0) }), nil)
  }

  /// The same of what is no map: wanted where gradients are.
  private mutating func addPlainProbe(_ index: Int, _ unit: Int) throws(EngineError) {
    guard keepsValues, !graph.nodes[index].inputs.isEmpty else { return }
    let shape = shape(index)
    let count = shape.reduce(1, *)
    let channels = shape.count == 4 ? shape[1] : count
    let positions = count / max(channels, 1)
    let place = Place(value: newValue(variant.padded(channels) * positions))
    add(
      .block(
        channels: channels, positions: positions, from: Place(value: try floatValue(index)),
        to: place), nil)
    add(.probe(unit: unit, channels: channels, positions: positions, parts: [place]), nil)
  }

  // MARK: Bookkeeping

  func shape(_ node: Int) -> [Int] { shapes[node] ?? [] }

  /// Rows and columns of a map.
  func extent(_ node: Int) -> Extent {
    let shape = shape(node)
    return Extent(height: shape[shape.count - 2], width: shape[shape.count - 1])
  }

  /// Appends a step; without a layer of its own it belongs to the one before.
  mutating func add(_ step: LoweredStep, _ layer: LoweredLayer?) {
    if let layer { lowered.layers.append(layer) }
    lowered.steps.append(step)
    lowered.layerOfStep.append(max(lowered.layers.count - 1, 0))
  }

  mutating func newValue(_ count: Int, isFloat: Bool = false) -> Int {
    lowered.values.append(.init(count: count, isFloat: isFloat))
    return lowered.values.count - 1
  }

  /// A new map, the value of a node.
  mutating func newMap(_ node: Int, parts: [Int], positions: Int) -> MapValue {
    let count = parts.reduce(0) { $0 + variant.padded($1) } * positions
    let map = MapValue(value: newValue(count), parts: parts, positions: positions)
    maps[node] = map
    return map
  }

  func partPlace(_ map: MapValue, _ part: Int) -> Place {
    let channels = map.parts[..<part].reduce(0) { $0 + variant.padded($1) }
    return Place(value: map.value, offset: channels * map.positions)
  }
}

extension EngineError {
  /// What is wrong with a node.
  static func node(_ name: String, _ problem: String) -> EngineError {
    .architecture("node '\(abbreviated(name))': \(problem)")
  }
}
