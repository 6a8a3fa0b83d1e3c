import Kernels
import Networks

/// Where values lie, and what is worked out because somebody needs it.
extension Lowering {
  /// A node's value in blocks.
  mutating func map(_ node: Int) throws(EngineError) -> MapValue {
    if let map = maps[node] { return map }
    if graph.nodes[node].isPicture { return blockedPicture(node) }
    if let claim = deferred.removeValue(forKey: node) {
      try addConvolutions([claim])
      if let map = maps[node] { return map }
    }
    if try join(node), let map = maps[node] { return map }
    guard let form = forms[node] else {
      throw .node(graph.nodes[node].name, "is no map")
    }
    let source = try plain(node)
    let map = newMap(node, parts: [form.rowCount], positions: form.positions)
    add(
      .block(
        channels: form.rowCount, positions: form.positions, from: Place(value: source),
        to: Place(value: map.value)), nil)
    own(node)
    return map
  }

  /// From now on a node is its own value.
  mutating func own(_ node: Int) {
    isDone[node] = true
    depth[node] = 0
    if let form = forms[node] { forms[node] = Form(node: node, like: form) }
  }

  private mutating func blockedPicture(_ node: Int) -> MapValue {
    let shape = shape(node)
    let map = newMap(node, parts: [shape[1]], positions: shape[2] * shape[3])
    lowered.picture.blocked = map.value
    return map
  }

  /// The picture as it is, in the plan's number format.
  mutating func plainPicture(_ node: Int) -> Place {
    if let value = lowered.picture.plain { return Place(value: value) }
    let value = newValue(shape(node).reduce(1, *))
    lowered.picture.plain = value
    return Place(value: value)
  }

  /// A node's value as floats in the order of its shape.
  mutating func floatValue(_ node: Int) throws(EngineError) -> Int {
    if let value = floats[node] { return value }
    let count = shape(node).reduce(1, *)
    if graph.nodes[node].isPicture {
      let value = newValue(count, isFloat: true)
      lowered.picture.floats = value
      floats[node] = value
      return value
    }
    if let form = forms[node], form.isMap, try isMapped(node), let map = maps[node],
      map.parts.count == 1
    {
      let value = newValue(count, isFloat: true)
      add(
        .unblock(
          channels: form.rowCount, positions: form.positions, from: Place(value: map.value),
          to: Place(value: value)), nil)
      floats[node] = value
      return value
    }
    return try plain(node)
  }

  private mutating func isMapped(_ node: Int) throws(EngineError) -> Bool {
    if maps[node] != nil { return true }
    if deferred[node] != nil {
      _ = try map(node)
      return true
    }
    return try join(node)
  }

  /// A node by its plain step.
  private mutating func plain(_ index: Int) throws(EngineError) -> Int {
    if let value = floats[index] { return value }
    let node = graph.nodes[index]
    var inputs: [Place?] = []
    for input in node.inputs {
      if case .constant = graph.nodes[input].operation {
        inputs.append(nil)
      } else {
        inputs.append(Place(value: try floatValue(input)))
      }
    }
    let shape = shape(index)
    let value = newValue(shape.reduce(1, *), isFloat: true)
    add(
      .plain(node: index, from: inputs, to: Place(value: value)),
      layer(
        index, .plain, from: node.inputs.first ?? index, macs: graph.macs(of: index, shapes)))
    floats[index] = value
    isDone[index] = true
    depth[index] = 0
    return value
  }

  // MARK: Rows

  /// The node whose whole value a form is, in its own order; nil if it is none's.
  func whole(_ form: Form?) -> Int? {
    guard let rows = form?.plainRows, let run = rows.run, run.start == 0,
      forms[run.node]?.rowCount == rows.count
    else { return nil }
    return run.node
  }

  /// Where rows lie one after the other in blocks, as a kernel reads them; nil if they do not.
  func place(of rows: Rows) -> Place? {
    guard let run = rows.run, let map = maps[run.node] else { return nil }
    var begin = 0
    for part in map.parts.indices {
      let end = begin + map.parts[part]
      if run.start >= begin, run.start + rows.count <= end {
        // What fills up a block must be zeros.
        guard (run.start - begin) % variant.lanes == 0,
          run.start + rows.count == end || rows.count % variant.lanes == 0
        else { return nil }
        var place = partPlace(map, part)
        place.offset += (run.start - begin) * map.positions
        return place
      }
      begin = end
    }
    return nil
  }

  /// Where rows lie, after copying them together if need be.
  mutating func gathered(_ rows: Rows, positions: Int, for node: Int) throws(EngineError) -> Place {
    for node in rows.nodes.sorted() { _ = try map(node) }
    if let place = place(of: rows) { return place }
    let place = Place(value: newValue(variant.padded(rows.count) * positions))
    addGather(rows, positions: positions, to: place, for: node)
    return place
  }

  mutating func addGather(_ rows: Rows, positions: Int, to place: Place, for node: Int) {
    let from = rows.map { row -> Place in
      // Whoever asks has worked the rows' nodes out.
      guard let map = maps[Int(row.node)] else { preconditionFailure("row of \(row.node)") }
      var (part, channel) = (0, Int(row.index))
      while channel >= map.parts[part] {
        channel -= map.parts[part]
        part += 1
      }
      var place = partPlace(map, part)
      place.offset += channel / variant.lanes * variant.lanes * map.positions
      place.offset += channel % variant.lanes
      return place
    }
    var layer = layer(node, .plain, from: node, macs: 0)
    layer.input = [rows.count, positions, 1]
    layer.output = layer.input
    add(.gather(from: from, positions: positions, to: place), layer)
  }

  /// A layer with the shapes of two nodes.
  func layer(
    _ node: Int, _ kind: PlannedLayer.Kind, from: Int, macs: Int
  ) -> LoweredLayer {
    LoweredLayer(
      name: graph.nodes[node].name, kind: kind, input: Array(shape(from).dropFirst()),
      output: Array(shape(node).dropFirst()), macs: macs)
  }
}
