import Kernels
import Networks

/// Pools, what goes out, and what layers are called.
extension Lowering {
  /// A pool of a map.
  ///
  /// - Returns: Whether it was dealt with.
  mutating func addPool(
    _ node: Int, _ pool: Graph.Operation.Pool
  ) throws(EngineError) -> Bool {
    let input = graph.nodes[node].inputs[0]
    let (from, to) = (extent(input), extent(node))
    if pool.isMean(over: from) {
      forms[node] = Form(node: node, shape: shape(node), isMap: false)
      depth[node] = 1
      return true
    }
    let isOwn = pool.isOwnMaximum || pool.isOwnMean
    // Gradients are ours, or a plain step's.
    guard isOwn || !keepsValues else { return false }
    let reach = pool.window.reach(to)
    // oneDNN counts what lies beyond the padding, too, where a last window does.
    guard
      pool.kind != .meanWithPadding
        || reach.height <= from.height + pool.window.before.rows + pool.window.after.rows
          && reach.width <= from.width + pool.window.before.columns + pool.window.after.columns
    else { return false }
    guard let rows = forms[input]?.plainRows else {
      _ = try map(input)
      return try addPool(node, pool)
    }
    let source = try gathered(rows, positions: from.positions, for: input)
    let channels = variant.padded(rows.count)
    let target = Place(
      value: newMap(node, parts: [rows.count], positions: to.positions).value)
    forms[node] = Form(node: node, shape: shape(node), isMap: true)
    isDone[node] = true
    let window = pool.window
    let layer = layer(node, .pool, from: input, macs: 0)
    if pool.isOwnMaximum {
      add(
        .maxPool(
          channels: channels, from: source, input: from, to: target, output: to,
          padding: window.before.rows), layer)
    } else if pool.isOwnMean {
      add(
        .averagePool(
          channels: channels, from: source, input: from, to: target, side: window.kernel.rows),
        layer)
    } else {
      add(
        .pool(pool, channels: channels, from: source, input: from, to: target, output: to), layer)
    }
    return true
  }

  /// A function of a map that no convolution takes in.
  ///
  /// - Returns: Whether it was dealt with.
  mutating func addFunction(
    _ node: Int, _ function: Activation
  ) throws(EngineError) -> Bool {
    let input = graph.nodes[node].inputs[0]
    guard function.libraryFunction != nil, shape(node).count == 4, let form = forms[input] else {
      return false
    }
    let source: Place
    if let rows = form.plainRows {
      source = try gathered(rows, positions: form.positions, for: input)
    } else {
      source = Place(value: try map(input).value)
    }
    let target = newMap(node, parts: [form.rowCount], positions: form.positions)
    forms[node] = Form(node: node, shape: shape(node), isMap: true)
    isDone[node] = true
    add(
      .activate(
        function, channels: variant.padded(form.rowCount), extent: extent(node), from: source,
        to: Place(value: target.value)), layer(node, .plain, from: input, macs: 0))
    return true
  }

  /// What goes out: a classifier over the mean, or whatever it is.
  mutating func addAnswer() throws(EngineError) {
    guard let answer else { return }
    lowered.answerCount = shape(answer).reduce(1, *)
    if try addClassifier(answer) { return }
    let value = try floatValue(answer)
    add(.answer(count: lowered.answerCount, from: Place(value: value)), nil)
  }

  private mutating func addClassifier(_ node: Int) throws(EngineError) -> Bool {
    guard let last = whole(forms[node]),
      case .linear(let linear) = graph.nodes[last].operation,
      let input = graph.nodes[last].inputs.first, let mean = whole(forms[input]), isMean(mean)
    else { return false }
    let map = graph.nodes[mean].inputs[0]
    guard let form = forms[map], shape(input).last == form.rowCount else { return false }
    let layer = LoweredLinear(
      weights: linear.weights, bias: linear.bias, isTransposed: linear.isTransposed,
      inputs: form.rowCount, outputs: linear.features)
    var macs = layer.inputs * layer.outputs
    var description = LoweredLayer(
      name: "classifier", kind: .classifier, input: Array(shape(map).dropFirst()),
      output: [layer.outputs, 1, 1], macs: macs)
    let gate = form.terms.count == 1 ? recognizedGate(form.terms) : nil
    var index: Int?
    let from: Place
    if let gate {
      macs += gate.gate.macs
      description.macs = macs
      from = try gathered(form.terms[0].rows, positions: form.positions, for: map)
      index = try addGate(gate, layer: description)
    } else if let rows = form.plainRows {
      from = try gathered(rows, positions: form.positions, for: map)
    } else {
      from = Place(value: try self.map(map).value)
    }
    lowered.sumCount = max(lowered.sumCount, variant.padded(form.rowCount))
    add(
      .classify(layer, positions: form.positions, from: from, gate: index),
      gate == nil ? description : nil)
    return true
  }

  // MARK: Roles

  /// Tells what convolutions are for by what becomes of their results.
  mutating func nameRoles() {
    var makers: [Int: Int] = [:]
    var readers: [Int: [Int]] = [:]
    for (index, step) in lowered.steps.enumerated() {
      for value in step.read { readers[value, default: []].append(index) }
      for value in step.written where makers[value] == nil { makers[value] = index }
    }
    for index in lowered.steps.indices.reversed() {
      guard let kind = role(of: index, makers, readers) else { continue }
      lowered.layers[lowered.layerOfStep[index]].kind = kind
    }
    // Before the first pool or unit all is stem.
    for index in lowered.layers.indices {
      guard lowered.layers[index].kind == .convolution else {
        if lowered.layers[index].kind != .stem { break }
        continue
      }
      lowered.layers[index].kind = .stem
    }
  }

  /// By the steps that come after, whose roles are known.
  private func role(
    of index: Int, _ makers: [Int: Int], _ readers: [Int: [Int]]
  ) -> PlannedLayer.Kind? {
    let step = lowered.steps[index]
    switch step {
    case .dense(let convolution, _, _, _) where convolution.accumulates: return .expand
    case .dense(_, _, _, true): return .stem
    case .dense, .averagePool, .grouped: break
    default: return nil
    }
    let isGrouped = if case .grouped = step { true } else { false }
    for value in step.written {
      for reader in readers[value] ?? [] where reader > index {
        let kind = lowered.layers[lowered.layerOfStep[reader]].kind
        switch lowered.steps[reader] {
        case .select, .sum, .gate: if kind != .excite { return .branches }
        case .selectPositions(_, let from, _, _):
          return from.contains { $0.value == value } ? .branches : .gate
        case .excite(_, _, _, let from, let to):
          if to.value == value, makers[value] == index { return .shortcut }
          if from.value == value { return .expand }
        case .shuffle(_, _, let left, _, _): return left.value == value ? .shortcut : .expand
        case .classify: return .head
        case .dense(let convolution, let from, let to, _):
          if convolution.accumulates, to.value == value, makers[value] == index { return .shortcut }
          guard from.value == value else { continue }
          switch kind {
          case .shortcut: return makers[value] == index && isSide(index, readers) ? .shortcut : nil
          case .expand: return .branches
          case .branches: return isGrouped ? nil : .reduce
          case .gate: return .gate
          default: continue
          }
        case .grouped where kind == .branches:
          if !isGrouped { return .reduce }
        case .grouped where kind == .shortcut: return .shortcut
        default: continue
        }
      }
    }
    return nil
  }

  /// Whether all that a step makes goes to one other.
  private func isSide(_ index: Int, _ readers: [Int: [Int]]) -> Bool {
    Set(lowered.steps[index].written.flatMap { readers[$0] ?? [] }.filter { $0 != index }).count
      == 1
  }
}

extension Graph.Operation.Pool {
  /// Whether our own kernel has it: the maximum over 3 × 3 at stride 2.
  fileprivate var isOwnMaximum: Bool {
    let padding = window.before.rows
    return kind == .maximum && window.kernel == .init(3, 3) && window.stride == .init(2, 2)
      && window.dilation == .init(1, 1) && window.before == .init(padding, padding) && padding <= 1
  }

  /// The same for the mean over squares side by side, clipped at the far borders.
  fileprivate var isOwnMean: Bool {
    kind == .mean && window.kernel == window.stride && window.kernel.rows == window.kernel.columns
      && window.roundsUp && window.before == .init(0, 0) && window.after == .init(0, 0)
      && window.dilation == .init(1, 1)
  }
}
