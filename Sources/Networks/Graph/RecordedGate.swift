/// A gate as it is recorded: where in its node's value the weights of each branch and channel lie.
public struct RecordedGate: Hashable, Sendable {
  /// The node that holds the weights.
  public let node: Int
  /// What recordings call it: a unit's name, or the node's.
  public let name: String
  /// What kind of weights they are.
  public let kind: GraphGate.Kind
  /// Positions that each branch spans of what all branches share.
  public let sizes: [Int]
  /// log₂ of the pixels between the branches' positions.
  public let stage: Int
  /// Channels with weights of their own.
  public let channels: Int
  /// Numbers of the node's value.
  let count: Int
  /// For each branch and channel the places of its weights, one or one a position.
  private let places: [[Int]]

  /// Weights averaged over positions.
  ///
  /// - Parameter values: The node's value.
  /// - Returns: `[M, C]`.
  public func attention(_ values: [Float]) -> [Float] {
    guard values.count == count else { return [] }
    return places.map { places in
      Float(places.reduce(0.0) { $0 + Double(values[$1]) } / Double(max(places.count, 1)))
    }
  }

  /// nil if the weights are laid out in a way that is not understood.
  init?(
    _ gate: GraphGate, of graph: Graph, _ shapes: [[Int]?], _ fields: [TheoreticalField]
  ) {
    let limits = Architecture.Limits.branches
    guard gate.branches.count > 1, limits.contains(gate.branches.count),
      let shape = shapes[gate.node],
      let sizes = graph.sizes(of: gate, fields), let stride = fields[gate.branches[0]].rows?.stride,
      let places = graph.places(of: gate, shapes)
    else { return nil }
    node = gate.node
    kind = gate.kind
    let full = graph.nodes[gate.node].name
    name = full.hasPrefix("attention.") ? String(full.dropFirst("attention.".count)) : full
    self.sizes = sizes
    stage = stride.bitWidth - 1 - stride.leadingZeroBitCount
    count = shape.reduce(1, *)
    channels = places.count / gate.branches.count
    self.places = places
  }
}

extension Graph {
  /// The gates that choose between branches, as they are recorded, in the order in which a picture meets
  /// them.
  ///
  /// - Parameter shapes: From `shapes(picture:)`.
  /// - Returns: Those whose weights can be told apart, of the first as many as a run may have units.
  public func recordedGates(_ shapes: [[Int]?]) -> [RecordedGate] {
    let fields = theoreticalFields(shapes)
    let gates = gates(shapes).filter { $0.kind != .excitation }
    return gates.prefix(Architecture.Limits.units.upperBound).compactMap {
      RecordedGate($0, of: self, shapes, fields)
    }
  }

  /// For each branch and channel of a gate where its weights lie.
  fileprivate func places(of gate: GraphGate, _ shapes: [[Int]?]) -> [[Int]]? {
    var branches = [[[Int]]?](repeating: nil, count: gate.branches.count)
    for node in nodes {
      guard case .combination(.multiply) = node.operation, node.inputs.count == 2 else { continue }
      for side in 0..<2 where weightSource(node.inputs[side]) == gate.node {
        let map = node.inputs[1 - side]
        guard let shape = shapes[map], let own = shapes[node.inputs[side]],
          let places = places(of: node.inputs[side], from: gate.node, shapes),
          own.count <= shape.count
        else { continue }
        let weights = [Int](repeating: 1, count: shape.count - own.count) + own
        if let branch = gate.branches.firstIndex(of: map),
          gate.branches.count(where: { $0 == map }) == 1
        {
          branches[branch] = channels(places, weights, axis: 1)
        } else if shape.count == 5, weights[1] == gate.branches.count {
          // Stacked along an axis of their own.
          let size = places.count / weights[1]
          for branch in branches.indices {
            branches[branch] = channels(
              Array(places[branch * size..<(branch + 1) * size]), [1] + weights.dropFirst(2),
              axis: 1)
          }
        } else if shape.count == 4, weights[1] % gate.branches.count == 0,
          weights[1] == shape[1]
        {
          // Joined along the channels.
          let all = channels(places, weights, axis: 1)
          let size = all.count / gate.branches.count
          for branch in branches.indices {
            branches[branch] = Array(all[branch * size..<(branch + 1) * size])
          }
        }
      }
    }
    let found = branches.compactMap { $0 }
    guard found.count == branches.count, Set(found.map(\.count)).count == 1 else { return nil }
    return found.flatMap { $0 }
  }

  /// Places by their position along an axis.
  private func channels(_ places: [Int], _ shape: [Int], axis: Int) -> [[Int]] {
    let inner = shape.dropFirst(axis + 1).reduce(1, *)
    let count = shape[axis]
    var result = [[Int]](repeating: [], count: count)
    for (index, place) in places.enumerated() { result[index / inner % count].append(place) }
    return result
  }

  /// Where each number of a rearranged value lies in the value that it came from; nil if it is too large
  /// or no rearrangement.
  private func places(of node: Int, from source: Int, _ shapes: [[Int]?]) -> [Int]? {
    var chain: [Int] = []
    var index = node
    while index != source {
      chain.append(index)
      guard let first = nodes[index].inputs.first else { return nil }
      index = first
    }
    guard var shape = shapes[source] else { return nil }
    let count = shape.reduce(1, *)
    guard count <= 1 << 22 else { return nil }
    var places = Array(0..<count)
    for index in chain.reversed() {
      guard let target = shapes[index], target.reduce(1, *) <= 1 << 22 else { return nil }
      switch nodes[index].operation {
      case .reshape: break
      case .slice(let axis, let start, let count, let step):
        places = taken(places, shape, axis, (0..<count).map { start + $0 * step })
      case .selection(let axis, let indices, _): places = taken(places, shape, axis, indices)
      case .transpose(let order):
        let strides = strides(shape)
        places = walked(places, target, order.map { strides[$0] })
      case .expansion:
        let more = target.count - shape.count
        let strides = strides(shape)
        places = walked(
          places, target,
          target.indices.map { $0 < more || shape[$0 - more] == 1 ? 0 : strides[$0 - more] })
      default: return nil
      }
      shape = target
    }
    return places
  }

  private func taken(_ places: [Int], _ shape: [Int], _ axis: Int, _ indices: [Int]) -> [Int] {
    let inner = shape.dropFirst(axis + 1).reduce(1, *)
    let outer = shape.prefix(axis).reduce(1, *)
    return (0..<outer).flatMap { block in
      indices.flatMap { index in
        let start = (block * shape[axis] + index) * inner
        return places[start..<start + inner]
      }
    }
  }

  private func strides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }

  /// Numbers in the order of another shape, whose axes move through them by given strides.
  private func walked(_ places: [Int], _ shape: [Int], _ strides: [Int]) -> [Int] {
    (0..<shape.reduce(1, *)).map { index in
      var (rest, offset) = (index, 0)
      for axis in shape.indices.reversed() {
        offset += rest % shape[axis] * strides[axis]
        rest /= shape[axis]
      }
      return places[offset]
    }
  }
}

extension SelectiveNetwork {
  /// The gates of a network that are recorded together; nil unless all have as many branches of the same
  /// sizes.
  ///
  /// - Parameters:
  ///   - gates: One or more.
  ///   - classes: Values that go out.
  public init?(gates: [RecordedGate], classes: Int) {
    guard let first = gates.first, gates.allSatisfy({ $0.sizes == first.sizes }) else { return nil }
    self.init(
      units: gates.map {
        Unit(name: $0.name, stage: $0.stage, width: $0.channels, hasAttention: true)
      },
      sizes: first.sizes, classes: classes)
  }
}
