import Networks
import Testing

@Suite("The catalogue's networks of other kinds")
struct NeighbourTests {
  /// By PyTorch's hooks.
  ///
  /// Torchvision 0.28, timm 1.0 (Xception, MobileNetV1), pytorchcv 0.0.74 (IGCV3), and
  /// LSKNet's own code with a classifier. GoogLeNet's own is torchvision's with 5×5 in its third branches;
  /// Caffe's, with biases for batch norms, has 6,998,552: 7,280 channels fewer.
  static let counts: [(String, Int, Int, Int)] = [
    ("resnet18", 224, 11_689_512, 1_814_073_344), ("resnet34", 224, 21_797_672, 3_663_761_408),
    ("resnet50", 224, 25_557_032, 4_089_184_256), ("resnet101", 224, 44_549_160, 7_801_405_440),
    ("mobilenet_v1", 224, 4_231_976, 568_740_352), ("mobilenet_v2", 224, 3_504_872, 300_774_272),
    ("densenet121", 224, 7_978_856, 2_834_161_664), ("vgg16", 224, 138_357_544, 15_470_264_320),
    ("alexnet", 224, 61_100_840, 714_188_480), ("googlenet", 224, 7_005_832, 1_582_671_872),
    ("googlenet-torchvision", 224, 6_624_904, 1_498_376_192),
    ("inception_v3", 299, 23_834_568, 5_713_216_096), ("xception", 299, 22_855_952, 8_357_403_496),
    ("igcv3", 224, 3_491_688, 312_970_176), ("lsknet-t", 224, 4_247_190, 892_129_304),
  ]

  @Test("have the parameters and multiply-adds that others count", arguments: counts)
  func count(_ name: String, _ side: Int, _ parameters: Int, _ macs: Int) throws {
    let (graph, size) = try Self.graph(name)
    #expect(size == side)
    let summary = try GraphSummary(name: name, graph: graph, input: SpatialSize(side: side))
    #expect(summary.parameters == parameters)
    #expect(summary.macs == macs)
    #expect(summary.nodes.last?.output == [1000])
  }

  /// Araujo, Norris and Sim, Distill 2019: size, effective stride and effective padding.
  ///
  /// That AlexNet
  /// has no padding in its first layer, torchvision's two pixels.
  @Test(
    "see what is published of them",
    arguments: [
      ("alexnet", "pool3", 195, 32, 66), ("vgg16", "pool5", 212, 32, 90),
      ("inception_v3", "mixed_7c", 1311, 32, 618), ("mobilenet_v1", "conv14", 315, 32, 126),
    ])
  func published(
    _ name: String, _ node: String, _ size: Int, _ stride: Int, _ padding: Int
  ) throws {
    let field = try Self.field(name, node)
    let rows = try #require(field.rows)
    #expect(rows.size == size && rows.stride == stride && rows.start == -padding)
    #expect(field.columns == rows && field.status == .local)
  }

  /// The stride at the 3×3, as in PyTorch: 427 pixels, where the published one has 483.
  @Test(
    "see of ResNets what their strides give",
    arguments: [
      ("resnet18", "SK_5_2", 435), ("resnet50", "SK_5_3", 427), ("resnet101", "SK_5_3", 971),
    ])
  func residual(_ name: String, _ unit: String, _ size: Int) throws {
    #expect(try Self.field(name, unit).rows?.size == size)
  }

  @Test("look evenly wherever padding is even")
  func alignment() throws {
    for entry in Catalogue.graphEntries {
      let graph = try entry.graph()
      let fields = graph.theoreticalFields(
        try graph.shapes(picture: SpatialSize(side: entry.inputSize)))
      // Pools of GoogLeNet begin at the map's edge, which moves centres but not apart.
      #expect(fields.allSatisfy { ($0.rows?.misalignment ?? 0) == 0 }, "\(entry.name)")
      #expect(!fields.contains { $0.status == .unknown }, "\(entry.name)")
    }
  }

  @Test("LSKNet selects at every position")
  func selection() throws {
    let (graph, side) = try Self.graph("LSKNet-T")
    let gates = graph.gates(try graph.shapes(picture: SpatialSize(side: side)))
    #expect(gates.count == 13)
    #expect(gates.allSatisfy { $0.isSpatial && $0.kind == .sigmoid && $0.branches.count == 2 })
    #expect(graph.nodes[try #require(gates.first).node].name == "attention.LSK_1_1")
  }

  @Test("are found by any of their names, which no two share")
  func names() throws {
    for (name, wanted) in [
      ("Inception-v3", "inception_v3"), ("GoogLeNet", "googlenet"), ("MobileNetV2", "mobilenet_v2"),
      ("vgg-16", "vgg16"), ("DenseNet-121", "densenet121"),
    ] {
      guard case .graph(let entry) = try Catalogue.found(named: name) else {
        Issue.record("\(name)")
        continue
      }
      #expect(entry.name == wanted)
    }
    let names =
      Catalogue.entries.flatMap { [$0.name] + $0.aliases }
      + Catalogue.graphEntries.flatMap { [$0.name] + $0.aliases }
    #expect(Set(names).count == names.count)
    let error = #expect(throws: Catalogue.UnknownName.self) {
      try Catalogue.entry(named: "vgg16")
    }
    #expect(error?.description.contains("no network of residual units") == true)
  }

  static func graph(_ name: String) throws -> (Graph, Int) {
    switch try Catalogue.found(named: name) {
    case .units(let entry): (try entry.architecture.graph(), entry.inputSize)
    case .graph(let entry): (try entry.graph(), entry.inputSize)
    }
  }

  private static func field(_ name: String, _ node: String) throws -> TheoreticalField {
    let (graph, side) = try graph(name)
    let fields = graph.theoreticalFields(try graph.shapes(picture: SpatialSize(side: side)))
    return fields[try #require(graph.index(named: node))]
  }
}
