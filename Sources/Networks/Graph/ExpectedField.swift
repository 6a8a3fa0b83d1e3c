/// How far a node looks when its gates weigh their branches as given: extents do not compose under
/// weighting, variances do.
///
/// A window of k taps, d positions apart and S pixels to a position, adds S²d²(k² − 1)/12; where paths
/// meet their variances are averaged. Kernels are taken as uniform and paths as centred alike.
public struct ExpectedField: Hashable, Sendable {
  /// Variance along the picture's height, in square pixels.
  public var rows: Double
  /// Variance along the picture's width.
  public var columns: Double

  /// The standard deviation along the height, in pixels.
  public var sigma: Double { rows.squareRoot() }

  fileprivate static func mixture(_ parts: [(field: ExpectedField, weight: Double)]) -> Self? {
    let total = parts.reduce(0) { $0 + $1.weight }
    guard total > 0 else { return nil }
    return ExpectedField(
      rows: parts.reduce(0) { $0 + $1.weight * $1.field.rows } / total,
      columns: parts.reduce(0) { $0 + $1.weight * $1.field.columns } / total)
  }
}

/// How a path of fewer convolutions counts where it joins one of more.
public enum ShortcutShare: Sendable {
  /// Not at all: the residual path alone.
  case none
  /// By the magnitudes of the two values, in the order of a sum's inputs, by the sum's node; equal where
  /// none are given.
  case magnitudes([Int: [Double]])
}

extension Graph {
  /// What a gate makes of its branches' sizes at given weights.
  public struct ExpectedSelection: Sendable {
    /// The gate.
    public var gate: GraphGate
    /// Weight of each branch, summing to 1.
    public var attention: [Double]
    /// Σ of weight times size: positions that a branch's kernels span beyond what all branches share.
    public var kernelSize: Double?
    /// The expected field of the weighed sum.
    public var field: ExpectedField?
  }

  /// The expected field of every node, and of what every gate chooses.
  ///
  /// - Parameters:
  ///   - shapes: From `shapes(picture:)`.
  ///   - attention: Weights of a gate's branches by its node, in the order of `GraphGate.branches`; equal
  ///     where none are given.
  ///   - shortcuts: How shortcuts count.
  /// - Returns: Fields by node, nil where none is known; the gates with several branches.
  /// - Complexity: Gates times nodes.
  public func expectedFields(
    _ shapes: [[Int]?], attention: [Int: [Double]] = [:], shortcuts: ShortcutShare = .none
  ) -> (nodes: [ExpectedField?], selections: [ExpectedSelection]) {
    ExpectedFieldArithmetic(self, shapes).fields(attention: attention, shortcuts: shortcuts)
  }

  fileprivate func weights(of gate: GraphGate, _ given: [Double]?) -> [Double] {
    let count = gate.branches.count
    guard let given, given.count == count, given.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
      return [Double](repeating: 1 / Double(count), count: count)
    }
    let total = given.reduce(0, +)
    return total > 0
      ? given.map { $0 / total } : [Double](repeating: 1 / Double(count), count: count)
  }

  /// Positions that each branch spans of the last value that all of them share.
  func sizes(of gate: GraphGate, _ fields: [TheoreticalField]) -> [Int]? {
    var shared = Set(ancestors(of: [gate.branches[0]]))
    for branch in gate.branches.dropFirst() { shared.formIntersection(ancestors(of: [branch])) }
    guard let source = shared.max(), let base = fields[source].rows else { return nil }
    let sizes = gate.branches.compactMap { branch in
      fields[branch].rows.map { ($0.size - base.size) / base.stride + 1 }
    }
    return sizes.count == gate.branches.count ? sizes : nil
  }
}

/// The expected fields of a network at one attention after the other: what none of them changes is worked out
/// once.
public struct ExpectedFieldArithmetic: Sendable {
  private let graph: Graph
  private let shapes: [[Int]?]
  private let theoretical: [TheoreticalField]
  /// Those with several branches, and how many positions each branch spans.
  private let gates: [(gate: GraphGate, sizes: [Int]?)]

  /// Prepares a network.
  ///
  /// - Parameters:
  ///   - graph: The network.
  ///   - shapes: From `shapes(picture:)`.
  public init(_ graph: Graph, _ shapes: [[Int]?]) {
    self.graph = graph
    self.shapes = shapes
    let theoretical = graph.theoreticalFields(shapes)
    self.theoretical = theoretical
    gates = graph.gates(shapes)
      .filter { Architecture.Limits.branches.contains($0.branches.count) && $0.kind != .excitation }
      .prefix(Architecture.Limits.units.upperBound)
      .map { ($0, graph.sizes(of: $0, theoretical)) }
  }

  /// The fields at one attention; see `Graph.expectedFields(_:attention:shortcuts:)`.
  public func fields(
    attention: [Int: [Double]] = [:], shortcuts: ShortcutShare = .none
  ) -> (nodes: [ExpectedField?], selections: [Graph.ExpectedSelection]) {
    var fold = ExpectedFold(
      graph: graph, shapes: shapes, theoretical: theoretical, shortcuts: shortcuts)
    for (gate, _) in gates {
      fold.weights[gate.node] = (gate, graph.weights(of: gate, attention[gate.node]))
    }
    for index in graph.nodes.indices { fold.visit(index) }
    let selections = gates.map { gate, sizes in
      let weights = graph.weights(of: gate, attention[gate.node])
      return Graph.ExpectedSelection(
        gate: gate, attention: weights,
        kernelSize: sizes.map {
          zip($0, weights).reduce(0) { $0 + Double($1.0) * $1.1 }
        },
        field: fold.ends[gate.node].flatMap { fold.fields[$0] })
    }
    return (fold.fields, selections)
  }
}

private struct ExpectedFold {
  let graph: Graph
  let shapes: [[Int]?]
  let theoretical: [TheoreticalField]
  let shortcuts: ShortcutShare

  /// Gates with their weights, by node.
  var weights: [Int: (gate: GraphGate, weights: [Double])] = [:]
  var fields: [ExpectedField?]
  /// Convolutions on the longest path.
  private var depths: [Int]
  /// What a product with a gate's weight leaves of a value, and whose gate it is.
  private var masses: [Int: (gate: Int, mass: Double)] = [:]
  /// Values that were joined along an axis, as long as nothing mixes them.
  private var parts: [Int: [ExpectedField]] = [:]
  /// The last sum that each gate weighs.
  var ends: [Int: Int] = [:]

  init(
    graph: Graph, shapes: [[Int]?], theoretical: [TheoreticalField], shortcuts: ShortcutShare
  ) {
    self.graph = graph
    self.shapes = shapes
    self.theoretical = theoretical
    self.shortcuts = shortcuts
    fields = [ExpectedField?](repeating: nil, count: graph.nodes.count)
    depths = [Int](repeating: 0, count: graph.nodes.count)
  }

  mutating func visit(_ index: Int) {
    let node = graph.nodes[index]
    depths[index] = node.inputs.reduce(0) { max($0, depths[$1]) } + (node.isConvolution ? 1 : 0)
    // Where only the whole picture is seen there is no place to look at.
    guard theoretical[index].rows != nil else { return }
    switch node.operation {
    case .picture: fields[index] = ExpectedField(rows: 0, columns: 0)
    case .convolution(let convolution): grow(index, convolution.window)
    case .pool(let pool): grow(index, pool.window)
    case .combination(.multiply): multiply(index)
    case .combination: add(index)
    case .concatenation: join(index)
    default:
      guard let first = node.inputs.first(where: { fields[$0] != nil }) else { return }
      fields[index] = fields[first]
      masses[index] = masses[first]
      if let parts = parts[first] { self.parts[index] = parts }
      if case .reduction(.sum, _, _) = node.operation, let gate = masses[index]?.gate {
        ends[gate] = index
      }
    }
  }

  private mutating func grow(_ index: Int, _ window: Graph.Operation.Window) {
    let input = graph.nodes[index].inputs[0]
    guard var field = fields[input], let rows = theoretical[input].rows,
      let columns = theoretical[input].columns
    else { return }
    func variance(_ taps: Int, _ dilation: Int, _ stride: Int) -> Double {
      let (k, reach) = (Double(taps), Double(dilation) * Double(stride))
      return reach * reach * (k * k - 1) / 12
    }
    field.rows += variance(window.kernel.rows, window.dilation.rows, rows.stride)
    field.columns += variance(window.kernel.columns, window.dilation.columns, columns.stride)
    fields[index] = field
  }

  /// A branch weighed by its part of a gate, all of them stacked by the whole of it, or anything else.
  private mutating func multiply(_ index: Int) {
    let inputs = graph.nodes[index].inputs
    for side in 0..<2 {
      guard let source = graph.weightSource(inputs[side]), let (gate, weights) = weights[source]
      else { continue }
      let map = inputs[1 - side]
      if let branch = gate.branches.firstIndex(of: map) {
        fields[index] = fields[map]
        masses[index] = (source, weights[branch])
        return
      }
      if let parts = parts[map], parts.count == weights.count {
        fields[index] = .mixture(Array(zip(parts, weights)))
        masses[index] = (source, 1)
        return
      }
    }
    add(index)
  }

  /// A sum: of weighed branches, of a residual path and its shortcut, or of equals.
  private mutating func add(_ index: Int) {
    let inputs = graph.nodes[index].inputs.filter { fields[$0] != nil }
    guard let first = inputs.first else { return }
    let weighed = inputs.compactMap { masses[$0] }
    if weighed.count == inputs.count, weighed.allSatisfy({ $0.gate == weighed[0].gate }) {
      fields[index] =
        .mixture(zip(inputs, weighed).map { (fields[$0] ?? .init(rows: 0, columns: 0), $1.mass) })
        ?? fields[first]
      masses[index] = (weighed[0].gate, weighed.reduce(0) { $0 + $1.mass })
      ends[weighed[0].gate] = index
      return
    }
    var shares = [Double](repeating: 1, count: inputs.count)
    switch shortcuts {
    case .none:
      let deepest = inputs.reduce(0) { max($0, depths[$1]) }
      shares = inputs.map { depths[$0] == deepest ? 1 : 0 }
    case .magnitudes(let measured):
      if let given = measured[index], given.count == inputs.count { shares = given }
    }
    fields[index] =
      .mixture(zip(inputs, shares).map { (fields[$0] ?? .init(rows: 0, columns: 0), $1) })
      ?? fields[first]
  }

  private mutating func join(_ index: Int) {
    let inputs = graph.nodes[index].inputs.filter { fields[$0] != nil }
    let own = inputs.compactMap { fields[$0] }
    // As many channels, as much weight.
    let sizes = inputs.map { Double(shapes[$0]?.reduce(1, *) ?? 0) }
    fields[index] = .mixture(Array(zip(own, sizes)))
    parts[index] = own
  }
}

extension Graph.Node {
  fileprivate var isConvolution: Bool {
    if case .convolution = operation { true } else { false }
  }
}
