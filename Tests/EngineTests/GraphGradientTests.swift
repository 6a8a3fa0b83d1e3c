import Engine
import Networks
import Testing

@Suite("Gradients and fields of random graphs")
struct GraphGradientTests {
  /// Central differences of float32 sums: 2⁻²⁴ of the sum over a step of 2⁻⁷ is some 1e-5 of it, and
  /// the third derivative adds about as much.
  static let tolerance: Float = 5e-3

  @Test("gradients are the finite differences", arguments: 1...24)
  func differences(seed: Int) throws {
    let picture = SpatialSize(height: 11, width: 14)
    let random = try RandomGraph(
      seed: UInt64(seed), kind: .smooth, picture: picture, layers: 6)
    let program = try GraphProgram(random.graph, weights: random.weights, picture: picture)
    let runner = try GraphRunner(program)
    let node = random.graph.output
    let count = 3 * picture.count
    let input = Formula.noise("input \(seed)", count: count).map { Float($0) }
    let size = try #require(program.shapes[node]).reduce(1, *)
    let seeds = Formula.noise("seed \(seed)", count: size).map { Float($0) }
    func sum(_ input: [Float]) throws -> Double {
      try runner.run(input)
      return zip(runner.value(of: node), seeds).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    _ = try sum(input)
    let gradient = try runner.gradient(of: node, seed: seeds)
    let largest = gradient.reduce(0) { max($0, abs($1)) }
    let step: Float = 0x1p-7
    for place in stride(from: seed % 7, to: count, by: 23) {
      var (up, down) = (input, input)
      up[place] += step
      down[place] -= step
      let difference = Float((try sum(up) - sum(down)) / Double(up[place] - down[place]))
      #expect(
        abs(difference - gradient[place]) < Self.tolerance * max(largest, 1e-3), "pixel \(place)")
    }
  }

  @Test("fields are the pixels that change a position", arguments: 1...24)
  func support(seed: Int) throws {
    let picture = SpatialSize(height: 41, width: 37)
    let random = try RandomGraph(
      seed: UInt64(100 + seed), kind: .positive, picture: picture, layers: 5)
    let program = try GraphProgram(random.graph, weights: random.weights, picture: picture)
    let runner = try GraphRunner(program, nodes: random.maps)
    try runner.run([Float](repeating: 1, count: 3 * picture.count))
    let fields = random.graph.theoreticalFields(program.shapes)
    for map in random.maps.dropFirst() {
      let shape = try #require(program.shapes[map])
      let field = fields[map]
      let (rows, columns) = (try #require(field.rows), try #require(field.columns))
      for (y, x) in [(shape[2] / 2, shape[3] / 2), (0, shape[3] - 1)] {
        var seeds = [Float](repeating: 0, count: shape.reduce(1, *))
        for channel in 0..<shape[1] { seeds[(channel * shape[2] + y) * shape[3] + x] = 1 }
        let gradient = try runner.gradient(of: map, seed: seeds)
        var (seenRows, seenColumns): (Set<Int>, Set<Int>) = ([], [])
        for (index, value) in gradient.enumerated() where value != 0 {
          seenRows.insert(index / picture.width % picture.height)
          seenColumns.insert(index % picture.width)
        }
        check(seenRows, rows, at: y, extent: picture.height)
        check(seenColumns, columns, at: x, extent: picture.width)
      }
    }
  }

  /// Within the picture the ends must be the field's own; beside it nothing may lie outside.
  private func check(_ seen: Set<Int>, _ field: AxisField, at position: Int, extent: Int) {
    let first = field.start + field.stride * position
    let last = first + field.size - 1
    #expect(seen.allSatisfy { first <= $0 && $0 <= last })
    if first >= 0, last < extent {
      #expect(seen.min() == first)
      #expect(seen.max() == last)
    }
  }

  @Test("what is held or replaced lets nothing through")
  func held() throws {
    let entry = try Catalogue.entry(named: "sknet26-tiny")
    let graph = try entry.architecture.graph()
    let picture = SpatialSize(side: 32)
    let program = try GraphProgram(
      graph, weights: .formula(for: entry.architecture), picture: picture)
    let unit = try #require(graph.index(named: "SK_3_1"))
    let gates = Set(graph.gates(program.shapes).map(\.node))
    #expect(gates.count == entry.architecture.units.count)
    let runner = try GraphRunner(program, nodes: [unit])
    let input = Formula.noise("input", count: 3 * picture.count).map { Float($0) }
    try runner.run(input)
    let seed = GraphRunner.middleSeed(try #require(program.shapes[unit]))
    let full = try runner.gradient(of: unit, seed: seed)
    let constant = try runner.gradient(of: unit, seed: seed, holding: gates)
    #expect(full != constant)
    let attention = try #require(graph.index(named: "attention.SK_3_1"))
    let values = runner.value(of: attention)
    let output = runner.value(of: unit)
    try runner.run(input, replacing: [attention: values])
    #expect(runner.value(of: unit) == output)
    let clamped = try runner.gradient(of: unit, seed: seed, holding: gates)
    #expect(clamped == constant)
    #expect(
      try runner.gradient(of: unit, seed: seed, holding: [unit]).allSatisfy { $0 == 0 })
  }
}
