/// The rows of a picture after the horizontal pass, two and two interleaved.
///
/// Goals in order: Pillow's integers; speed. Both passes multiply two 16-bit numbers by two weights and add
/// the products in one step (SSE2's `pmaddwd`, which the compiler makes of `pairwiseProducts`): the
/// horizontal pass two neighbouring pixels of a channel, the vertical one two neighbouring rows. A
/// weight of 23 bits goes in two parts, one for each multiplication; the sums wrap, and the
/// result is right as the sum itself fits into 32 bits.
struct RowPairs {
  /// Levels of two rows in the halves of each element, `[pairs, stride]`.
  private var values: [UInt32]
  /// Width × channels, rounded up so that a row is whole vectors.
  private let stride: Int
  /// Width × channels.
  private let rowBytes: Int
  private let channels: Int
  private let weights: PairedWeights
  private let columns: Range<Int>
  private let rows: Range<Int>
  /// Two source rows, each two and two pixels interleaved: r0 r1 g0 g1 b0 b1 a0 a1, r2 r3.
  private var source: [Levels]

  private typealias Levels = SIMD8<Int16>
  private typealias Sums = SIMD4<Int32>

  /// Prepares the horizontal pass over the rows that the vertical one needs.
  init(rows: Range<Int>, channels: Int, weighedBy columns: ResamplingWeights) {
    self.rows = rows
    self.channels = channels
    rowBytes = columns.starts.count * channels
    // The last pixel of three channels is stored as four.
    stride = (rowBytes + 1 + 7) / 8 * 8
    values = [UInt32](repeating: 0, count: (rows.count + 1) / 2 * stride)
    weights = PairedWeights(columns)
    self.columns = columns.used
    source = [Levels](repeating: .zero, count: 2 * ((self.columns.count + 1) / 2 + 1))
  }

  /// The horizontal pass over a picture.
  init(of picture: Picture, rows: Range<Int>, weighedBy columns: ResamplingWeights) {
    self.init(rows: rows, channels: picture.channels, weighedBy: columns)
    let length = picture.width * picture.channels
    picture.pixels.withUnsafeBytes { pixels in
      for row in Swift.stride(from: rows.lowerBound, to: rows.upperBound, by: 2) {
        let next = row + 1 < rows.upperBound ? pixels[(row + 1) * length..<pixels.count] : nil
        take(
          row, UnsafeRawBufferPointer(rebasing: pixels[row * length..<pixels.count]),
          next.map(UnsafeRawBufferPointer.init(rebasing:)))
      }
    }
  }

  /// The horizontal pass over a row and the next, if that is one of those needed.
  ///
  /// - Parameters:
  ///   - row: The first of both, an even number behind the first of all.
  ///   - first: Its pixels from column 0 on, and whatever follows.
  ///   - second: The next one's.
  mutating func take(_ row: Int, _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer?)
  {
    var to = (row - rows.lowerBound) / 2 * stride * 4
    values.withUnsafeMutableBytes { values in
      source.withUnsafeMutableBufferPointer { source in
        let upper = UnsafeMutableBufferPointer(rebasing: source[..<(source.count / 2)])
        let lower = UnsafeMutableBufferPointer(rebasing: source[(source.count / 2)...])
        Self.interleave(first, channels: channels, columns: columns, into: upper)
        if let second {
          Self.interleave(second, channels: channels, columns: columns, into: lower)
        }
        weights.forEach { start, high, low in
          var sums = (Sums.zero, Sums.zero, Sums.zero, Sums.zero)
          for i in 0..<high.count {
            let first = upper[start + i]
            let second = lower[start + i]
            sums.0 &+= pairwiseProducts(first, high[i])
            sums.1 &+= pairwiseProducts(first, low[i])
            sums.2 &+= pairwiseProducts(second, high[i])
            sums.3 &+= pairwiseProducts(second, low[i])
          }
          let both = levels(sums.0, sums.1) | levels(sums.2, sums.3) &<< 16
          values.storeBytes(of: both, toByteOffset: to, as: Sums.self)
          to += channels * 4
        }
      }
    }
  }

  /// The vertical pass: `[result rows, row bytes]`.
  func weighed(by rows: ResamplingWeights) -> [UInt8] {
    let weights = PairedWeights(rows)
    let count = rows.starts.count * rowBytes
    return [UInt8](unsafeUninitializedCapacity: count) { out, initialized in
      values.withUnsafeBytes { values in
        var to = 0
        weights.forEach { start, high, low in
          let end = to + rowBytes
          defer { to = end }
          var from = start * stride * 4
          while to < end {
            var sums = (Sums.zero, Sums.zero, Sums.zero, Sums.zero)
            var at = from
            for i in 0..<high.count {
              let first = values.load(fromByteOffset: at, as: Levels.self)
              let second = values.load(fromByteOffset: at + 16, as: Levels.self)
              sums.0 &+= pairwiseProducts(first, high[i])
              sums.1 &+= pairwiseProducts(first, low[i])
              sums.2 &+= pairwiseProducts(second, high[i])
              sums.3 &+= pairwiseProducts(second, low[i])
              at += stride * 4
            }
            let eight = SIMD8<UInt8>(
              truncatingIfNeeded: SIMD8(
                lowHalf: levels(sums.0, sums.1), highHalf: levels(sums.2, sums.3)))
            if end - to >= 8 {
              UnsafeMutableRawBufferPointer(out).storeBytes(
                of: eight, toByteOffset: to, as: SIMD8<UInt8>.self)
            } else {
              for i in 0..<end - to { out[to + i] = eight[i] }
            }
            to += 8
            from += 32
          }
        }
      }
      initialized = count
    }
  }

  /// Spreads a row's pixels to 16 bits, two and two interleaved, an absent alpha being anything.
  private static func interleave(
    _ pixels: UnsafeRawBufferPointer, channels: Int, columns: Range<Int>,
    into pairs: UnsafeMutableBufferPointer<Levels>
  ) {
    func pixel(_ column: Int) -> SIMD4<UInt32> {
      let at = column * channels
      // Four bytes of three channels may reach beyond the last pixel of all.
      if at + 4 <= pixels.count {
        return SIMD4(
          truncatingIfNeeded: pixels.loadUnaligned(fromByteOffset: at, as: SIMD4<UInt8>.self))
      }
      return SIMD4(UInt32(pixels[at]), UInt32(pixels[at + 1]), UInt32(pixels[at + 2]), 0)
    }
    var column = columns.lowerBound
    var to = 0
    while column < columns.upperBound {
      let second = column + 1 < columns.upperBound ? pixel(column + 1) : .zero
      pairs[to] = unsafeBitCast(pixel(column) | second &<< 16, to: Levels.self)
      column += 2
      to += 1
    }
  }
}

/// Weights for pairs of neighbours, in the two parts `high · 256 + low` of 16 bits.
private struct PairedWeights {
  private var starts: [Int] = []
  private var counts: [Int] = []
  /// `[results, pairs]`; each the two weights of a pair, four times over.
  private var high: [SIMD8<Int16>] = []
  private var low: [SIMD8<Int16>] = []
  private let pairs: Int

  init(_ weights: ResamplingWeights) {
    // A pair begins at an even place; an odd start makes one pair more.
    pairs = weights.taps / 2 + 1
    let origin = weights.used.lowerBound
    for (i, start) in weights.starts.enumerated() {
      let first = (start - origin) & ~1
      let lead = (start - origin) & 1
      starts.append(first / 2)
      counts.append((weights.counts[i] + lead + 1) / 2)
      for pair in 0..<pairs {
        func weight(_ tap: Int) -> Int32 {
          0..<weights.counts[i] ~= tap ? weights.weights[i * weights.taps + tap] : 0
        }
        let (a, b) = (weight(2 * pair - lead), weight(2 * pair + 1 - lead))
        high.append(Self.spread(a >> 8, b >> 8))
        low.append(Self.spread(a & 255, b & 255))
      }
    }
  }

  private static func spread(_ a: Int32, _ b: Int32) -> SIMD8<Int16> {
    let (a, b) = (Int16(truncatingIfNeeded: a), Int16(truncatingIfNeeded: b))
    return SIMD8(a, b, a, b, a, b, a, b)
  }

  /// Calls with the first pair and the weights of each result in turn.
  @inline(__always)
  func forEach(
    _ body: (Int, UnsafeBufferPointer<SIMD8<Int16>>, UnsafeBufferPointer<SIMD8<Int16>>) -> Void
  ) {
    high.withUnsafeBufferPointer { high in
      low.withUnsafeBufferPointer { low in
        for i in starts.indices {
          let range = i * pairs..<i * pairs + counts[i]
          body(
            starts[i], UnsafeBufferPointer(rebasing: high[range]),
            UnsafeBufferPointer(rebasing: low[range]))
        }
      }
    }
  }
}

/// Multiplies elementwise and adds neighbours: a₀b₀ + a₁b₁, a₂b₂ + a₃b₃ and so on.
@inline(__always)
private func pairwiseProducts(_ a: SIMD8<Int16>, _ b: SIMD8<Int16>) -> SIMD4<Int32> {
  let products = SIMD8<Int32>(truncatingIfNeeded: a) &* SIMD8<Int32>(truncatingIfNeeded: b)
  return products.evenHalf &+ products.oddHalf
}

/// Rounds sums of weighed levels and clips them to 0…255.
@inline(__always)
private func levels(_ high: SIMD4<Int32>, _ low: SIMD4<Int32>) -> SIMD4<Int32> {
  let precision = Int32(ResamplingWeights.precision)
  let sum = high &<< 8 &+ low &+ SIMD4(repeating: 1 << (precision - 1))
  return (sum &>> SIMD4(repeating: precision)).clamped(
    lowerBound: .zero, upperBound: SIMD4(repeating: 255))
}
