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

  /// A picture's own pixels.
  public static let pixel = ReceptiveField(size: 1, start: 0, stride: 1)

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

  /// The field after a convolution or a pool.
  func after(kernel: Int, dilation: Int = 1, stride: Int = 1, padding: Int) -> ReceptiveField {
    ReceptiveField(
      size: size + (kernel - 1) * dilation * self.stride, start: start - padding * self.stride,
      stride: self.stride * stride)
  }

  /// The smallest field that covers both.
  func union(_ other: ReceptiveField) -> ReceptiveField {
    let first = min(start, other.start)
    return ReceptiveField(
      size: max(start + size, other.start + other.size) - first, start: first, stride: stride)
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

extension Architecture {
  /// The theoretical receptive fields of every unit, in the order of `units`.
  ///
  /// - SeeAlso: Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural
  ///   networks", for the arithmetic.
  public var receptiveFields: [UnitReceptiveFields] {
    var field = stem.convolutions.reduce(ReceptiveField.pixel) { field, convolution in
      field.after(kernel: stem.kernel, stride: convolution.stride, padding: (stem.kernel - 1) / 2)
    }
    switch stem.pool {
    case .none: break
    case .padded: field = field.after(kernel: 3, stride: 2, padding: 1)
    case .ceil: field = field.after(kernel: 3, stride: 2, padding: 0)
    }
    var paths = UnitReceptiveFields.Paths(smallest: field, largest: field)
    return units.map { unit in
      let fields = receptiveFields(of: unit, input: paths)
      paths = fields.output
      return fields
    }
  }

  private func receptiveFields(
    of unit: Unit, input: UnitReceptiveFields.Paths
  ) -> UnitReceptiveFields {
    func through(_ branch: Branch, _ field: ReceptiveField) -> ReceptiveField {
      field.after(
        kernel: branch.kernel, dilation: branch.dilation, stride: unit.stride,
        padding: branch.padding)
    }
    func shortcut(_ field: ReceptiveField) -> ReceptiveField {
      // A shuffle unit's halves meet in every half after it, so that the fields of both are one set.
      block == .shuffle && unit.hasProjection
        ? field.after(kernel: 3, stride: unit.stride, padding: 1)
        : field.after(
          kernel: unit.poolsShortcut ? unit.stride : 1, stride: unit.stride, padding: 0)
    }
    let viaBranches = unit.branches.map {
      UnitReceptiveFields.Paths(
        smallest: through($0, input.smallest), largest: through($0, input.largest))
    }
    let largest = viaBranches.reduce(shortcut(input.largest)) { field, branch in
      // A basic unit's dense 3×3 follows its branches.
      field.union(
        block == .basic ? branch.largest.after(kernel: 3, padding: 1) : branch.largest)
    }
    // Where the shortcut is a 3×3 or a pool a branch may see less.
    let smallest = viaBranches.map(\.smallest).reduce(shortcut(input.smallest)) {
      $1.size < $0.size ? $1 : $0
    }
    return UnitReceptiveFields(
      name: unit.name, input: input, branches: viaBranches,
      output: UnitReceptiveFields.Paths(smallest: smallest, largest: largest))
  }

  /// For each unit whether its output depends on the whole picture: through its own or an earlier
  /// unit's attention or squeeze-and-excitation.
  public var globalPaths: [Bool] {
    var isReached = squeezeExcitation != nil
    return units.map { unit in
      isReached = isReached || (unit.hasAttention && attentionScope != .position)
      return isReached
    }
  }
}
