/// What arithmetic alone says about a network's nodes at one size of picture.
public struct GraphSummary: Codable, Hashable, Sendable {
  /// A node's theoretical field, rows before columns; lists are nil where there is no such number.
  public struct Field: Codable, Hashable, Sendable {
    /// Whether positions look at part of the picture, the whole of it, or that is unknown.
    public var status: TheoreticalField.Status
    /// Pixels, the hull of all paths.
    public var size: [Int]?
    /// Pixels between the fields of neighbouring positions.
    public var stride: [Int]?
    /// First pixel of position 0's field.
    public var start: [Int]?
    /// Pixels along the smallest path.
    public var smallest: [Int]?
    /// Pixels that the centres of the paths lie apart.
    public var misaligned: [Double]?

    init(_ field: TheoreticalField) {
      status = field.status
      guard let rows = field.rows, let columns = field.columns else { return }
      size = [rows.size, columns.size]
      stride = [rows.stride, columns.stride]
      start = [rows.start, columns.start]
      smallest = [rows.smallest, columns.smallest]
      misaligned = [rows.misalignment, columns.misalignment]
    }
  }

  /// A node.
  public struct Node: Codable, Hashable, Sendable {
    /// Its name: of an ONNX file, that of the value.
    public var name: String
    /// What it does.
    public var operation: String
    /// Shape of its value without the batch's axis; nil where that is unknown.
    public var output: [Int]?
    /// Learnt values.
    public var parameters: Int
    /// Multiply-adds for one picture.
    public var macs: Int
    /// What its positions can depend on.
    public var field: Field
  }

  /// The network's name.
  public var name: String
  /// Rows and columns of the picture.
  public var input: SpatialSize
  /// #P: learnt values.
  public var parameters: Int
  /// Multiply-adds for one picture.
  public var macs: Int
  /// The nodes but for constants, in the order in which a picture passes them.
  public var nodes: [Node]

  /// Works a graph out.
  ///
  /// - Throws: `GraphError` naming a node whose inputs do not fit.
  public init(name: String, graph: Graph, input: SpatialSize) throws(GraphError) {
    self.name = name
    self.input = input
    let shapes = try graph.shapes(picture: input)
    let counts = graph.counts(shapes)
    let fields = graph.theoreticalFields(shapes)
    parameters = counts.reduce(0) { $0 + $1.parameters }
    macs = counts.reduce(0) { $0 &+ $1.macs }
    nodes = graph.nodes.indices.compactMap { index in
      let node = graph.nodes[index]
      if case .constant = node.operation { return nil }
      return Node(
        name: node.name, operation: node.operation.name,
        output: shapes[index].map { Array($0.dropFirst()) },
        parameters: counts[index].parameters, macs: counts[index].macs, field: Field(fields[index]))
    }
  }

  /// A table for a terminal: a node a line.
  public var text: String {
    var rows = [["node", "operation", "output", "#P", "MACs", "stride", "field px", "smallest"]]
    rows += nodes.map { node in
      [
        node.name, node.operation,
        node.output.map { $0.map(String.init).joined(separator: "×") } ?? "?",
        node.parameters > 0 ? grouped(node.parameters) : "",
        node.macs > 0 ? grouped(node.macs) : "",
        text(node.field.stride), node.field.text, text(node.field.smallest),
      ]
    }
    let unknown = nodes.count { $0.field.status == .unknown }
    var notes = [
      "field: pixels of the picture that a position can depend on, height × width where they differ.",
      "whole: depends on all positions, as through a gate; the pixels are those without such paths.",
    ]
    if nodes.contains(where: { $0.field.misaligned?.contains { $0 != 0 } ?? false }) {
      notes.append("~: paths whose centres lie apart; --json says by how much.")
    }
    if unknown > 0 {
      notes.append(
        "unknown: an operation on the way is not understood, so that the network cannot be run"
          + " beyond it.")
    }
    return
      ([
        "\(name): input \(input), #P \(grouped(parameters)), MACs \(grouped(macs))", "",
      ] + aligned(rows: rows) + [""] + notes).joined(separator: "\n")
  }

  private func text(_ pair: [Int]?) -> String {
    guard let pair else { return "" }
    return pair[0] == pair[1] ? "\(pair[0])" : "\(pair[0])×\(pair[1])"
  }
}

extension GraphSummary.Field {
  fileprivate var text: String {
    guard let size else { return status == .local ? "" : status.rawValue }
    let pixels = size[0] == size[1] ? "\(size[0])" : "\(size[0])×\(size[1])"
    let apart = misaligned?.contains { $0 != 0 } ?? false
    return (status == .whole ? "whole, " : "") + pixels + (apart ? "~" : "")
  }
}
