import Analysis
import Checkpoints
import Engine
import Foundation
import Networks
import Observing
import Wording

/// What `sknet probe` does: shows one picture to a network, records any of its nodes, replaces any, and
/// takes gradients with respect to the picture.
public struct Probe: Sendable {
  /// A network's name or file.
  public var model: String
  /// A picture, or an array as it goes in: `.npy`, or the `input` of a safetensors file.
  public var input: String
  /// Nodes whose values are wanted.
  public var records: [String]
  /// Nodes whose gradients are wanted.
  public var gradients: [String]
  /// Nodes that gradients do not pass; `gates` for all gates.
  public var holds: [String]
  /// Files with values that stand in for nodes' own.
  public var replacements: [(node: String, file: String)]
  /// How a picture becomes the input, where that is not the model's own.
  public var preprocessing: InputChoice
  /// The safetensors file to write.
  public var out: String

  /// Describes a probe.
  public init(
    model: String, input: String, records: [String] = [], gradients: [String] = [],
    holds: [String] = [], replacements: [(node: String, file: String)] = [],
    preprocessing: InputChoice = InputChoice(), out: String
  ) {
    self.model = model
    self.input = input
    self.records = records
    self.gradients = gradients
    self.holds = holds
    self.replacements = replacements
    self.preprocessing = preprocessing
    self.out = out
  }

  /// Runs the network and writes `logits`, `value.NODE` and `gradient.NODE`.
  ///
  /// A gradient is that of the mean over the node's middle positions of the sum over its channels.
  ///
  /// - Returns: A line that says how the picture became the input, where the model's file does not say it or it
  ///   was asked for.
  /// - Throws: One-line errors naming the file or node.
  @discardableResult
  public func perform() throws -> String? {
    let out = try OutputFile.checked(
      self.out,
      inputs: [ModelSource.file(self.model), input].compactMap { $0 } + replacements.map(\.file))
    var model = try ModelSource.graph(self.model, size: preprocessing.size)
    let taken = try model.take(preprocessing, for: [input])
    let recorded = try records.map { try model.node(named: $0) }
    let differentiated = try gradients.map { try model.node(named: $0) }
    let program = try GraphProgram(model.graph, weights: model.weights, picture: model.picture)
    let fields = model.graph.theoreticalFields(program.shapes)
    let held = try heldNodes(in: model, shapes: program.shapes)
    let runner = try GraphRunner(
      program, nodes: recorded + differentiated + [model.graph.output],
      takingGradients: !differentiated.isEmpty)
    var replaced: [Int: [Float]] = [:]
    for (name, file) in replacements {
      replaced[try model.node(named: name)] = try ArrayFile.tensor(
        file, named: "value." + name, or: name
      ).values
    }
    try runner.run(try model.input(from: input), replacing: replaced)
    var arrays = [
      try array("logits", model.graph.output, runner.value(of: model.graph.output), program)
    ]
    for (name, index) in zip(records, recorded) {
      arrays.append(try array("value." + name, index, runner.value(of: index), program))
    }
    for (name, index) in zip(gradients, differentiated) {
      let shape = program.shapes[index] ?? []
      let seed = GraphRunner.middleSeed(shape, layout: fields[index].layout(of: shape))
      let gradient = try runner.gradient(of: index, seed: seed, holding: held)
      arrays.append(
        NamedArray(
          "gradient." + name, shape: [3, model.picture.height, model.picture.width],
          floats: gradient))
    }
    try SafetensorsWriter.write(
      arrays,
      metadata: [
        "model": model.name, "sha256": model.sha256, "tool": "sknet \(ToolVersion.current)",
        "held": held.sorted().map { model.graph.nodes[$0].name }.joined(separator: "\n"),
        "preprocessing": taken?.line ?? "none: an array",
      ], toFile: out)
    return taken.flatMap { $0.isOwn ? nil : $0.line }
  }

  private func array(
    _ name: String, _ node: Int, _ values: [Float], _ program: GraphProgram
  ) throws -> NamedArray {
    guard values.allSatisfy(\.isFinite) else {
      throw ExperimentError.failure("\(name): is not finite for \(input)")
    }
    return NamedArray(
      name, shape: Array((program.shapes[node] ?? []).dropFirst()), floats: values)
  }

  private func heldNodes(in model: GraphModel, shapes: [[Int]?]) throws -> Set<Int> {
    var held: Set<Int> = []
    for name in holds {
      if name == "gates", model.graph.index(named: name) == nil {
        let gates = model.graph.gates(shapes)
        if gates.isEmpty { throw ExperimentError.usage("\(model.name) has no gates to hold") }
        held.formUnion(gates.map(\.node))
      } else {
        held.insert(try model.node(named: name))
      }
    }
    return held
  }
}

extension GraphModel {
  /// A node's index.
  ///
  /// - Throws: `ExperimentError.usage` for a name that no node has, with names like it.
  func node(named name: String) throws -> Int {
    if let index = graph.index(named: name) { return index }
    let near = graph.nodes.map(\.name).filter { $0.localizedCaseInsensitiveContains(name) }
    let advice =
      near.isEmpty
      ? "'sknet inspect' lists them"
      : "did you mean " + near.prefix(3).map { "'\(abbreviated($0))'" }.joined(separator: ", ")
    throw ExperimentError.usage("\(self.name) has no node '\(abbreviated(name))'; \(advice)")
  }

  /// A node's short name, where it has one, such as a unit's.
  func shortName(of node: Int) -> String {
    graph.aliases.filter { $0.value == node }.keys.min() ?? graph.nodes[node].name
  }
}
