import Kernels
import Networks

/// Batch norms that no convolution takes in: those before convolutions, as in DenseNet.
extension Lowering {
  /// ReLU that takes a batch norm's value, alone; nil if none does, or a convolution has taken the norm in.
  func rectifier(of norm: Int) -> Int? {
    guard case .batchNorm = graph.nodes[norm].operation, owner[norm] == nil,
      shape(norm).count == 4, !records.contains(norm), let next = follower(of: norm),
      case .activation(.relu) = graph.nodes[next].operation
    else { return nil }
    return next
  }

  /// A batch norm of a map, and ReLU where that is the node that holds the result.
  ///
  /// Channels that lie in several places, joined before, are read where they lie.
  mutating func addNorm(_ norm: Int, as node: Int) throws(EngineError) {
    guard case .batchNorm(let tensors) = graph.nodes[norm].operation else { return }
    let input = graph.nodes[norm].inputs[0]
    guard let form = forms[input] else { throw .node(graph.nodes[input].name, "is no map") }
    let parts: [(first: Int, count: Int, place: Place)]
    if let rows = form.plainRows {
      for node in rows.nodes.sorted() { _ = try map(node) }
      if let apart = places(of: rows) {
        parts = apart
      } else {
        parts = [(0, rows.count, try gathered(rows, positions: form.positions, for: input))]
      }
    } else {
      parts = [(0, form.rowCount, Place(value: try map(input).value))]
    }
    let target = Place(
      value: newMap(node, parts: [form.rowCount], positions: form.positions).value)
    forms[node] = Form(node: node, shape: shape(node), isMap: true)
    isDone[node] = true
    isDone[norm] = true
    depth[node] = 0
    for (index, part) in parts.enumerated() {
      var to = target
      to.offset += part.first * form.positions
      add(
        .normalize(
          LoweredNorm(
            tensors: tensors, first: part.first, channels: part.count, isRectified: node != norm),
          extent: extent(node), from: part.place, to: to),
        index == 0 ? layer(node, .plain, from: input, macs: 0) : nil)
    }
  }

  /// The runs that rows are made of, each with its place; nil unless all fill whole blocks but the last.
  private func places(of rows: Rows) -> [(first: Int, count: Int, place: Place)]? {
    var parts: [(first: Int, count: Int, place: Place)] = []
    var start = 0
    while start < rows.count {
      var end = start + 1
      while end < rows.count, rows[end].node == rows[start].node,
        rows[end].index == rows[end - 1].index + 1
      {
        end += 1
      }
      guard start % variant.lanes == 0, let place = place(of: rows.part(start..<end)) else {
        return nil
      }
      parts.append((start, end - start, place))
      start = end
    }
    return parts
  }
}
