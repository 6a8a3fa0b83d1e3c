import Networks
import Testing

@Suite("Theoretical receptive fields")
struct ReceptiveFieldTests {
  /// Sides in pixels, the first four of the largest checked elsewhere by the support of gradients.
  @Test(
    "of SKNet-50 follow dilation, branches and shortcuts",
    arguments: [
      ("SK_2_1", 4, 19, 19, 27), ("SK_2_2", 4, 19, 35, 43), ("SK_2_3", 4, 19, 51, 59),
      ("SK_3_1", 4, 19, 67, 75), ("SK_3_2", 8, 27, 91, 107), ("SK_3_3", 8, 27, 123, 139),
      ("SK_3_4", 8, 27, 155, 171), ("SK_4_1", 8, 27, 187, 203), ("SK_4_2", 16, 43, 235, 267),
      ("SK_4_3", 16, 43, 299, 331), ("SK_4_4", 16, 43, 363, 395), ("SK_4_5", 16, 43, 427, 459),
      ("SK_4_6", 16, 43, 491, 523), ("SK_5_1", 16, 43, 555, 587), ("SK_5_2", 32, 75, 651, 715),
      ("SK_5_3", 32, 75, 779, 843),
    ])
  func published(unit: String, stride: Int, smallest: Int, plain: Int, dilated: Int) throws {
    let fields = try Catalogue.entry(named: "sknet50").architecture.receptiveFields
    let field = try #require(fields.first { $0.name == unit })
    #expect(field.input.largest.stride == stride)
    #expect(field.branches.map(\.largest.size) == [plain, dilated])
    #expect(field.branches[0].smallest.size == smallest)
  }

  /// What tools that see neither dilation nor branches print for SKNet-50 is the plain network's.
  @Test("of ResNeXt-50 are those of one plain branch")
  func plain() throws {
    let fields = try Catalogue.entry(named: "resnext50").architecture.receptiveFields
    let expected = [
      19, 27, 35, 43, 59, 75, 91, 107, 139, 171, 203, 235, 267, 299, 363, 427,
    ]
    #expect(fields.map { $0.branches[0].largest.size } == expected)
  }

  /// Worked out by hand from the stem's 7 at stride 4.
  ///
  /// A stage's first unit adds two positions of its input by either half,
  /// each further one four of its own by the dilated branch, and none where the channels pass.
  @Test(
    "of ShuffleNetV2 with SK follow the branches, or the half that passes",
    arguments: [
      ("SK_2_1", 4, 15, [15]), ("SK_2_2", 8, 31, [31, 47]), ("SK_2_4", 8, 31, [95, 111]),
      ("SK_3_1", 8, 31, [127]), ("SK_3_2", 16, 63, [159, 191]), ("SK_3_8", 16, 63, [543, 575]),
      ("SK_4_1", 16, 63, [607]), ("SK_4_4", 32, 127, [927, 991]),
    ])
  func shuffled(unit: String, stride: Int, smallest: Int, largest: [Int]) throws {
    let fields = try Catalogue.entry(named: "shufflenetv2-1.0x-sk").architecture.receptiveFields
    let field = try #require(fields.first { $0.name == unit })
    #expect(field.input.largest.stride == stride)
    #expect(field.branches.map(\.largest.size) == largest)
    #expect(field.branches[0].smallest.size == smallest)
    #expect(field.output.largest == field.branches.last?.largest)
  }

  @Test("of shuffle units are exactly the pixels that a walk back through every channel reaches")
  func channels() {
    let architecture = Architecture(
      block: .shuffle, stem: Architecture.Stem(kernel: 3, stride: 2, channels: 4, pool: .padded),
      stages: [
        Architecture.Stage(units: 3, width: 5, output: 10, stride: 2),
        Architecture.Stage(units: 2, width: 6, output: 12, stride: 3),
        Architecture.Stage(units: 1, width: 6, output: 12, stride: 1),
      ],
      branches: [(3, 1), (5, 2)].map {
        Architecture.Branch(kernel: $0.0, dilation: $0.1, groups: 6)
      }, classes: 2)
    let units = architecture.units
    let position = 9
    for (index, fields) in architecture.receptiveFields.enumerated() {
      var positions = Array(repeating: Set([position]), count: units[index].output)
      for unit in units[...index].reversed() { positions = back(unit, from: positions) }
      let pool = taps(
        Architecture.Branch(kernel: 3, dilation: 1, groups: 1), stride: 2,
        at: positions.reduce([]) { $0.union($1) })
      let reached = taps(
        Architecture.Branch(kernel: 3, dilation: 1, groups: 1), stride: 2, at: pool)
      #expect(reached.min() == fields.output.largest.pixels(at: position).lowerBound)
      #expect(reached.max() == fields.output.largest.pixels(at: position).upperBound - 1)
    }
  }

  /// Positions by channel of a shuffle unit's input that positions of its output see.
  private func back(_ unit: Networks.Unit, from positions: [Set<Int>]) -> [Set<Int>] {
    let half = unit.output / 2
    var inputs = [Set<Int>](repeating: [], count: unit.input)
    for (channel, positions) in positions.enumerated() {
      // Shuffling puts channel i of the left half at 2i, of the right half at 2i + 1.
      let isRight = channel % 2 == 1
      guard isRight || unit.hasProjection else {
        inputs[channel / 2].formUnion(positions)
        continue
      }
      let depthwise = Architecture.Branch(kernel: 3, dilation: 1, groups: half)
      let seen = (isRight ? unit.branches : [depthwise]).reduce(into: Set<Int>()) {
        $0.formUnion(taps($1, stride: unit.stride, at: positions))
      }
      for input in (unit.hasProjection ? 0 : half)..<unit.input { inputs[input].formUnion(seen) }
    }
    return inputs
  }

  @Test(
    "are exactly the pixels that a walk back through the layers reaches",
    arguments: Architecture.Pool.allCases.flatMap { pool in
      [Architecture.Block.bottleneck, .basic].map { (pool, $0) }
    }, [false, true])
  func walk(network: (pool: Architecture.Pool, block: Architecture.Block), isDeep: Bool) {
    var architecture = Architecture(
      block: network.block,
      stem: Architecture.Stem(kernel: 5, stride: 2, channels: 8, pool: network.pool),
      stages: [
        Architecture.Stage(units: 2, width: 8, output: 16, stride: 1),
        Architecture.Stage(units: 1, width: 8, output: 16, stride: 3),
        Architecture.Stage(units: 2, width: 8, output: 16, stride: 2),
      ],
      branches: [(3, 1), (5, 1), (3, 3)].map {
        Architecture.Branch(kernel: $0.0, dilation: $0.1, groups: 1)
      }, classes: 2)
    if isDeep {
      architecture.stem.hidden = [4, 6]
      architecture.shortcutPool = .average
      // Branches that see less than the pooled shortcut.
      architecture.branches = [Architecture.Branch(kernel: 1, dilation: 1, groups: 1)]
      architecture.gate = nil
    }
    let units = architecture.units
    // Far enough from zero that the walk never leaves the picture's interior.
    let position = 7
    for (index, fields) in architecture.receptiveFields.enumerated() {
      for (branch, paths) in zip(architecture.branches, fields.branches) {
        let inputs = taps(branch, stride: units[index].stride, at: [position])
        let reached = back(architecture, through: units[..<index], from: inputs)
        #expect(reached.min() == paths.largest.pixels(at: position).lowerBound)
        #expect(reached.max() == paths.largest.pixels(at: position).upperBound - 1)
      }
      let reached = back(architecture, through: units[...index], from: [position])
      #expect(reached.min() == fields.output.largest.pixels(at: position).lowerBound)
      #expect(reached.max() == fields.output.largest.pixels(at: position).upperBound - 1)
    }
  }

  @Test("cover boxes of the picture, rows and columns apart")
  func boxes() throws {
    let fields = try Catalogue.entry(named: "sknet50").architecture.receptiveFields
    // SK_2_1's plain branch: 19 pixels around pixel 4i, the stem and the pool being centred.
    let field = fields[0].branches[0].largest
    let picture = SpatialSize(height: 224, width: 100)
    let inner = field.box(row: 20, column: 10, in: picture)
    #expect(inner == (rows: 71..<90, columns: 31..<50))
    let corner = field.box(row: 0, column: 24, in: picture)
    #expect(corner == (rows: 0..<10, columns: 87..<100))
    #expect(
      !field.isWider(than: picture) && field.isWider(than: SpatialSize(height: 224, width: 18)))
  }

  /// Positions of a convolution's input that positions of its output see.
  private func taps(
    _ branch: Architecture.Branch, stride: Int, at positions: Set<Int>
  ) -> Set<Int> {
    let reach = branch.kernel / 2
    return Set(
      positions.flatMap { p in (-reach...reach).map { p * stride + $0 * branch.dilation } })
  }

  /// Pixels that positions behind some units see.
  private func back(
    _ architecture: Architecture, through units: ArraySlice<Unit>, from positions: Set<Int>
  ) -> Set<Int> {
    var positions = positions
    let dense = Architecture.Branch(kernel: 3, dilation: 1, groups: 1)
    for unit in units.reversed() {
      let middle =
        architecture.block == .basic ? taps(dense, stride: 1, at: positions) : positions
      let viaBranches = architecture.branches.map { taps($0, stride: unit.stride, at: middle) }
      let isPooled = architecture.shortcutPool != nil
      let viaShortcut = Set(
        positions.flatMap { p in (0..<(isPooled ? unit.stride : 1)).map { p * unit.stride + $0 } })
      positions = viaBranches.reduce(viaShortcut) { $0.union($1) }
    }
    switch architecture.stem.pool {
    case .none: break
    case .padded: positions = taps(dense, stride: 2, at: positions)
    case .ceil: positions = Set(positions.flatMap { p in (0..<3).map { 2 * p + $0 } })
    }
    let stem = Architecture.Branch(
      kernel: architecture.stem.kernel, dilation: 1, groups: 1)
    for _ in architecture.stem.hidden ?? [] { positions = taps(stem, stride: 1, at: positions) }
    return taps(stem, stride: architecture.stem.stride, at: positions)
  }
}
