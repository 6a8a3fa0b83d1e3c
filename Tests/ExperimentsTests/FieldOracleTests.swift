import Foundation
import SelectiveKernels
import TestSupport
import Testing

/// Fields that are known without measuring: by closed forms, by other paths through the network, by PyTorch.
@Suite("Fields that are known beforehand")
struct FieldOracleTests {
  /// A stack of 3×3 convolutions without biases, each with its stride and channels.
  private static func stack(
    _ layers: [(channels: Int, stride: Int)], side: Int, weights: (Int, Int) -> [Float]
  ) throws -> (network: GradientPlan, graph: Graph, shapes: [[Int]?], output: Int) {
    var graph = Graph()
    var node = try graph.add("picture", .picture(channels: 3))
    var (inputs, tensors) = (3, Weights())
    for (index, layer) in layers.enumerated() {
      let shape = [layer.channels, inputs, 3, 3]
      tensors["w\(index)"] = Tensor(
        shape: shape, values: weights(index, shape.reduce(1, *)))
      node = try graph.add(
        "layer\(index)",
        .convolution(
          .init(
            weights: "w\(index)", channels: layer.channels,
            window: .init(
              kernel: .init(3, 3), stride: .init(layer.stride, layer.stride), before: .init(1, 1)))
        ), [node])
      inputs = layer.channels
    }
    graph.output = node
    let picture = SpatialSize(side: side)
    return (
      try GradientPlan(graph, weights: tensors, picture: picture, targets: [node], gates: []),
      graph, try graph.shapes(picture: picture), node
    )
  }

  private static func seed(_ shape: [Int], _ row: Int, _ column: Int, channel: Int? = nil)
    -> [Float]
  {
    var seed = [Float](repeating: 0, count: shape.reduce(1, *))
    for place in 0..<shape[1] where channel ?? place == place {
      seed[(place * shape[2] + row) * shape[3] + column] = 1
    }
    return seed
  }

  /// (1 + z + z²)³: what three windows of three taps make of an impulse.
  private static let trinomial: [Double] = [1, 3, 6, 7, 6, 3, 1]

  /// Three kernels' taps along an axis, their product, and its variance.
  typealias Profile = (taps: [Float], product: [Double], variance: Double)

  /// Three times (3² − 1)/12, and three times ½: (1 + z)⁶ has binomial coefficients.
  static let profiles: [Profile] = [
    ([1, 1, 1], trinomial, 2), ([1, 2, 1], [1, 6, 15, 20, 15, 6, 1], 1.5),
  ]

  @Test("are the product of their kernels' profiles where these are known", arguments: profiles)
  func uniform(_ profile: Profile) throws {
    let side = 15
    let kernel = profile.taps.flatMap { row in profile.taps.map { row * $0 } }
    let (network, _, shapes, output) = try Self.stack(
      [(2, 1), (2, 1), (1, 1)], side: side
    ) { _, count in (0..<count).map { kernel[$0 % 9] } }
    let runner = try network.runner()
    try runner.run([Float](repeating: 0, count: 3 * side * side), replacing: [:])
    let gradient = try runner.gradient(
      of: output, seed: Self.seed(try #require(shapes[output]), 7, 7), holding: [])
    let map = FieldMap(of: gradient, height: side, width: side)
    for row in 0..<side {
      for column in 0..<side {
        let (down, across) = (row - 4, column - 4)
        let isIn = (0..<7).contains(down) && (0..<7).contains(across)
        // Two channels in each of two layers, three colours.
        let expected = isIn ? 12 * profile.product[down] * profile.product[across] : 0
        #expect(abs(map.values[row * side + column] - expected) < 1e-5 * 12 * 400)
      }
    }
    let sizes = try #require(FieldSizes(map, centre: .init(row: 7, column: 7)))
    #expect(abs(sizes.spread - profile.variance.squareRoot()) < 1e-6)
    #expect(sizes.offset.allSatisfy { abs($0) < 1e-6 })
  }

  @Test("have the same product for their mean square where weights are random and sum to 0")
  func random() throws {
    let side = 7
    var sums = [Double](repeating: 0, count: side)
    var squares = sums
    let networks = 400
    for index in 0..<networks {
      let (network, _, shapes, output) = try Self.stack(
        [(8, 1), (8, 1), (8, 1)], side: side
      ) { layer, count in Formula.noise("\(index)/\(layer)", count: count).map { Float($0) } }
      let runner = try network.runner()
      try runner.run([Float](repeating: 0, count: 3 * side * side), replacing: [:])
      let shape = try #require(shapes[output])
      var rows = [Double](repeating: 0, count: side)
      for channel in 0..<8 {
        let gradient = try runner.gradient(
          of: output, seed: Self.seed(shape, 3, 3, channel: channel), holding: [])
        let map = FieldMap(of: gradient, height: side, width: side, measure: .squared)
        for (place, value) in map.values.enumerated() { rows[place / side] += value }
      }
      for row in rows.indices {
        sums[row] += rows[row]
        squares[row] += rows[row] * rows[row]
      }
    }
    // Each weight has a variance of 1/3; 8 channels in, 3 colours, 27 taps across.
    let unit = 8 * 27 * 3 * 64 / 27.0
    for (row, expected) in Self.trinomial.enumerated() {
      let mean = sums[row] / Double(networks)
      let error = ((squares[row] / Double(networks) - mean * mean) / Double(networks)).squareRoot()
      #expect(abs(mean - unit * expected) < 4 * error, "row \(row)")
      #expect(error < 0.06 * mean)
    }
  }

  @Test("of a linear network are its answers to impulses")
  func impulses() throws {
    let side = 21
    let (network, _, shapes, output) = try Self.stack(
      [(4, 2), (5, 1), (3, 1)], side: side
    ) { layer, count in Formula.noise("impulse \(layer)", count: count).map { Float($0) } }
    let runner = try network.runner()
    try runner.run([Float](repeating: 0, count: 3 * side * side), replacing: [:])
    let shape = try #require(shapes[output])
    let layout = try #require(MapLayout(shape))
    let places = (0..<layout.channels).map { layout.place(channel: $0, row: 5, column: 4) }
    let gradient = try runner.gradient(
      of: output, seed: Self.seed(shape, 5, 4), holding: [])
    let largest = gradient.reduce(0) { max($0, abs($1)) }
    for place in stride(from: 0, to: gradient.count, by: 37) {
      var impulse = [Float](repeating: 0, count: gradient.count)
      impulse[place] = 1
      try runner.run(impulse, replacing: [:])
      let answer = runner.values(of: output, at: places).reduce(0, +)
      #expect(abs(answer - gradient[place]) < 1e-5 * largest)
    }
  }

  @Test("are the same map after registration, whichever position is asked")
  func registration() throws {
    let side = 64
    let (network, graph, shapes, output) = try Self.stack(
      [(4, 2), (5, 2), (3, 1)], side: side
    ) { layer, count in Formula.noise("shift \(layer)", count: count).map { Float($0) } }
    let field = graph.theoreticalFields(shapes)[output]
    let (rows, columns) = (try #require(field.rows), try #require(field.columns))
    #expect(rows.stride == 4)
    let runner = try network.runner()
    try runner.run([Float](repeating: 0, count: 3 * side * side), replacing: [:])
    let shape = try #require(shapes[output])
    let averages = try [(7, 7), (8, 7), (6, 9)].map { row, column in
      var average = FieldAverage(height: side, width: side)
      let gradient = try runner.gradient(
        of: output, seed: Self.seed(shape, row, column), holding: [])
      average.add([
        (
          FieldMap(of: gradient, height: side, width: side),
          .init(row: rows.centre(at: row), column: columns.centre(at: column))
        )
      ])
      return average.mean
    }
    let largest = try #require(averages[0].values.max())
    #expect(largest > 0)
    for other in averages.dropFirst() {
      #expect(zip(averages[0].values, other.values).allSatisfy { abs($0 - $1) < 1e-6 * largest })
    }
  }

  @Test("through a gate and beside it sum to the whole, pixel by pixel")
  func identity() throws {
    let model = try GraphModel(Model(contentsOfFile: Fixtures.bundledModel))
    let graph = model.graph
    let shapes = try graph.shapes(picture: model.picture)
    // The first unit, whose branches no other gate weighs.
    let gate = try #require(graph.gates(shapes).first)
    let unit = try #require(graph.index(named: "SK_2_1"))
    let selected = try #require(
      (gate.node + 1..<unit).last {
        graph.nodes[$0].name.hasPrefix("SK_2_1/select") && shapes[$0] == shapes[gate.branches[0]]
      })
    func made(_ targets: [Int], _ gates: [Int]) throws -> GradientRunner {
      try GradientPlan(
        graph, weights: model.weights, picture: model.picture, targets: targets, gates: gates
      ).runner()
    }
    // The gate by its pattern, and as a node whose own gradient is asked for.
    let runner = try made([selected] + gate.branches, [gate.node])
    let own = try made([gate.node], [])
    let input = try Fixture("sknet26-tiny-zoom").input(
      "pixels", at: 0, count: 3 * model.picture.count)
    try runner.run(input)
    try own.run(input)
    let shape = try #require(shapes[selected])
    let (row, column) = (shape[2] / 2, shape[3] / 2)
    let seed = Self.seed(shape, row, column)
    let full = try runner.gradient(of: selected, seed: seed, holding: [])
    let held = try runner.gradient(of: selected, seed: seed, holding: [gate.node])
    // ∂Σ a U = Σ a ∂U + Σ U ∂a: the gate's own gradient, weighed by the branches' values.
    let layout = try #require(MapLayout(shape))
    let places = (0..<layout.channels).map {
      layout.place(channel: $0, row: row, column: column)
    }
    let branches = gate.branches.flatMap { runner.values(of: $0, at: places) }
    let through = try own.gradient(of: gate.node, seed: branches)
    let largest = full.reduce(0) { max($0, abs($1)) }
    #expect(through.contains { abs($0) > 1e-4 * largest })
    for place in full.indices {
      #expect(abs(full[place] - held[place] - through[place]) < 1e-6 * largest)
    }
  }

  /// A transposition moves values and changes none.
  @Test("are the same wherever a value's channels lie")
  func layouts() throws {
    let folder = try ScratchFolder()
    let nodes = ["/gate/Mul_output_0", "/Transpose_output_0"]
    var experiment = FieldExperiment(
      model: Fixtures.path("onnx/forms-torchscript.onnx"), nodes: nodes, noise: 2,
      out: folder.path("run"))
    for channel in [nil, 3] {
      experiment.channel = channel
      experiment.out = folder.path("\(channel ?? -1)")
      let found = try FieldRun(experiment).perform().results.nodes
      #expect(found.map(\.name) == nodes)
      #expect(found[0].theoretical == found[1].theoretical)
      #expect(found[0].byScale == found[1].byScale && found[0].published == found[1].published)
    }
  }

  @Test("of single channels are their own")
  func channels() throws {
    let folder = try ScratchFolder()
    func spread(_ channel: Int?) throws -> (map: [Float], results: FieldResults) {
      var experiment = FieldExperiment(
        model: Fixtures.path("onnx/dilated.onnx"), noise: 1, out: folder.path("\(channel ?? -1)"))
      experiment.channel = channel
      experiment.measure = .squared
      let results = try FieldRun(experiment).perform().results
      let file = try SafetensorsFile(
        contentsOfFile: folder.path("\(channel ?? -1)/maps.safetensors"))
      return (try file.tensor("map.\(results.nodes[0].name).1.0").values, results)
    }
    let whole = try spread(nil)
    let (one, other) = (try spread(0), try spread(1))
    #expect(one.map != other.map && one.map != whole.map && one.results.channel == 0)
    #expect(FieldTable(one.results).text.contains("of channel 0"))
    // What the published tools take is of all channels.
    #expect(one.results.nodes[0].published == whole.results.nodes[0].published)
    let refused = try CommandLineRun([
      "fields", Fixtures.path("onnx/dilated.onnx"), "--channel", "4000", "--out", folder.path("no"),
    ])
    #expect(refused.status == 64 && refused.error.contains("has channels 0 to"))
  }

  @Test("are PyTorch's, gates live and held", arguments: ["first", "last"])
  func bundled(_ scale: String) throws {
    let model = try GraphModel(Model(contentsOfFile: Fixtures.bundledModel))
    let shapes = try model.graph.shapes(picture: model.picture)
    let gates = model.graph.gates(shapes).map(\.node)
    let units = ["SK_3_2", "SK_4_2"]
    let nodes = try units.map { try #require(model.graph.index(named: $0)) }
    let network = try GradientPlan(
      model.graph, weights: model.weights, picture: model.picture, targets: nodes, gates: gates)
    let runner = try network.runner()
    let expected = try Fixture("sknet26-tiny-fields")
    let input = try Fixture("sknet26-tiny-zoom").input(
      "pixels", at: scale == "first" ? 0 : 4, count: 3 * model.picture.count)
    try runner.run(input, replacing: [:])
    for (unit, node) in zip(units, nodes) {
      let seed = GraphRunner.middleSeed(try #require(shapes[node]))
      for (kind, held) in [("full", []), ("constant", gates)] {
        let gradient = try runner.gradient(of: node, seed: seed, holding: Set(held))
        let own = try expected.tensor("\(kind).\(unit).\(scale)").values
        #expect(relativeError(gradient, own) < 1e-3, "\(kind) \(unit)")
      }
    }
  }
}

extension Fixture {
  /// One of several pictures of pixels [H, W, 3], normalised [3, H, W].
  fileprivate func input(_ name: String, at index: Int, count: Int) throws -> [Float] {
    let pixels = try bytes(name)[index * count..<(index + 1) * count]
    let preprocessing = Preprocessing(size: 64)
    let area = count / 3
    return (0..<count).map { place in
      let channel = place / area
      let value = Float(pixels[pixels.startIndex + place % area * 3 + channel]) / 255
      return (value - Float(preprocessing.mean[channel])) / Float(preprocessing.std[channel])
    }
  }
}
