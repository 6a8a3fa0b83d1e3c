/// A network's nodes as they are drawn: what changes values in place joined to what comes before it.
public struct GraphRows: Sendable {
  /// A layer with its norm and function, a join, a gate's product, or the like.
  public struct Row: Sendable {
    /// Name of its last node.
    public var name: String
    /// What it does: `3×3 convolution, stride 2, batch norm, ReLU`.
    public var operation: String
    /// Shape of its value without the batch's axis; nil where that is unknown.
    public var output: [Int]?
    /// Learnt values.
    public var parameters: Int
    /// Multiply-adds for one picture.
    public var macs: Int
    /// What its positions can depend on.
    public var field: GraphSummary.Field
    /// The rows that it takes, ascending, all before it.
    public var inputs: [Int]
  }

  /// The network's name.
  public var name: String
  /// Size of the picture.
  public var input: SpatialSize
  /// The rows in the order in which a picture passes them.
  public var rows: [Row]

  /// Joins the nodes of a graph.
  ///
  /// - Parameters:
  ///   - graph: The network.
  ///   - summary: What arithmetic says about it.
  public init(graph: Graph, summary: GraphSummary) {
    (name, input) = (summary.name, summary.input)
    rows = []
    var readers = [Int](repeating: 0, count: graph.nodes.count)
    for node in graph.nodes { for input in node.inputs { readers[input] += 1 } }
    var rowOfNode: [Int: Int] = [:]
    var described = summary.nodes.makeIterator()
    for (index, node) in graph.nodes.enumerated() {
      if case .constant = node.operation { continue }
      guard let own = described.next() else { break }
      let inputs = Set(node.inputs.compactMap { rowOfNode[$0] }).sorted()
      if node.operation.staysInPlace, let first = node.inputs.first, readers[first] == 1,
        inputs.count == 1
      {
        let row = inputs[0]
        rows[row].name = own.name
        rows[row].operation += ", " + own.operation
        rows[row].output = own.output
        rows[row].parameters += own.parameters
        rows[row].macs += own.macs
        rows[row].field = own.field
        rowOfNode[index] = row
        continue
      }
      rowOfNode[index] = rows.count
      rows.append(
        Row(
          name: own.name, operation: node.operation.details, output: own.output,
          parameters: own.parameters, macs: own.macs, field: own.field, inputs: inputs))
    }
  }
}

extension Graph.Operation {
  /// Whether values stay where they are or only change their order.
  fileprivate var staysInPlace: Bool {
    switch self {
    case .batchNorm, .activation, .reshape, .transpose, .expansion, .normalization, .softmax: true
    default: false
    }
  }

  /// The name with what tells it apart from others of its kind.
  fileprivate var details: String {
    switch self {
    case .convolution(let convolution):
      return convolution.window.text + " " + name
        + (convolution.groups > 1 ? ", \(convolution.groups) groups" : "")
        + convolution.window.distances
    case .pool(let pool): return pool.window.text + " " + name + pool.window.distances
    default: return name
    }
  }
}

extension Graph.Operation.Window {
  fileprivate var text: String { "\(kernel.rows)×\(kernel.columns)" }

  /// Stride and dilation, where they are not 1.
  fileprivate var distances: String {
    func text(_ name: String, _ pair: Graph.Operation.Pair) -> String {
      pair == .init(1)
        ? ""
        : ", \(name) \(pair.rows)" + (pair.rows == pair.columns ? "" : "×\(pair.columns)")
    }
    return text("stride", stride) + text("dilation", dilation)
  }
}
