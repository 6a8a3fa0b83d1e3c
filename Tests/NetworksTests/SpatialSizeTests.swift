import Networks
import Testing

@Suite("Sizes of outputs")
struct SpatialSizeTests {
  @Test("are the paper's at 224, height and width apart elsewhere")
  func stages() throws {
    let architecture = try Catalogue.entry(named: "sknet50").architecture
    func sizes(_ input: SpatialSize) throws -> [SpatialSize] {
      try NetworkSummary(name: "", architecture: architecture, input: input).units
        .map { SpatialSize(height: $0.output.height, width: $0.output.width) }
    }
    let square = try sizes(SpatialSize(side: 224))
    #expect(square.map(\.height) == square.map(\.width))
    let stages = zip(architecture.units, square).reduce(into: [Int: Int]()) {
      $0[$1.0.stage] = $1.1.height
    }
    #expect(stages == [2: 56, 3: 28, 4: 14, 5: 7])
    let oblong = try sizes(SpatialSize(height: 97, width: 320))
    #expect(oblong.last == SpatialSize(height: 4, width: 10))
  }

  /// Counted by placing windows as Caffe does: as long as one starts inside the map, and at most one
  /// reaches past its end.
  @Test("of a pool follow from placing its windows", arguments: 1...70)
  func pools(side: Int) {
    #expect(Architecture.Pool.none.outputSide(side) == side)
    let padded = stride(from: -1, through: side + 1 - 3, by: 2)
    #expect(Architecture.Pool.padded.outputSide(side) == Array(padded).count)
    var ceil = 0
    while 2 * ceil + 3 <= side { ceil += 1 }
    // What whole windows leave uncovered makes one more, if it starts within the map.
    if side >= 2, 2 * (ceil - 1) + 3 < side || ceil == 0 { ceil += 1 }
    #expect(Architecture.Pool.ceil.outputSide(side) == ceil)
  }

  @Test(
    "refuse pictures that leave nothing or overflow",
    arguments: [(0, 224), (224, -1), (1 << 40, 1), (2, 64)])
  func refused(height: Int, width: Int) throws {
    var architecture = try Catalogue.entry(named: "sknet50").architecture
    architecture.stem.pool = .ceil
    #expect(throws: ArchitectureError.self) {
      try architecture.macCount(input: SpatialSize(height: height, width: width))
    }
  }
}
