extension LoweredStep {
  /// The same step at other places.
  func mapped(_ place: (Place) -> Place) -> LoweredStep {
    switch self {
    case .dense(let convolution, let from, let to, let isPicture):
      .dense(convolution, from: place(from), to: place(to), isPicture: isPicture)
    case .grouped(let convolutions, let from, let to, let sums):
      .grouped(convolutions, from: place(from), to: to.map(place), sums: sums)
    case .maxPool(let channels, let from, let input, let to, let output, let padding):
      .maxPool(
        channels: channels, from: place(from), input: input, to: place(to), output: output,
        padding: padding)
    case .averagePool(let channels, let from, let input, let to, let side):
      .averagePool(
        channels: channels, from: place(from), input: input, to: place(to), side: side)
    case .pool(let pool, let channels, let from, let input, let to, let output):
      .pool(
        pool, channels: channels, from: place(from), input: input, to: place(to), output: output)
    case .sum(let channels, let positions, let from):
      .sum(channels: channels, positions: positions, from: place(from))
    case .gate: self
    case .select(let from, let channels, let positions, let gate, let to):
      .select(
        from: from.map(place), channels: channels, positions: positions, gate: gate, to: place(to))
    case .selectPositions(let selection, let from, let logits, let to):
      .selectPositions(
        selection, from: from.map(place), logits: logits.map(place), to: place(to))
    case .excite(let gate, let channels, let positions, let from, let to):
      .excite(
        gate: gate, channels: channels, positions: positions, from: place(from), to: place(to))
    case .shuffle(let half, let positions, let left, let right, let to):
      .shuffle(
        half: half, positions: positions, left: place(left), right: place(right), to: to.map(place))
    case .gather(let from, let positions, let to):
      .gather(from: from.map(place), positions: positions, to: place(to))
    case .normalize(let norm, let extent, let from, let to):
      .normalize(norm, extent: extent, from: place(from), to: place(to))
    case .activate(let function, let channels, let extent, let from, let to):
      .activate(function, channels: channels, extent: extent, from: place(from), to: place(to))
    case .block(let channels, let positions, let from, let to):
      .block(channels: channels, positions: positions, from: place(from), to: place(to))
    case .unblock(let channels, let positions, let from, let to):
      .unblock(channels: channels, positions: positions, from: place(from), to: place(to))
    case .plain(let node, let from, let to):
      .plain(node: node, from: from.map { $0.map(place) }, to: place(to))
    case .probe(let unit, let channels, let positions, let parts):
      .probe(unit: unit, channels: channels, positions: positions, parts: parts.map(place))
    case .classify(let linear, let positions, let from, let gate):
      .classify(linear, positions: positions, from: place(from), gate: gate)
    case .answer(let count, let from): .answer(count: count, from: place(from))
    case .record(let index, let count, let from):
      .record(index, count: count, from: place(from))
    }
  }
}
