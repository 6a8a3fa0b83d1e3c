import Kernels
import Networks

/// The way back of what moves values about, and of plain steps.
extension GradientTrace {
  mutating func shuffle(
    _ half: Int, _ positions: Int, _ left: Place, _ right: Place, _ to: [Place]
  ) {
    guard has(to[0]) else { return }
    let count = variant.padded(half) * positions
    let sides = [left, right]
    let targets = sides.map { side in
      isWanted(side) ? overwriting(side, count: count) : room(count)
    }
    let variant = variant
    add(to + targets) { gradient in
      let parts = to.map(gradient)
      let results = targets.map(gradient)
      return { () throws(EngineError) in
        sk_unshuffle(
          variant, Int32(half), positions, parts[0], parts.count > 1 ? parts[1] : nil, results[0],
          results[1])
      }
    }
    for (side, target) in zip(sides, targets) where isWanted(side) {
      addUp(target, to: side, count: count)
    }
  }

  mutating func gather(_ from: [Place], _ positions: Int, _ to: Place) {
    guard has(to) else { return }
    let variant = variant
    let gather = Gather(from, positions: positions, lanes: variant.lanes)
    let size = positions * variant.lanes
    if let source = gather.copied, lowered.values[source].count == gather.blocks.count * size {
      let place = Place(value: source)
      guard isWanted(place) else { return }
      let count = gather.blocks.count * size
      let adds = receive(place, count: count)
      add([to, place]) { gradient in
        let (source, target) = (gradient(to), gradient(place))
        return { () throws(EngineError) in
          if adds {
            sk_add(variant, count, source, target)
          } else {
            target.update(from: source, count: count)
          }
        }
      }
      return
    }
    let places = Set(from.map(\.value)).sorted().map { Place(value: $0) }.filter(isWanted)
    // Parts are added up, whoever comes first.
    for place in places { _ = receive(place, count: 0) }
    let wanted = Set(places.map(\.value))
    add([to] + places) { gradient in
      let source = gradient(to)
      let blocks = gather.blocks.map { block -> [UnsafeMutablePointer<Float>?] in
        let lanes: [Place]
        switch block {
        case .whole(let place): lanes = [place]
        case .lanes(let places): lanes = places
        }
        return lanes.map { wanted.contains($0.value) ? gradient($0) : nil }
      }
      let isWhole = gather.blocks.map { if case .whole = $0 { true } else { false } }
      return { () throws(EngineError) in
        for (index, targets) in blocks.enumerated() {
          let part = source + index * size
          if isWhole[index] {
            if let target = targets[0] { sk_add(variant, size, part, target) }
            continue
          }
          for (lane, target) in targets.enumerated() {
            guard let target else { continue }
            for position in stride(from: 0, to: size, by: variant.lanes) {
              target[position] += part[position + lane]
            }
          }
        }
      }
    }
  }

  mutating func reblock(
    _ channels: Int, _ positions: Int, _ from: Place, _ to: Place, toBlocks: Bool
  ) {
    guard has(to), isWanted(from) else { return }
    let variant = variant
    let count = (toBlocks ? variant.padded(channels) : channels) * positions
    let target = overwriting(from, count: count)
    add([to, target]) { gradient in
      let (source, result) = (gradient(to), gradient(target))
      return { () throws(EngineError) in
        if toBlocks {
          sk_block(variant, Int32(channels), positions, source, result)
        } else {
          sk_unblock(variant, Int32(channels), positions, source, result)
        }
      }
    }
    addUp(target, to: from, count: count)
  }

  /// A node by its plain step's way back.
  mutating func plain(_ node: Int, _ from: [Place?], _ to: Place) {
    guard has(to), let program = plan.plan.program else { return }
    let wanted = from.compactMap { $0 }.filter(isWanted)
    guard !wanted.isEmpty else { return }
    for place in wanted { _ = receive(place, count: 0) }
    add([to] + wanted) { [forward] gradient in
      var step = forward.plainStep(node, from, to, program) { place in
        wanted.contains(place) ? gradient(place) : nil
      }
      step.gradient = gradient(to)
      return { [step] () throws(EngineError) in try step.backward() }
    }
  }
}

extension Gather {
  /// The value that it copies whole, from its start on; nil if it does not.
  fileprivate var copied: Int? {
    guard case .whole(let first)? = blocks.first, first.offset == 0 else { return nil }
    for (index, block) in blocks.enumerated() {
      guard case .whole(let place) = block, place.value == first.value,
        place.offset == index * positions * lanes
      else { return nil }
    }
    return first.value
  }
}
