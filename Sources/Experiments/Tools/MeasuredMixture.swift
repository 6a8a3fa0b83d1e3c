import Checkpoints
import Engine
import Networks

/// What a network makes of pictures, as far as expected fields take it: the weights that its gates choose, and
/// how much each term of a sum counts.
struct MeasuredMixture {
  /// By a gate's node the weight of each branch, averaged over channels, positions and pictures.
  private(set) var attention: [Int: [Double]] = [:]
  /// By a sum's node the magnitude of each term: the mean of its values' absolutes.
  private(set) var magnitudes: [Int: [Double]] = [:]

  /// Shows pictures to a network.
  ///
  /// - Parameters:
  ///   - model: Any network.
  ///   - pictures: Files of pictures, or arrays as they go in.
  /// - Throws: One line naming the file that cannot be read, or the node that cannot be run.
  init(_ model: GraphModel, pictures: [String]) throws {
    let graph = model.graph
    let program = try GraphProgram(graph, weights: model.weights, picture: model.picture)
    let gates = graph.recordedGates(program.shapes)
    let runner = try GraphRunner(
      program, nodes: [graph.output] + gates.map(\.node), takingGradients: false)
    let terms = TermMagnitudes(graph, program.shapes)
    let share = 1 / Double(max(pictures.count, 1))
    for picture in pictures {
      try runner.run(try model.input(from: picture))
      for gate in gates {
        let means = AttentionProfile.means(
          gate.attention(runner.value(of: gate.node)), branches: gate.sizes.count
        ).map { share * $0 }
        attention[gate.node] = attention[gate.node].map { zip($0, means).map(+) } ?? means
      }
      for (sum, means) in terms.measured(in: runner) {
        let means = means.map { share * $0 }
        magnitudes[sum] = magnitudes[sum].map { zip($0, means).map(+) } ?? means
      }
    }
  }
}
