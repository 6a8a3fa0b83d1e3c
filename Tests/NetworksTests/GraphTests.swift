import Networks
import Testing

@Suite("The graph of a network")
struct GraphTests {
  static let names = [
    "sknet26", "sknet50", "resnext50", "senet50", "sknet26-tiny", "shufflenetv2-1.0x",
    "shufflenetv2-0.5x-se", "shufflenetv2-0.5x-sk",
  ]

  @Test("counts what is counted from the architecture", arguments: names)
  func counts(_ name: String) throws {
    let entry = try Catalogue.entry(named: name)
    let graph = try entry.architecture.graph()
    let input = SpatialSize(side: entry.inputSize)
    let summary = try GraphSummary(name: name, graph: graph, input: input)
    #expect(summary.parameters == entry.architecture.parameterCount)
    #expect(try summary.macs == entry.architecture.macCount(input: input))
  }

  @Test("gives each unit the fields that are reckoned from the architecture", arguments: names)
  func fields(_ name: String) throws {
    let entry = try Catalogue.entry(named: name)
    let graph = try entry.architecture.graph()
    let fields = graph.theoreticalFields(try graph.shapes(picture: SpatialSize(side: 224)))
    let units = zip(entry.architecture.receptiveFields, entry.architecture.globalPaths)
    for (expected, isGlobal) in units {
      let field = fields[try #require(graph.index(named: expected.name))]
      let rows = try #require(field.rows)
      #expect(rows.size == expected.output.largest.size, "\(expected.name)")
      #expect(rows.start == expected.output.largest.start, "\(expected.name)")
      #expect(rows.stride == expected.output.largest.stride, "\(expected.name)")
      #expect(rows.smallest == expected.output.smallest.size, "\(expected.name)")
      #expect(field.columns == field.rows)
      #expect((field.status == .whole) == isGlobal, "\(expected.name)")
    }
  }

  /// Araujo, Norris and Sim, Distill 2019: size and effective stride.
  @Test(
    "agrees with the published VGG-16 and AlexNet",
    arguments: [
      (
        [(11, 4, 0), (3, 2, 0), (5, 1, 2), (3, 2, 0), (3, 1, 1), (3, 1, 1), (3, 1, 1), (3, 2, 0)],
        195, 32
      ),
      (
        [
          (3, 1, 1), (3, 1, 1), (2, 2, 0), (3, 1, 1), (3, 1, 1), (2, 2, 0), (3, 1, 1), (3, 1, 1),
          (3, 1, 1), (2, 2, 0), (3, 1, 1), (3, 1, 1), (3, 1, 1), (2, 2, 0), (3, 1, 1), (3, 1, 1),
          (3, 1, 1), (2, 2, 0),
        ], 212, 32
      ),
    ])
  func published(_ layers: [(Int, Int, Int)], _ size: Int, _ stride: Int) throws {
    var graph = Graph()
    var value = try graph.add("input", .picture(channels: 3))
    for (index, (kernel, step, padding)) in layers.enumerated() {
      value = try graph.add(
        "\(index)",
        .pool(
          .init(
            .maximum,
            window: .init(
              kernel: .init(kernel, kernel), stride: .init(step, step),
              before: .init(padding, padding)))), [value])
    }
    let field = graph.theoreticalFields(try graph.shapes(picture: SpatialSize(side: 227)))[value]
    #expect(field.status == .local)
    #expect(field.rows?.size == size)
    #expect(field.rows?.stride == stride)
  }

  @Test("finds the gates of selective-kernel units and of squeeze-and-excitation")
  func gates() throws {
    func gates(_ name: String) throws -> [(String, GraphGate)] {
      let entry = try Catalogue.entry(named: name)
      let graph = try entry.architecture.graph()
      let shapes = try graph.shapes(picture: SpatialSize(side: entry.inputSize))
      return graph.gates(shapes).map { (graph.nodes[$0.node].name, $0) }
    }
    let units = try Catalogue.entry(named: "sknet50").architecture.units
    let found = try gates("sknet50")
    #expect(found.map(\.0) == units.map { "attention." + $0.name })
    #expect(found.allSatisfy { $0.1.kind == .softmax && $0.1.branches.count == 2 })
    #expect(try gates("senet50").allSatisfy { $0.1.kind == .excitation })
    #expect(try gates("senet50").count == 16)
    #expect(try gates("resnext50").isEmpty)
  }
}
