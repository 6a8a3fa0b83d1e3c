/// The square of the picture that a position can depend on, by arithmetic.
///
/// The square of position i begins at pixel `start + i · stride`; it may reach beyond the picture,
/// where there are only zeros. Kernels and strides are square, so the same numbers hold for rows and
/// columns.
public struct ReceptiveField: Codable, Hashable, Sendable {
  /// Side of the square in pixels.
  public var size: Int
  /// First pixel of position 0's square.
  public var start: Int
  /// Pixels between the squares of neighbours.
  public var stride: Int

  /// The pixels, along one side, of a position's square, not clipped to the picture.
  public func pixels(at position: Int) -> Range<Int> {
    let first = start + position * stride
    return first..<first + size
  }

  /// The rows and columns of a picture that a position's square covers.
  ///
  /// Both are clipped to the picture; a square wholly beside it gives empty ranges.
  public func box(
    row: Int, column: Int, in picture: SpatialSize
  ) -> (rows: Range<Int>, columns: Range<Int>) {
    (
      pixels(at: row).clamped(to: 0..<picture.height),
      pixels(at: column).clamped(to: 0..<picture.width)
    )
  }

  /// Whether the square has more rows or more columns than a picture.
  public func isWider(than picture: SpatialSize) -> Bool {
    size > min(picture.height, picture.width)
  }
}

/// The theoretical receptive fields of one unit.
///
/// Convolutions, pools, dilation, branches and shortcuts count. The gate does not: it averages over
/// the whole map, so that with live attention everything after it depends on the whole picture.
public struct UnitReceptiveFields: Codable, Hashable, Sendable {
  /// The fields along the smallest and the largest path to one place.
  public struct Paths: Codable, Hashable, Sendable {
    /// Along shortcuts wherever there is one.
    public var smallest: ReceptiveField
    /// Along the widest branch of every unit before.
    public var largest: ReceptiveField
  }

  /// The unit's name, `SK_3_4`.
  public var name: String
  /// What each position of the unit's input sees.
  public var input: Paths
  /// What each position of a branch's output sees, in the order of `Unit.branches`.
  public var branches: [Paths]
  /// What each position of the unit's output sees, the gate held constant.
  public var output: Paths
}

extension UnitReceptiveFields.Paths {
  /// The smallest and the largest path of a node; nil where only the whole picture is seen.
  init?(_ field: TheoreticalField) {
    guard let rows = field.rows else { return nil }
    smallest = ReceptiveField(
      size: rows.smallest, start: rows.smallestStart, stride: rows.stride)
    largest = ReceptiveField(size: rows.size, start: rows.start, stride: rows.stride)
  }
}

extension Architecture {
  /// The theoretical receptive fields of every unit, in the order of `units`; none of an architecture
  /// that `validate()` refuses.
  public var receptiveFields: [UnitReceptiveFields] {
    guard let outline = try? outline(input: SpatialSize(side: 256)) else { return [] }
    let fields = outline.graph.theoreticalFields(outline.shapes)
    return (try? receptiveFields(in: outline.graph, fields)) ?? []
  }

  /// The same from the fields of the graph's nodes.
  ///
  /// - Throws: `ArchitectureError` if a field is too large to be a number.
  func receptiveFields(
    in graph: Graph, _ fields: [TheoreticalField]
  ) throws(ArchitectureError) -> [UnitReceptiveFields] {
    func paths(_ name: String) throws(ArchitectureError) -> UnitReceptiveFields.Paths {
      guard let paths = graph.index(named: name).flatMap({ UnitReceptiveFields.Paths(fields[$0]) })
      else {
        throw ArchitectureError(
          field: "stages", problem: "\(name) sees more pixels than can be counted")
      }
      return paths
    }
    var input = try paths(stemOutput)
    var all: [UnitReceptiveFields] = []
    for unit in units {
      var branches: [UnitReceptiveFields.Paths] = []
      for m in unit.branches.indices { branches.append(try paths("\(unit.name)/branch.\(m)")) }
      let output = try paths(unit.name)
      all.append(.init(name: unit.name, input: input, branches: branches, output: output))
      input = output
    }
    return all
  }

  /// Name of the node that the first unit takes.
  var stemOutput: String { stem.pool == .none ? "stem" : "stem/pool" }
}
