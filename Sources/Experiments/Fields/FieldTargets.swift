import Analysis
import Checkpoints
import Engine
import Foundation
import Networks
import Observing
import Randomness

/// A node whose field is measured, and where.
struct FieldTarget: Sendable {
  let name: String
  /// Its index in the graph.
  let node: Int
  /// Where its channels and positions lie.
  let layout: MapLayout
  let theoretical: FieldResults.Theoretical
  let positions: [Position]
  /// The only channel that counts; nil for the sum over all.
  let channel: Int?

  /// One position of the node.
  struct Position: Sendable {
    let row: Int
    let column: Int
    /// The middle of its theoretical field, in the picture's pixels.
    let centre: FieldMap.Point
  }

  /// The scalar whose gradient is taken: a position's channel, or the sum over channels.
  func seed(_ position: Position) -> [Float] {
    seed(position, channels: channel.map { channel in (0..<layout.channels).map { $0 == channel } })
  }

  /// Weight 1 for some of a position's channels; nil for all.
  func seed(_ position: Position, channels: [Bool]?) -> [Float] {
    var seed = [Float](repeating: 0, count: layout.count)
    for channel in 0..<layout.channels where channels?[channel] ?? true {
      seed[layout.place(channel: channel, row: position.row, column: position.column)] = 1
    }
    return seed
  }

  /// A position's channels in a runner's last run.
  func values(of runner: GradientRunner, at position: Position) -> [Float] {
    runner.values(
      of: node,
      at: (0..<layout.channels).map {
        layout.place(channel: $0, row: position.row, column: position.column)
      })
  }
}

extension FieldTarget {
  /// The nodes that are asked for, or the last of every stage.
  ///
  /// - Parameters:
  ///   - names: Names of nodes or units; empty for all stages.
  ///   - model: The network.
  ///   - count: Positions of each node; 1 for the central one.
  ///   - channel: The only channel that counts; nil for the sum.
  ///   - seed: Which positions are drawn.
  /// - Returns: The nodes in the order in which a picture passes them.
  /// - Throws: `ExperimentError.usage` for what is no node, or a node without positions that look at parts of the
  ///   picture.
  static func targets(
    _ names: [String], of model: GraphModel, positions count: Int, channel: Int? = nil, seed: UInt64
  ) throws -> [FieldTarget] {
    let shapes = try model.graph.shapes(picture: model.picture)
    let fields = model.graph.theoreticalFields(shapes)
    let indices =
      names.isEmpty
      ? stages(of: model.graph, shapes, fields) : try names.map { try model.node(named: $0) }
    guard !indices.isEmpty else {
      throw ExperimentError.failure(
        "\(model.name): has no maps with positions; name nodes by --at")
    }
    var generator = SplitMix64(seed: seed)
    var targets: [FieldTarget] = []
    for (place, node) in indices.enumerated() where !indices[..<place].contains(node) {
      let name = names.isEmpty ? model.shortName(of: node) : names[place]
      guard let layout = shapes[node].flatMap({ fields[node].layout(of: $0) }),
        let rows = fields[node].rows, let columns = fields[node].columns
      else {
        throw ExperimentError.usage(
          "\(model.name): '\(name)' has no positions that look at parts of the picture")
      }
      if let channel, !(0..<layout.channels).contains(channel) {
        throw ExperimentError.usage(
          "\(model.name): '\(name)' has channels 0 to \(layout.channels - 1), not \(channel)")
      }
      let central = Position(
        at: rows.nearest(to: Double(model.picture.height - 1) / 2, of: layout.height),
        columns.nearest(to: Double(model.picture.width - 1) / 2, of: layout.width), rows, columns)
      var positions = [central]
      while positions.count < min(count, layout.height * layout.width) {
        let drawn = Position(
          at: generator.index(below: layout.height), generator.index(below: layout.width), rows,
          columns)
        if !positions.contains(where: { $0.row == drawn.row && $0.column == drawn.column }) {
          positions.append(drawn)
        }
      }
      let inside = positions.map {
        rows.share(inside: model.picture.height, at: $0.row)
          * columns.share(inside: model.picture.width, at: $0.column)
      }
      targets.append(
        FieldTarget(
          name: name, node: node, layout: layout,
          theoretical: FieldResults.Theoretical(
            status: fields[node].status.rawValue, size: [rows.size, columns.size],
            stride: [rows.stride, columns.stride], start: [rows.start, columns.start],
            inside: inside.reduce(0, +) / Double(inside.count)),
          positions: positions, channel: channel))
    }
    return targets.sorted { $0.node < $1.node }
  }

  /// The last node of each stride that everything passes on its way to the output.
  private static func stages(
    of graph: Graph, _ shapes: [[Int]?], _ fields: [TheoreticalField]
  ) -> [Int] {
    var last: [Int: Int] = [:]
    for node in graph.bottlenecks {
      guard let layout = shapes[node].flatMap({ fields[node].layout(of: $0) }),
        layout.height > 1 || layout.width > 1, let rows = fields[node].rows, rows.size > 1
      else { continue }
      last[rows.stride] = max(last[rows.stride] ?? 0, node)
    }
    return last.values.sorted()
  }
}

extension FieldTarget.Position {
  fileprivate init(at row: Int, _ column: Int, _ rows: AxisField, _ columns: AxisField) {
    self.init(
      row: row, column: column,
      centre: FieldMap.Point(row: rows.centre(at: row), column: columns.centre(at: column)))
  }
}

extension AxisField {
  /// The position whose centre lies nearest to a place; the first of two.
  fileprivate func nearest(to place: Double, of count: Int) -> Int {
    (0..<max(count, 1)).min { abs(centre(at: $0) - place) < abs(centre(at: $1) - place) } ?? 0
  }

  /// Share of a position's field that lies within a picture of `length` pixels.
  fileprivate func share(inside length: Int, at position: Int) -> Double {
    let first = start + stride * position
    let inside = min(first + size, length) - max(first, 0)
    return Double(max(inside, 0)) / Double(size)
  }
}
