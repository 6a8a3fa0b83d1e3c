import Networks
import Testing

@Suite("The graph of a network")
struct GraphTests {
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
