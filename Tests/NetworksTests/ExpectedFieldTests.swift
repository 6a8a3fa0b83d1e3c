import Networks
import Testing

@Suite("Expected fields under given attention")
struct ExpectedFieldTests {
  /// By hand: the stem gives (7² − 1)/12 + 4 (3² − 1)/12 = 20/3 square pixels; a unit whose branches see
  /// S pixels a position S²(2a/3 + 8b/3); four units at 4 pixels and three at 8 lie before and in SK_3_4.
  @Test(
    "of SKNet-50 add the units' variances",
    arguments: [(0.5, 20.82), (0.5075, 20.91), (0, 13.32), (1, 26.26)])
  func variances(_ dilated: Double, _ sigma: Double) throws {
    let selection = try Self.selection("sknet50", "SK_3_4", [1 - dilated, dilated])
    #expect(abs(try #require(selection.field).sigma - sigma) < 0.005)
    #expect(abs(try #require(selection.kernelSize) - (3 + 2 * dilated)) < 1e-9)
  }

  @Test("weigh three branches, and branches of a sigmoid by their shares")
  func others() throws {
    let three = try Self.selection("sknet50-k3-k5-k7", "SK_2_1", [1, 0, 1])
    #expect(three.attention == [0.5, 0, 0.5])
    #expect(three.kernelSize == 5)
    // 20/3 + 4² (2/3 + 9 · 2/3) / 2.
    #expect(abs(try #require(three.field).rows - 60) < 1e-9)
    // The 5×5 is before both; the 7×7 dilated by 3 spans 19 more.
    let spatial = try Self.selection("lsknet-t", "LSK_1_1", [3, 1])
    #expect(spatial.kernelSize == 0.75 * 1 + 0.25 * 19)
    // 7×7 at stride 4: 4; 5×5 on 4 pixels: 32; the wide one 16 · 9 · 48/12.
    #expect(abs(try #require(spatial.field).rows - (4 + 32 + 0.25 * 576)) < 1e-9)
  }

  @Test("count shortcuts as they are told to")
  func shortcuts() throws {
    var graph = Graph()
    let picture = try graph.add("x", .picture(channels: 1))
    func convolve(_ name: String, _ input: Int) throws -> Int {
      try graph.add(
        name,
        .convolution(
          .init(
            weights: name, channels: 1, window: .init(kernel: .init(3, 1), before: .init(1, 0)))),
        [input])
    }
    let path = try convolve("b", try convolve("a", picture))
    let sum = try graph.add("sum", .combination(.add), [path, picture])
    let end = try convolve("c", sum)
    let shapes = try graph.shapes(picture: SpatialSize(side: 9))
    func rows(_ share: ShortcutShare) -> Double? {
      graph.expectedFields(shapes, shortcuts: share).nodes[end]?.rows
    }
    // Each 3 taps add 2/3 along the rows, none along the columns; the last is behind both.
    let cases: [(share: ShortcutShare, thirds: Double)] = [
      (.none, 6), (.magnitudes([sum: [1, 3]]), 3), (.magnitudes([:]), 4),
    ]
    for (share, thirds) in cases {
      let found = try #require(rows(share))
      #expect(abs(3 * found - thirds) < 1e-9)
    }
    #expect(graph.expectedFields(shapes).nodes[end]?.columns == 0)
  }

  private static func selection(
    _ name: String, _ unit: String, _ attention: [Double]
  ) throws -> Graph.ExpectedSelection {
    let (graph, side) = try NeighbourTests.graph(name)
    let shapes = try graph.shapes(picture: SpatialSize(side: side))
    let weights = Dictionary(
      uniqueKeysWithValues: graph.gates(shapes).map { ($0.node, attention) })
    let node = try #require(graph.index(named: "attention." + unit))
    return try #require(
      graph.expectedFields(shapes, attention: weights).selections.first { $0.gate.node == node })
  }
}
