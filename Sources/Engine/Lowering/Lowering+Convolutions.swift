import Kernels
import Networks

/// Convolutions and what they take in.
extension Lowering {
  /// A convolution with the nodes that follow it.
  struct Claim {
    var node: Int
    var tail: Int
    var convolution: LoweredConvolution
    /// The last node before a sum, after which the layer is called.
    var title: Int
    /// What the result is added to.
    var residual: (node: Int, sum: Int)?
  }

  /// Of more nodes that take one value, branches are not looked for.
  static let mostBranches = 64

  /// Takes a convolution of a map and what follows it out of the walk, until its last node.
  ///
  /// - Returns: Whether it was dealt with.
  mutating func claim(
    _ index: Int, _ convolution: Graph.Operation.Convolution
  ) throws(EngineError) -> Bool {
    let first = claim(of: index, convolution)
    guard first.convolution.operation.groups == 1 || first.convolution.square != nil else {
      return false
    }
    if keepsValues, first.convolution.window.isPaddedBeyondItself { return false }
    if isSide(first) {
      // It waits for the path beside it, whose sum it is for.
      hold(first, until: first.tail)
      deferred[first.tail] = first
      forms[first.tail] = Form(node: first.tail, shape: shape(first.tail), isMap: true)
      return true
    }
    let members = siblings(of: first)
    let last = members.map(\.tail).max() ?? first.tail
    for member in members { hold(member, until: last) }
    if last == index { try addConvolutions(members) } else { claims[last] = members }
    return true
  }

  private mutating func hold(_ claim: Claim, until last: Int) {
    var node = claim.node
    owner[node] = last
    while node != claim.tail {
      guard let next = consumers[node].first else { break }
      owner[next] = last
      node = next
    }
    // The last of several is where they are written down; the walk passes the others' tails by.
    if owner[last] == nil { owner[last] = last }
  }

  private func claim(of index: Int, _ operation: Graph.Operation.Convolution) -> Claim {
    let input = graph.nodes[index].inputs[0]
    let from = extent(input)
    var claim = Claim(
      node: index, tail: index,
      convolution: LoweredConvolution(
        operation: operation, input: shape(input)[1], from: from, to: extent(index)), title: index)
    if let norm = follower(of: index), case .batchNorm(let tensors) = graph.nodes[norm].operation {
      claim.convolution.norm = tensors
      claim.tail = norm
      claim.title = norm
    }
    if let sum = follower(of: claim.tail), let other = residual(of: claim.tail, at: sum, index) {
      claim.residual = (other, sum)
      claim.convolution.accumulates = true
      claim.tail = sum
    }
    if let next = follower(of: claim.tail),
      case .activation(let activation) = graph.nodes[next].operation,
      // A sigmoid gives weights, more often than not.
      (operation.groups == 1 || claim.convolution.isDepthwise) && !keepsValues
        ? activation.libraryFunction != nil && activation != .sigmoid : activation == .relu
    {
      claim.convolution.activation = activation
      claim.tail = next
      if claim.residual == nil { claim.title = next }
    }
    return claim
  }

  /// The one node that takes a value, if nobody else wants it, and that may be taken in.
  func follower(of node: Int) -> Int? {
    guard consumers[node].count == 1, node != answer, probes[node] == nil,
      !plainly.contains(consumers[node][0])
    else { return nil }
    return consumers[node][0]
  }

  /// What a convolution's result is to be added to; nil if the sum is not for it to make.
  private func residual(of tail: Int, at sum: Int, _ convolution: Int) -> Int? {
    let node = graph.nodes[sum]
    guard case .combination(.add) = node.operation, node.inputs[0] != node.inputs[1] else {
      return nil
    }
    let other = node.inputs[0] == tail ? node.inputs[1] : node.inputs[0]
    guard shape(other) == shape(tail), shape(sum) == shape(tail) else { return nil }
    switch graph.nodes[other].operation {
    case .constant: return nil
    // A map that is weighed is added by what weighs it.
    case .combination(.multiply) where follower(of: other) == sum: return nil
    default: break
    }
    // Of two convolutions that are added, the one that comes out of the longer path waits for the other.
    if let rival = convolutionBehind(other) {
      let (own, its) = (height[convolution], height[rival])
      guard own > its || own == its && convolution > rival else { return nil }
    }
    return other
  }

  /// Whether a convolution's result is what another, of a longer path, is added to.
  private func isSide(_ claim: Claim) -> Bool {
    guard claim.residual == nil, let sum = follower(of: claim.tail),
      case .combination(.add) = graph.nodes[sum].operation,
      let other = graph.nodes[sum].inputs.first(where: { $0 != claim.tail }),
      shape(other) == shape(claim.tail), let rival = convolutionBehind(other)
    else { return false }
    let (own, its) = (height[claim.node], height[rival])
    return its > own || its == own && rival > claim.node
  }

  private func convolutionBehind(_ node: Int) -> Int? {
    var index = node
    guard follower(of: index) != nil else { return nil }
    if case .batchNorm = graph.nodes[index].operation {
      index = graph.nodes[index].inputs[0]
      guard follower(of: index) != nil else { return nil }
    }
    guard case .convolution = graph.nodes[index].operation,
      forms[graph.nodes[index].inputs[0]]?.isMap ?? true
    else { return nil }
    return index
  }

  /// Grouped convolutions that can share one copy of their input with this one.
  private func siblings(of first: Claim) -> [Claim] {
    let shape = first.convolution
    guard shape.operation.groups > 1, first.residual == nil, shape.isRectifiedAtMost else {
      return [first]
    }
    var members = [first]
    guard consumers[graph.nodes[first.node].inputs[0]].count <= Self.mostBranches else {
      return members
    }
    for node in consumers[graph.nodes[first.node].inputs[0]] where node > first.node {
      guard case .convolution(let operation) = graph.nodes[node].operation, owner[node] == nil,
        !plainly.contains(node), operation.groups == shape.operation.groups,
        !members.contains(where: { $0.node == node })
      else { continue }
      let other = claim(of: node, operation)
      guard other.residual == nil, let square = other.convolution.square,
        square.stride == shape.square?.stride, other.convolution.to == shape.to,
        operation.channels == shape.operation.channels,
        other.convolution.activation == shape.activation
      else { continue }
      members.append(other)
    }
    let last = members.map(\.tail).max() ?? first.tail
    // Nobody may need one before all are there.
    let isFree = members.allSatisfy { member in
      consumers[member.tail].allSatisfy { $0 > last } && member.tail != answer
    }
    return isFree ? members : [first]
  }

  // MARK: Steps

  /// Writes convolutions down: one, or several grouped ones of one input.
  mutating func addConvolutions(_ members: [Claim]) throws(EngineError) {
    let first = members[0]
    let input = graph.nodes[first.node].inputs[0]
    let source = try source(input, for: first)
    let positions = first.convolution.to.positions
    var places: [Place] = []
    for member in members {
      let channels = member.convolution.operation.channels
      if let residual = member.residual {
        places.append(try accumulated(member, on: residual))
      } else {
        places.append(
          Place(value: newMap(member.tail, parts: [channels], positions: positions).value))
      }
      forms[member.tail] = Form(node: member.tail, shape: shape(member.tail), isMap: true)
      isDone[member.tail] = true
    }
    let isGrouped = first.convolution.operation.groups > 1
    var layer = layer(
      first.title, isGrouped ? .branches : .convolution, from: input,
      macs: members.reduce(0) { $0 + $1.convolution.macs })
    if isGrouped { layer.name = commonName(members.map { graph.nodes[$0.title].name }) }
    add(
      isGrouped
        ? .grouped(members.map(\.convolution), from: source.place, to: places, sums: false)
        : .dense(
          first.convolution, from: source.place, to: places[0], isPicture: source.isPicture), layer)
  }

  private mutating func source(
    _ input: Int, for claim: Claim
  ) throws(EngineError) -> (place: Place, isPicture: Bool) {
    guard let form = forms[input] else { throw .node(graph.nodes[input].name, "is no map") }
    if let node = whole(form), graph.nodes[node].isPicture, !blocksPicture,
      claim.convolution.operation.groups == 1
    {
      return (plainPicture(node), true)
    }
    guard let rows = form.plainRows else {
      return (Place(value: try map(input).value), false)
    }
    return (try gathered(rows, positions: form.positions, for: input), false)
  }

  /// The place of what a convolution adds to, which becomes the sum's.
  private mutating func accumulated(
    _ claim: Claim, on residual: (node: Int, sum: Int)
  ) throws(EngineError) -> Place {
    let channels = claim.convolution.operation.channels
    let positions = claim.convolution.to.positions
    let target = whole(forms[residual.node]) ?? residual.node
    let value = try map(target)
    if value.parts.count == 1, !isPicture(target), isFree(target, but: residual.sum),
      isFree(residual.node, but: residual.sum)
    {
      maps[claim.tail] = value
      return Place(value: value.value)
    }
    let copy = newMap(claim.tail, parts: [channels], positions: positions)
    addGather(
      Rows(node: target, count: channels), positions: positions, to: Place(value: copy.value),
      for: residual.sum)
    return Place(value: copy.value)
  }

  private func isPicture(_ node: Int) -> Bool { graph.nodes[node].isPicture }

  /// Whether nobody but one node will read a value any more.
  func isFree(_ node: Int, but reader: Int) -> Bool {
    node != answer
      && consumers[node].allSatisfy { consumer in
        consumer == reader || isDone[owner[consumer] ?? consumer]
      }
  }

  /// What several branches are called together.
  private func commonName(_ names: [String]) -> String {
    let path = names[0].split(separator: "/", omittingEmptySubsequences: false)
    guard let last = path.last else { return names[0] }
    let isBranch = last.hasPrefix("branch.")
    guard names.count > 1 || isBranch else { return names[0] }
    var common = path.count
    for name in names {
      let other = name.split(separator: "/", omittingEmptySubsequences: false)
      common = min(common, zip(path, other).prefix { $0 == $1 }.count)
    }
    if names.count == 1 { common = path.count - 1 }
    guard common > 0 else { return names[0] }
    return path[..<common].joined(separator: "/") + "/branches"
  }
}

extension Graph.Operation.Window {
  /// Whether some windows see nothing but padding: no kernel has the way back.
  fileprivate var isPaddedBeyondItself: Bool {
    max(before.rows, after.rows) >= span.rows || max(before.columns, after.columns) >= span.columns
  }
}
