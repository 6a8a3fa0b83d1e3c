/// A tensor that a network needs: its name and shape.
public struct Parameter: Hashable, Sendable {
  /// Name in this project's layout.
  public var name: String
  /// Shape, outermost dimension first.
  public var shape: [Int]
  /// Whether training learns it; running statistics are not learnt.
  public var isLearnt: Bool

  /// Number of values.
  public var count: Int { shape.reduce(1, *) }
}

extension Graph {
  /// Every tensor that the network takes from the weights, in the order in which a picture meets them;
  /// one that several nodes share stands at the first.
  ///
  /// - Parameter shapes: From `shapes(picture:)`.
  /// - Returns: Names and shapes.
  public func parameters(_ shapes: [[Int]?]) -> [Parameter] {
    var seen: Set<String> = []
    return nodes.flatMap { node in
      tensors(of: node, input: node.inputs.first.flatMap { shapes[$0] })
        .filter { seen.insert($0.name).inserted }
        .map { Parameter(name: $0.name, shape: $0.shape, isLearnt: $0.isLearnt) }
    }
  }
}

extension Architecture {
  /// Every tensor that the network needs, in the order in which a picture meets them; none of an
  /// architecture that `validate()` refuses.
  public var parameters: [Parameter] { (try? countedParameters()) ?? [] }

  /// The same, which no size of picture changes.
  func countedParameters() throws(ArchitectureError) -> [Parameter] {
    let outline = try outline(input: SpatialSize(side: 32))
    return outline.graph.parameters(outline.shapes)
  }

  /// The network's graph with the shapes of its values, however large, for what is counted and not run.
  ///
  /// - Throws: `ArchitectureError` if the picture is empty, too large to count on, or too small for the
  ///   network.
  func outline(
    input: SpatialSize
  ) throws(ArchitectureError) -> (graph: Graph, shapes: [[Int]?]) {
    try Limits.check(input)
    do throws(GraphError) {
      let graph = try graph()
      return (graph, try graph.shapes(picture: input, mostValues: 1 << 50))
    } catch {
      throw ArchitectureError(field: "input", problem: "\(input) pixels: \(error)")
    }
  }
}
