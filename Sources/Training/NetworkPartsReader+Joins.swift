import Networks

/// Where branches come together, weighed or not.
extension NetworkPartsReader {
  /// The branches that a node joins, in the order of their weights, and how.
  func join(at node: Int) throws(TrainingError) -> (branches: [Int], NetworkParts.Join) {
    let terms = terms(of: node)
    guard case .combination(.multiply) = graph.nodes[terms[0]].operation else {
      return (terms, .sum)
    }
    var (branches, weights): ([Int], [Int]) = ([], [])
    for term in terms {
      guard case .combination(.multiply) = graph.nodes[term].operation else { throw unknown(term) }
      branches.append(inputs(term)[0])
      weights.append(inputs(term)[1])
    }
    var parts: [Weight] = []
    for (m, weight) in weights.enumerated() {
      if let part = try pooledWeight(at: weight, branch: m) {
        parts.append(part)
      } else {
        parts.append(try positionWeight(at: weight))
      }
    }
    var (select, fused): ([(weights: String, bias: String?)], Set<Int>) = ([], [])
    for part in parts {
      let logits = try logits(at: part.logits)
      select.append((logits.weights, logits.bias))
      fused.insert(logits.input)
      guard part.isSigmoid == parts[0].isSigmoid, part.isAtPositions == parts[0].isAtPositions,
        (logits.bias == nil) == (select[0].bias == nil)
      else { throw unknown(part.logits) }
    }
    guard let last = fused.first, fused.count == 1,
      let (fuse, input, isRectified) = try layer(at: last), isRectified, fuse.kernel == 1,
      fuse.groups == 1
    else { throw unknown(node) }
    let sum = parts[0].isAtPositions ? input : isMean(input) ? inputs(input)[0] : input
    guard parts[0].isAtPositions || isMean(input), self.terms(of: sum) == branches else {
      throw unknown(input)
    }
    return (
      branches,
      .gate(
        .init(
          fuse: fuse, select: select, logitCount: try logits(at: parts[0].logits).channels,
          isSigmoid: parts[0].isSigmoid, isAtPositions: parts[0].isAtPositions))
    )
  }

  /// What a chain of sums adds up, in order.
  private func terms(of node: Int) -> [Int] {
    var (rest, terms): ([Int], [Int]) = ([node], [])
    while let next = rest.popLast() {
      if case .combination(.add) = graph.nodes[next].operation {
        rest += inputs(next).reversed()
      } else {
        terms.append(next)
      }
    }
    return terms
  }

  private typealias Weight = (logits: Int, isSigmoid: Bool, isAtPositions: Bool)

  /// A branch's part of a softmax, or a sigmoid, of logits that were stacked; nil if a node is none.
  private func pooledWeight(at node: Int, branch m: Int) throws(TrainingError) -> Weight? {
    guard case .reshape = graph.nodes[node].operation else { return nil }
    let part = inputs(node)[0]
    guard case .slice(axis: 1, start: m, count: 1, step: 1) = graph.nodes[part].operation else {
      throw unknown(part)
    }
    var gate = inputs(part)[0]
    if case .expansion = graph.nodes[gate].operation { gate = inputs(gate)[0] }
    let isSigmoid: Bool
    switch graph.nodes[gate].operation {
    case .softmax(axis: 1): isSigmoid = false
    case .activation(.sigmoid): isSigmoid = true
    default: throw unknown(gate)
    }
    let stacked = inputs(gate)[0]
    guard case .concatenation(axis: 1) = graph.nodes[stacked].operation,
      inputs(stacked).indices.contains(m),
      case .reshape = graph.nodes[inputs(stacked)[m]].operation
    else { throw unknown(stacked) }
    return (inputs(inputs(stacked)[m])[0], isSigmoid, false)
  }

  /// A sigmoid of a map of logits, or a softmax over such maps written out as exp(x − max) / Σ.
  private func positionWeight(at node: Int) throws(TrainingError) -> Weight {
    if case .activation(.sigmoid) = graph.nodes[node].operation {
      return (inputs(node)[0], true, true)
    }
    guard case .combination(.divide) = graph.nodes[node].operation else { throw unknown(node) }
    let power = inputs(node)[0]
    guard case .activation(.exp) = graph.nodes[power].operation,
      case .combination(.subtract) = graph.nodes[inputs(power)[0]].operation,
      terms(of: inputs(node)[1]).contains(power)
    else { throw unknown(power) }
    return (inputs(inputs(power)[0])[0], false, true)
  }
}
