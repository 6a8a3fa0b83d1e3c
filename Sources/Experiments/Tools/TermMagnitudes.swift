import Engine
import Networks

/// How much each term of a network's sums of maps counts, as expected fields weigh shortcuts by it.
struct TermMagnitudes: Sendable {
  private let sums: [(node: Int, terms: [Int])]

  /// - Parameters:
  ///   - graph: The network.
  ///   - shapes: Of its nodes.
  init(_ graph: Graph, _ shapes: [[Int]?]) {
    let depends = graph.dependsOnPicture
    sums = graph.nodes.enumerated().compactMap { index, node in
      guard case .combination(.add) = node.operation,
        node.inputs.allSatisfy({ depends[$0] && shapes[$0]?.count == 4 })
      else { return nil }
      return (index, node.inputs)
    }
  }

  /// Whether no maps are summed.
  var isEmpty: Bool { sums.isEmpty }

  /// Of each sum that was run the mean of every term's absolute values, by its node.
  func measured(in runner: GraphRunner) -> [Int: [Double]] {
    var magnitudes: [Int: [Double]] = [:]
    for (node, terms) in sums where !runner.value(of: node).isEmpty {
      magnitudes[node] = terms.map { term in
        let values = runner.value(of: term)
        return values.reduce(0) { $0 + Double(abs($1)) } / Double(max(values.count, 1))
      }
    }
    return magnitudes
  }
}
