import Networks

/// Writes a graph down as ONNX operators, batch norms folded into the convolutions before them.
///
/// Values have their nodes' names; the first axis, the batch's, is left open. Where a convolution's
/// norm is called `…/norm`, the two together are `…/conv`.
struct ONNXNetwork {
  /// What has been written down.
  private var result = ONNXGraph()
  private let graph: Graph
  private let weights: Weights
  /// The file to name in errors.
  private let path: String
  private let consumers: [[Int]]
  /// The value of each node.
  private var names: [String]
  private var constants: Set<String> = []
  private var lists: [[Int]: String] = [:]

  /// The operators of a network of selective-kernel units.
  ///
  /// - Parameters:
  ///   - model: The network; `input` is `[N, 3, H, W]` of its preprocessing's size.
  ///   - attention: Whether the units' attention goes out too.
  ///   - path: The file to name in errors.
  /// - Returns: The operators, and how to get the constants.
  /// - Throws: `CheckpointError` if the network has an operation that is not known here, a batch norm
  ///   without a variance, or no attention where it is asked for.
  static func graph(
    of model: Model, attention: Bool, path: String
  ) throws(CheckpointError) -> ONNXGraph {
    let architecture = model.architecture
    guard !attention || architecture.hasAttention else {
      throw CheckpointError(
        file: path, place: "attention", problem: "the network's units do not weigh their branches",
        advice: "leave the attention out")
    }
    let graph: Graph
    do throws(GraphError) {
      graph = try architecture.graph()
    } catch {
      throw CheckpointError(file: path, place: "graph", problem: error.description)
    }
    let gated = attention ? architecture.units.filter(\.hasAttention) : []
    let outputs =
      (architecture.classes > 0 ? [graph.output] : [])
      + gated.compactMap { graph.index(named: "attention." + $0.name) }
    var network = ONNXNetwork(graph, weights: model.weights, path: path)
    try network.add(graph.ancestors(of: outputs), side: model.preprocessing.size)
    if architecture.classes > 0 {
      network.result.addOutput(
        network.names[graph.output], [.named("N"), .fixed(architecture.classes)])
    }
    for unit in gated {
      network.result.addOutput(
        "attention." + unit.name, [.named("N"), .fixed(unit.branches.count), .fixed(unit.width)])
    }
    return network.result
  }

  private init(_ graph: Graph, weights: Weights, path: String) {
    self.graph = graph
    self.weights = weights
    self.path = path
    names = graph.nodes.map(\.name)
    var consumers = [[Int]](repeating: [], count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() {
      for input in node.inputs { consumers[input].append(index) }
    }
    self.consumers = consumers
  }

  private mutating func add(_ nodes: [Int], side: Int) throws(CheckpointError) {
    for index in nodes {
      let node = graph.nodes[index]
      switch node.operation {
      case .picture(let channels):
        result.addInput(
          names[index], [.named("N"), .fixed(channels), .fixed(side), .fixed(side)])
      case .convolution(let convolution): try addConvolution(index, convolution)
      case .batchNorm:
        guard names[index] != node.name || names[index] == names[node.inputs[0]] else {
          throw unknown("a batch norm without a convolution")
        }
      case .linear(let linear): try addLinear(index, linear)
      default: try addOperator(index)
      }
    }
  }

  // MARK: Layers

  private mutating func addConvolution(
    _ index: Int, _ convolution: Graph.Operation.Convolution
  ) throws(CheckpointError) {
    let window = convolution.window
    var inputs = [names[graph.nodes[index].inputs[0]]]
    if consumers[index].count == 1,
      case .batchNorm(let norm) = graph.nodes[consumers[index][0]].operation
    {
      let last = consumers[index][0]
      // The two are one value, by the name of whichever is not an inner one.
      names[index] = names[last].hasSuffix("/norm") ? names[index] : names[last]
      names[last] = names[index]
      inputs += try folded(convolution, norm)
    } else {
      inputs.append(try constant(convolution.weights))
      if let bias = convolution.bias { inputs.append(try constant(bias)) }
    }
    result.add(
      "Conv", inputs, as: names[index],
      attributes(window) + [("group", .integer(convolution.groups))])
  }

  /// Names of a convolution's weights and bias with its batch norm folded in.
  private mutating func folded(
    _ convolution: Graph.Operation.Convolution, _ norm: Graph.Operation.BatchNorm
  ) throws(CheckpointError) -> [String] {
    let suffix = ".conv.weight"
    let name =
      convolution.weights.hasSuffix(suffix)
      ? String(convolution.weights.dropLast(suffix.count)) : convolution.weights
    let shape = weights[convolution.weights]?.shape ?? []
    let fold = { [weights, path] () throws in
      do throws(FoldedConvolution.Fault) {
        return try FoldedConvolution(
          weights: convolution.weights, bias: convolution.bias, norm: norm, in: weights)
      } catch {
        throw CheckpointError(file: path, place: "batch norm", problem: error.problem)
      }
    }
    return [
      result.add(NamedArray(name + ".weight", shape: shape, floats: try fold().weights)),
      result.add(
        NamedArray(name + ".bias", shape: [convolution.channels], floats: try fold().bias)),
    ]
  }

  private mutating func addLinear(
    _ index: Int, _ linear: Graph.Operation.Linear
  ) throws(CheckpointError) {
    var inputs = [names[graph.nodes[index].inputs[0]], try constant(linear.weights)]
    if let bias = linear.bias { inputs.append(try constant(bias)) }
    result.add(
      "Gemm", inputs, as: names[index], [("transB", .integer(linear.isTransposed ? 0 : 1))])
  }

  private func attributes(
    _ window: Graph.Operation.Window
  ) -> [(String, ONNXGraph.Attribute)] {
    func pair(_ pair: Graph.Operation.Pair) -> [Int] { [pair.rows, pair.columns] }
    return [
      ("kernel_shape", .integers(pair(window.kernel))),
      ("strides", .integers(pair(window.stride))),
      ("dilations", .integers(pair(window.dilation))),
      ("pads", .integers(pair(window.before) + pair(window.after))),
    ]
  }

  // MARK: Other operations

  private mutating func addOperator(_ index: Int) throws(CheckpointError) {
    let node = graph.nodes[index]
    var inputs = node.inputs.map { names[$0] }
    var attributes: [(String, ONNXGraph.Attribute)] = []
    let type: String
    switch node.operation {
    case .activation(let activation):
      guard let name = Self.types[activation] else {
        throw unknown("the function \(activation.name)")
      }
      type = name
    case .pool(let pool):
      type = pool.kind == .maximum ? "MaxPool" : "AveragePool"
      attributes = self.attributes(pool.window)
      attributes.append(("ceil_mode", .integer(pool.window.roundsUp ? 1 : 0)))
      if pool.kind != .maximum {
        // Opset 17's mean has no dilation.
        attributes.removeAll { $0.0 == "dilations" }
        attributes.append(
          ("count_include_pad", .integer(pool.kind == .meanWithPadding ? 1 : 0)))
      }
    case .reduction(.mean, [2, 3], true): type = "GlobalAveragePool"
    case .reduction(.mean, let axes, let keeps):
      type = "ReduceMean"
      attributes = [("axes", .integers(axes)), ("keepdims", .integer(keeps ? 1 : 0))]
    case .softmax(let axis):
      type = "Softmax"
      attributes = [("axis", .integer(axis))]
    case .combination(let combination): type = Self.type(of: combination)
    case .concatenation(let axis):
      type = "Concat"
      attributes = [("axis", .integer(axis))]
    case .reshape(let shape):
      type = "Reshape"
      inputs.append(integers([0] + shape.dropFirst()))
    case .expansion(let shape):
      type = "Expand"
      inputs.append(integers(shape))
    case .slice(let axis, let start, let count, let step):
      type = "Slice"
      inputs += [[start], [start + (count - 1) * step + 1], [axis], [step]].map { integers($0) }
    case .selection(let axis, let indices, false):
      type = "Gather"
      inputs.append(integers(indices))
      attributes = [("axis", .integer(axis))]
    default: throw unknown("the operation \(node.operation.name)")
    }
    result.add(type, inputs, as: names[index], attributes)
  }

  private static let types: [Activation: String] = [
    .relu: "Relu", .sigmoid: "Sigmoid", .exp: "Exp", .tanh: "Tanh", .hardSwish: "HardSwish",
  ]

  private static func type(of combination: Graph.Operation.Combination) -> String {
    switch combination {
    case .add: "Add"
    case .subtract: "Sub"
    case .multiply: "Mul"
    case .divide: "Div"
    case .maximum: "Max"
    case .minimum: "Min"
    case .power: "Pow"
    }
  }

  // MARK: Constants

  /// A tensor as it is, written once.
  private mutating func constant(_ name: String) throws(CheckpointError) -> String {
    guard let tensor = weights[name] else { throw unknown("no tensor '\(name)'") }
    guard constants.insert(name).inserted else { return name }
    return result.add(NamedArray(name, shape: tensor.shape, floats: tensor.values))
  }

  /// A list of whole numbers, the same for all who ask.
  private mutating func integers(_ values: [Int]) -> String {
    if let name = lists[values] { return name }
    let name = "integers.\(lists.count)"
    lists[values] = name
    return result.add(NamedArray(name, shape: [values.count], integers: values))
  }

  /// The error for what this writer has no operators for.
  private func unknown(_ part: String) -> CheckpointError {
    CheckpointError(
      file: path, place: "ONNX graph", problem: "cannot be written for a network with \(part)")
  }
}
