/// Height and width of a picture or of a layer's output, in positions.
public struct SpatialSize: Codable, Hashable, Sendable, CustomStringConvertible {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int

  /// Joins the two.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// A square.
  public init(side: Int) { self.init(height: side, width: side) }

  /// Number of positions.
  public var count: Int { height * width }

  /// `224 × 160`, height first.
  public var description: String { "\(height) × \(width)" }

  /// The same function of both sides.
  func mapped(_ transform: (Int) -> Int) -> SpatialSize {
    SpatialSize(height: transform(height), width: transform(width))
  }
}

extension Architecture {
  /// Positions that a convolution puts out along one side: odd kernels, padded to keep the size.
  static func convolved(_ side: Int, stride: Int) -> Int { (side - 1) / stride + 1 }

  /// Sizes inside the stem: after its convolutions, all the same, and after its pool.
  ///
  /// - Throws: `ArchitectureError` if the picture is empty, too large to count on, or too small for
  ///   the pool.
  public func stemSizes(
    input: SpatialSize
  ) throws(ArchitectureError) -> (convolution: SpatialSize, pool: SpatialSize) {
    try Limits.check(input)
    let convolution = input.mapped { Architecture.convolved($0, stride: stem.stride) }
    let pool = convolution.mapped { stem.pool.outputSide($0) }
    guard pool.height > 0, pool.width > 0 else {
      throw ArchitectureError(
        field: "input", problem: "\(input) pixels leave nothing after the stem's pool")
    }
    return (convolution, pool)
  }
}

extension Architecture.Pool {
  /// Side of the output for a side of the input; 0 where no window fits.
  public func outputSide(_ side: Int) -> Int {
    switch self {
    case .none: side
    case .padded: (side - 1) / 2 + 1
    // ⌈(n − 3) / 2⌉ + 1; the last window is clipped to the map.
    case .ceil: side / 2
    }
  }
}
