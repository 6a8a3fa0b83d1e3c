/// What weighs maps by weights that the network computes from the picture.
public struct GraphGate: Hashable, Sendable {
  /// What kind of weights a gate gives.
  public enum Kind: String, Codable, Hashable, Sendable {
    /// Weights of several branches that sum to 1.
    case softmax
    /// Weights between 0 and 1 of several branches, each for itself.
    case sigmoid
    /// Weights of one map's channels: nothing is chosen (squeeze-and-excitation).
    case excitation
  }

  /// The node that holds the weights, after softmax or sigmoid.
  public var node: Int
  /// What kind of weights they are.
  public var kind: Kind
  /// Whether there is a weight for each position rather than one for the whole map.
  public var isSpatial: Bool
  /// The maps that are weighed.
  public var branches: [Int]
}

extension Graph {
  /// The gates of the network, in the order in which a picture meets them.
  ///
  /// A gate is a softmax or a sigmoid of something learnt, multiplied with a map: with its own parts
  /// for the branches of a selective-kernel unit, as a whole in squeeze-and-excitation. A function
  /// times its own argument (swish) is none.
  ///
  /// - Parameter shapes: From `shapes(picture:)`.
  /// - Returns: The gates; those whose weights are parts of one node are one.
  public func gates(_ shapes: [[Int]?]) -> [GraphGate] {
    let depends = dependsOnPicture
    var weighed: [Int: [Int]] = [:]
    for node in nodes {
      guard case .combination(.multiply) = node.operation, node.inputs.count == 2,
        node.inputs.allSatisfy({ depends[$0] })
      else { continue }
      let sources = node.inputs.map { weightSource($0) }
      for side in 0..<2 {
        let map = node.inputs[1 - side]
        guard let source = sources[side], sources[1 - side] == nil || sources[1 - side] != source,
          isLearnt(source, before: map), isMap(shapes[map])
        else { continue }
        weighed[source, default: []].append(map)
        break
      }
    }
    return weighed.keys.sorted().map { node in
      let maps = weighed[node] ?? []
      var branches = maps.count == 1 ? stacked(maps[0]) ?? maps : maps
      if branches.count == 1, let count = splits(maps[0], node, shapes) {
        branches = [Int](repeating: branches[0], count: count)
      }
      let isSoftmax: Bool =
        if case .softmax = nodes[node].operation { true } else { false }
      // Rows and columns are a map's last axes; pooled weights have 1 there, or none at all.
      let isSpatial = shapes[node].map { shape in
        shape.count >= 4 && shape.suffix(2).contains { $0 > 1 }
          && shape.suffix(2) == shapes[maps[0]]?.suffix(2)
      }
      return GraphGate(
        node: node,
        kind: branches.count > 1 ? (isSoftmax ? .softmax : .sigmoid) : .excitation,
        isSpatial: isSpatial ?? false, branches: branches)
    }
  }

  /// The number of parts of a map of five axes, a softmax's weights being of as many (ResNeSt); nil if it is no
  /// such map.
  private func splits(_ map: Int, _ gate: Int, _ shapes: [[Int]?]) -> Int? {
    guard case .softmax(let axis) = nodes[gate].operation, let shape = shapes[map],
      let weights = shapes[gate], shape.count == 5, shape[1] > 1, weights[axis] == shape[1]
    else { return nil }
    return shape[1]
  }

  /// The softmax or sigmoid that a value is, or is a part of; nil if it is none.
  func weightSource(_ node: Int) -> Int? {
    var index = node
    while true {
      switch nodes[index].operation {
      case .softmax, .activation(.sigmoid), .activation(.hardSigmoid): return index
      case .reshape, .slice, .selection, .expansion, .transpose: index = nodes[index].inputs[0]
      default: return nil
      }
    }
  }

  /// Whether weights come out of a learnt layer, rather than straight from the map that they weigh.
  private func isLearnt(_ source: Int, before map: Int) -> Bool {
    var index = nodes[source].inputs[0]
    while index != map {
      switch nodes[index].operation {
      case .convolution, .linear: return true
      case .picture, .constant: return false
      default:
        guard let next = nodes[index].inputs.first else { return false }
        index = next
      }
    }
    return false
  }

  private func isMap(_ shape: [Int]?) -> Bool {
    guard let shape, shape.count >= 4 else { return false }
    return shape.suffix(2).contains { $0 > 1 } || shape.count == 4
  }

  /// The maps that were stacked along an axis of their own, or joined, before they were weighed.
  private func stacked(_ map: Int) -> [Int]? {
    var index = map
    while case .reshape = nodes[index].operation { index = nodes[index].inputs[0] }
    guard case .concatenation = nodes[index].operation, nodes[index].inputs.count > 1 else {
      return nil
    }
    return nodes[index].inputs.map { input in
      var source = input
      while case .reshape = nodes[source].operation { source = nodes[source].inputs[0] }
      return source
    }
  }
}
