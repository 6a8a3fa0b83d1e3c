import Kernels
import Networks

/// Maps that come together: selections, sums, shuffles, excitation.
extension Lowering {
  /// Works out a map whose rows are others', weighed and added up.
  ///
  /// - Returns: Whether patterns do it; if not, nothing has changed.
  mutating func join(_ node: Int) throws(EngineError) -> Bool {
    guard let form = forms[node], form.isMap, whole(form) != node else { return false }
    if let whole = whole(form) {
      maps[node] = try map(whole)
      return true
    }
    if let rows = form.plainRows {
      for node in rows.nodes.sorted() { _ = try map(node) }
      let map = newMap(node, parts: [rows.count], positions: form.positions)
      addGather(rows, positions: form.positions, to: Place(value: map.value), for: node)
      own(node)
      return true
    }
    let plain = form.terms.filter { $0.weights == nil }
    var weighed: [Int: [Form.Term]] = [:]
    var order: [Int] = []
    for term in form.terms {
      guard let choice = choice(of: term) else { continue }
      if weighed[choice] == nil { order.append(choice) }
      weighed[choice, default: []].append(term)
    }
    let joins = order.compactMap { recognized(weighed[$0] ?? []) }
    guard joins.count == order.count else { return false }
    var places: [Place] = []
    for join in joins {
      let isAll = plain.isEmpty && joins.count == 1
      let place =
        isAll
        ? nil
        : Place(value: newValue(variant.padded(form.rowCount) * form.positions))
      places.append(try add(join, at: node, form, to: place))
    }
    if !(plain.isEmpty && joins.count == 1) {
      for term in plain {
        places.append(try gathered(term.rows, positions: form.positions, for: node))
      }
      let map = newMap(node, parts: [form.rowCount], positions: form.positions)
      add(
        .select(
          from: places, channels: variant.padded(form.rowCount), positions: form.positions,
          gate: nil, to: Place(value: map.value)), selectLayer(node))
    }
    own(node)
    return true
  }

  /// Terms that one gate weighs.
  private enum Join {
    case channels(RecognizedGate, [Form.Term])
    case positions(node: Int, isSigmoid: Bool, [Form.Term], logits: [Rows])
  }

  /// What a term's weights share with those that they are chosen among; nil if it has none.
  private func choice(of term: Form.Term) -> Int? {
    guard let node = term.weights?.first.map({ Int($0.node) }) else { return nil }
    switch graph.nodes[node].operation {
    case .combination(.divide): return graph.nodes[node].inputs[1]
    case .activation(.sigmoid) where forms[node]?.isMap == true: return -1
    default: return node
    }
  }

  private func recognized(_ terms: [Form.Term]) -> Join? {
    if let gate = recognizedGate(terms) { return .channels(gate, terms) }
    var logits: [Rows] = []
    var isSigmoid = false
    var powers: [Int] = []
    for term in terms {
      guard let run = term.weights?.run, let weights = forms[run.node], weights.isMap,
        let input = graph.nodes[run.node].inputs.first
      else { return nil }
      var source = input
      switch graph.nodes[run.node].operation {
      case .softmax(let axis):
        let shape = shape(run.node)
        // A branch's weights lie together, and there are no others.
        guard shape[axis] == terms.count, shape[..<axis].allSatisfy({ $0 == 1 }),
          run.start % term.rows.count == 0
        else { return nil }
      case .activation(.sigmoid): isSigmoid = true
      case .combination(.divide):
        // exp(x − anything) over the sum of all such.
        guard case .activation(.exp) = graph.nodes[input].operation, run.start == 0,
          whole(weights) == run.node, let rest = graph.nodes[input].inputs.first,
          case .combination(.subtract) = graph.nodes[rest].operation,
          plainly.isDisjoint(with: [input, rest])
        else { return nil }
        powers.append(input)
        source = graph.nodes[rest].inputs[0]
      default: return nil
      }
      guard let rows = forms[source]?.plainRows, rows.count >= run.start + term.rows.count else {
        return nil
      }
      logits.append(rows.part(run.start..<run.start + term.rows.count))
    }
    guard let node = terms[0].weights?.run?.node, Set(logits).count == terms.count else {
      return nil
    }
    if !powers.isEmpty {
      let total = forms[graph.nodes[node].inputs[1]]?.terms ?? []
      let shifts = powers.map { graph.nodes[graph.nodes[$0].inputs[0]].inputs[1] }
      guard powers.count == terms.count, total.count == powers.count, Set(shifts).count == 1,
        total.allSatisfy({ $0.weights == nil }),
        Set(total.compactMap { $0.rows.run?.node }) == Set(powers)
      else { return nil }
    }
    return .positions(node: node, isSigmoid: isSigmoid, terms, logits: logits)
  }

  private mutating func add(
    _ join: Join, at node: Int, _ form: Form, to place: Place?
  ) throws(EngineError) -> Place {
    let channels = variant.padded(form.rowCount)
    func target(_ lowering: inout Lowering) -> Place {
      place
        ?? Place(
          value: lowering.newMap(node, parts: [form.rowCount], positions: form.positions).value)
    }
    switch join {
    case .channels(let gate, let terms):
      let isExcitation = terms.count == 1
      let layer =
        isExcitation
        ? self.layer(node, .excite, from: node, macs: gate.gate.macs) : gateLayer(gate)
      let index = try addGate(gate, layer: layer)
      var places: [Place] = []
      for term in terms {
        places.append(try gathered(term.rows, positions: form.positions, for: node))
      }
      let to = target(&self)
      add(
        .select(
          from: places, channels: channels, positions: form.positions, gate: index, to: to),
        isExcitation ? nil : selectLayer(node))
      return to
    case .positions(let gate, let isSigmoid, let terms, let rows):
      var (places, logits) = ([Place](), [Place]())
      for (term, rows) in zip(terms, rows) {
        places.append(try gathered(term.rows, positions: form.positions, for: node))
        logits.append(try gathered(rows, positions: form.positions, for: node))
      }
      let index = lowered.gates.count
      lowered.gates.append((terms.count, form.rowCount))
      lowered.gateNodes.append(gate)
      lowered.gateRows.append([])
      let to = target(&self)
      add(
        .selectPositions(
          LoweredSelection(
            gate: index, branches: terms.count, channels: channels, positions: form.positions,
            isSigmoid: isSigmoid), from: places, logits: logits, to: to), selectLayer(node))
      return to
    }
  }

  private func selectLayer(_ node: Int) -> LoweredLayer {
    layer(node, .select, from: node, macs: 0)
  }

  private func gateLayer(_ found: RecognizedGate) -> LoweredLayer {
    let name = graph.nodes[found.node].name
    let attention = "attention."
    return LoweredLayer(
      name: name.hasPrefix(attention) ? name.dropFirst(attention.count) + "/gate" : name,
      kind: .gate, input: [found.gate.width, 1, 1], output: [found.gate.channels, 1, 1],
      macs: found.gate.macs)
  }

  // MARK: Shuffle

  /// Puts two halves' channels in turn, if that is what a rearrangement does.
  ///
  /// - Returns: Whether it did.
  mutating func addShuffle(_ node: Int, _ form: Form) throws(EngineError) -> Bool {
    guard form.isMap, let rows = form.plainRows, rows.count >= 4,
      rows.count % 2 == 0
    else { return false }
    let half = rows.count / 2
    guard rows.run == nil else { return false }
    let halves = (0..<2).map { side in Rows((0..<half).map { rows[2 * $0 + side] }) }
    guard halves.allSatisfy({ $0.run != nil }) else { return false }
    let positions = form.positions
    let left = try gathered(halves[0], positions: positions, for: node)
    let right = try gathered(halves[1], positions: positions, for: node)
    let splits = isSplit(node, half)
    let map = newMap(node, parts: splits ? [half, half] : [2 * half], positions: positions)
    var layer = layer(node, .shuffle, from: node, macs: 0)
    layer.input[0] = half
    if !layer.name.hasSuffix("/shuffle") { layer.name += "/shuffle" }
    add(
      .shuffle(
        half: half, positions: positions, left: left, right: right,
        to: map.parts.indices.map { partPlace(map, $0) }), layer)
    own(node)
    return true
  }

  /// Whether all that is ever read of a map are its halves.
  private func isSplit(_ node: Int, _ half: Int) -> Bool {
    guard !consumers[node].isEmpty, node != answer else { return false }
    return consumers[node].allSatisfy { reader in
      switch graph.nodes[reader].operation {
      case .reshape: isSplit(reader, half)
      case .slice(1, let start, half, 1): start == 0 || start == half
      default: false
      }
    }
  }

  // MARK: Excitation

  /// The end of a unit with excitation: a map weighed by itself, the shortcut, ReLU.
  ///
  /// - Returns: Whether the function is one.
  mutating func addExcite(_ node: Int, _ activation: Activation) throws(EngineError) -> Bool {
    let sum = graph.nodes[node].inputs[0]
    guard activation == .relu, let form = forms[sum], form.terms.count == 2,
      let scaled = form.terms.first(where: { $0.weights != nil }),
      let other = graph.nodes[sum].inputs.first(where: {
        forms[$0]?.plainRows != nil
      }), let product = graph.nodes[sum].inputs.first(where: { $0 != other }),
      let shortcut = whole(forms[other]), follower(of: sum) == node,
      let gate = recognizedGate([scaled])
    else { return false }
    let value = try map(shortcut)
    guard value.parts.count == 1, isFree(shortcut, but: sum), isFree(other, but: sum) else {
      return false
    }
    let channels = variant.padded(form.rowCount)
    let from = try gathered(scaled.rows, positions: form.positions, for: sum)
    let index = try addGate(
      gate, layer: layer(product, .excite, from: product, macs: gate.gate.macs))
    maps[node] = value
    forms[node] = Form(node: node, shape: shape(node), isMap: true)
    isDone[node] = true
    add(
      .excite(
        gate: index, channels: channels, positions: form.positions, from: from,
        to: Place(value: value.value)), nil)
    return true
  }
}
