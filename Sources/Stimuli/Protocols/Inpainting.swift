import Pictures

extension Picture {
  /// Fills a rectangle with the smooth membrane that its surroundings span.
  ///
  /// Each channel of the hole solves Laplace's equation with the pixels around it held fixed: no edges,
  /// no texture, no level beyond those at the border. Where the hole meets the picture's edge, the membrane
  /// runs out level. Solved from coarse to fine by successive over-relaxation with a fixed number of
  /// sweeps, so that the result depends on the pixels alone. A hole without surroundings becomes gray.
  ///
  /// - Complexity: `4/3 · sweeps · columns · rows` updates a channel.
  package func filled(_ hole: PixelRectangle) -> Picture {
    guard !hole.isEmpty else { return self }
    var result = pixels
    for channel in 0..<3 {
      var membrane = Membrane(hole, of: self, channel: channel)
      membrane.solve()
      for (i, row) in hole.rows.enumerated() {
        for (j, column) in hole.columns.enumerated() {
          result[(row * width + column) * 3 + channel] = UInt8(
            min(max(membrane[i, j], 0), 255).rounded())
        }
      }
    }
    return Picture(width: width, height: height, pixels: result)
  }
}

/// A grid of values with a ring of fixed ones around it; sides without neighbours have none.
private struct Membrane {
  private static let sweeps = 40

  let rows: Int
  let columns: Int
  /// `[rows + 2, columns + 2]`, the ring included.
  private var values: [Float]
  /// Which sides have neighbours.
  private let hasTop: Bool
  private let hasBottom: Bool
  private let hasLeft: Bool
  private let hasRight: Bool

  private var stride: Int { columns + 2 }

  subscript(row: Int, column: Int) -> Float {
    get { values[(row + 1) * stride + column + 1] }
    set { values[(row + 1) * stride + column + 1] = newValue }
  }

  init(_ hole: PixelRectangle, of picture: Picture, channel: Int) {
    rows = hole.rows.count
    columns = hole.columns.count
    hasTop = hole.rows.lowerBound > 0
    hasBottom = hole.rows.upperBound < picture.height
    hasLeft = hole.columns.lowerBound > 0
    hasRight = hole.columns.upperBound < picture.width
    values = [Float](repeating: 0, count: (rows + 2) * (columns + 2))
    func level(_ row: Int, _ column: Int) -> Float {
      Float(picture.pixels[(row * picture.width + column) * 3 + channel])
    }
    for (j, column) in hole.columns.enumerated() {
      if hasTop { self[-1, j] = level(hole.rows.lowerBound - 1, column) }
      if hasBottom { self[rows, j] = level(hole.rows.upperBound, column) }
    }
    for (i, row) in hole.rows.enumerated() {
      if hasLeft { self[i, -1] = level(row, hole.columns.lowerBound - 1) }
      if hasRight { self[i, columns] = level(row, hole.columns.upperBound) }
    }
  }

  /// The same at half the resolution, its ring averaged.
  private init(halving fine: Membrane) {
    rows = (fine.rows + 1) / 2
    columns = (fine.columns + 1) / 2
    hasTop = fine.hasTop
    hasBottom = fine.hasBottom
    hasLeft = fine.hasLeft
    hasRight = fine.hasRight
    values = [Float](repeating: 0, count: (rows + 2) * (columns + 2))
    for j in 0..<columns {
      let next = min(2 * j + 1, fine.columns - 1)
      self[-1, j] = (fine[-1, 2 * j] + fine[-1, next]) / 2
      self[rows, j] = (fine[fine.rows, 2 * j] + fine[fine.rows, next]) / 2
    }
    for i in 0..<rows {
      let next = min(2 * i + 1, fine.rows - 1)
      self[i, -1] = (fine[2 * i, -1] + fine[next, -1]) / 2
      self[i, columns] = (fine[2 * i, fine.columns] + fine[next, fine.columns]) / 2
    }
  }

  mutating func solve() {
    if rows <= 2 && columns <= 2 {
      let mean = ringMean
      for i in 0..<rows {
        for j in 0..<columns { self[i, j] = mean }
      }
    } else {
      var coarse = Membrane(halving: self)
      coarse.solve()
      coarse.closeRing()
      interpolate(coarse)
    }
    relax()
  }

  /// Mean of the fixed values, 128 if there are none.
  private var ringMean: Float {
    var sum: Float = 0
    var count: Float = 0
    for j in 0..<columns {
      if hasTop { (sum, count) = (sum + self[-1, j], count + 1) }
      if hasBottom { (sum, count) = (sum + self[rows, j], count + 1) }
    }
    for i in 0..<rows {
      if hasLeft { (sum, count) = (sum + self[i, -1], count + 1) }
      if hasRight { (sum, count) = (sum + self[i, columns], count + 1) }
    }
    return count == 0 ? 128 : sum / count
  }

  /// Continues the values over sides without neighbours and into the corners, for interpolation.
  private mutating func closeRing() {
    for j in 0..<columns {
      if !hasTop { self[-1, j] = self[0, j] }
      if !hasBottom { self[rows, j] = self[rows - 1, j] }
    }
    for i in 0..<rows {
      if !hasLeft { self[i, -1] = self[i, 0] }
      if !hasRight { self[i, columns] = self[i, columns - 1] }
    }
    for (i, inner) in [(-1, 0), (rows, rows - 1)] {
      self[i, -1] = (self[i, 0] + self[inner, -1]) / 2
      self[i, columns] = (self[i, columns - 1] + self[inner, columns]) / 2
    }
  }

  /// Starts from a coarser solution, bilinearly.
  private mutating func interpolate(_ coarse: Membrane) {
    for i in 0..<rows {
      let y = (Float(i) + 0.5) / 2 - 0.5
      let above = Int(y.rounded(.down))
      let v = y - Float(above)
      for j in 0..<columns {
        let x = (Float(j) + 0.5) / 2 - 0.5
        let before = Int(x.rounded(.down))
        let u = x - Float(before)
        let upper = coarse[above, before] * (1 - u) + coarse[above, before + 1] * u
        let lower = coarse[above + 1, before] * (1 - u) + coarse[above + 1, before + 1] * u
        self[i, j] = upper * (1 - v) + lower * v
      }
    }
  }

  /// Over-relaxes with Young's factor for the square of the longer side.
  private mutating func relax() {
    guard hasTop || hasBottom || hasLeft || hasRight else { return }
    let omega = 2 / (1 + Float.pi / Float(max(rows, columns) + 1))
    for _ in 0..<Self.sweeps {
      // Mirrored there, the membrane runs out level.
      closeRing()
      let stride = stride
      values.withUnsafeMutableBufferPointer { values in
        for i in 1...rows {
          for at in i * stride + 1...i * stride + columns {
            let sides = values[at - 1] + values[at + 1]
            let mean = (values[at - stride] + values[at + stride] + sides) / 4
            values[at] += omega * (mean - values[at])
          }
        }
      }
    }
  }
}
