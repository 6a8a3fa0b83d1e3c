import CKissFFT
import Foundation
import Pictures

/// A steerable pyramid at full resolution: a picture as a sum of bands of size and orientation.
///
/// Bands are one octave wide with raised-cosine flanks, four orientations each with cos³ of the angle, a tight
/// frame: filtered twice, the bands add up to the picture. Above them, one band without orientation holds the
/// finest octave and the corners; below, the coarse rest has waves longer than about a quarter of the
/// picture. Three octaves at 64 pixels, four from 128 on, and so forth.
///
/// - SeeAlso: Simoncelli and Freeman, *The Steerable Pyramid*, ICIP 1995.
package struct SteerableBands {
  private static let orientations = 4
  /// Tiles along a side.
  static let tiles = 3

  let size: Int
  /// What each frequency is multiplied by, `[band]` of `[size, size]`.
  private let filters: [Filter]
  /// The coarse rest's filter.
  private let coarse: [Float]
  /// How much each place counts in each tile along a side, `[tile, size]`; sums over tiles are 1.
  private let windows: [[Float]]

  private struct Filter {
    let values: [Float]
    /// Whether the values are odd and imaginary, rather than even and real; a real picture's response is real.
    let isOdd: Bool
  }

  /// A picture's three channels, two and two as the parts of complex planes, transformed.
  package struct Spectrum {
    fileprivate var pairs: [ComplexPlane]
  }

  package init(size: Int) {
    self.size = size
    let octaves = max(1, Int(log2(Double(max(size, 16)) / 16)) + 1)
    let frequencies = Fourier.frequencies(size)
    func plane(_ value: (_ u: Double, _ v: Double) -> Double) -> [Float] {
      frequencies.flatMap { v in frequencies.map { u in Float(value(u, v)) } }
    }
    let finest = Double(size) / 2
    func high(_ radius: Double, _ edge: Double) -> Double {
      guard radius > 0 else { return 0 }
      return sin(.pi / 2 * min(max(log2(radius / edge) + 1, 0), 1))
    }
    func low(_ radius: Double, _ edge: Double) -> Double {
      guard radius > 0 else { return 1 }
      return cos(.pi / 2 * min(max(log2(radius / edge) + 1, 0), 1))
    }
    func radius(_ u: Double, _ v: Double) -> Double { (u * u + v * v).squareRoot() }
    var filters = [Filter(values: plane { high(radius($0, $1), finest) }, isOdd: false)]
    // Σ cos⁶ over four orientations is 5/4.
    let share = 0.8.squareRoot()
    for octave in 1...octaves {
      let above = finest / Double(1 << (octave - 1))
      for k in 0..<Self.orientations {
        let angle = .pi * Double(k) / Double(Self.orientations)
        let values = plane { u, v in
          let r = radius(u, v)
          guard r > 0 else { return 0 }
          let along = (u * cos(angle) + v * sin(angle)) / r
          return share * along * along * along * low(r, above) * high(r, above / 2)
        }
        filters.append(Filter(values: values, isOdd: true))
      }
    }
    self.filters = filters
    coarse = plane { low(radius($0, $1), finest / Double(1 << octaves)) }
    let centers = (0..<Self.tiles).map { (Double($0) + 0.5) / Double(Self.tiles) }
    windows = (0..<Self.tiles).map { tile in
      (0..<size).map { place in
        // Beyond the outer tiles' centres they count whole.
        let x = min(
          max((Double(place) + 0.5) / Double(size), centers[0]), centers[Self.tiles - 1])
        return Float(max(0, 1 - abs(x - centers[tile]) * Double(Self.tiles)))
      }
    }
  }

  /// A picture's spectrum as the bands take it.
  package func spectrum(of picture: Int, in spectra: Spectra) -> Spectrum {
    let planes = spectra.planes[picture]
    let both = zip(planes[0], planes[1]).map { kiss_fft_cpx(r: $0.r - $1.i, i: $0.i + $1.r) }
    return Spectrum(pairs: [both, planes[2]])
  }

  /// Mean square of each band in each tile, `[band][channel]` of `[tile]` in rows.
  package func energies(_ spectrum: Spectrum) -> [[[Double]]] {
    filters.map { energies(response($0, spectrum)) }
  }

  /// The spectrum with every band amplified, tile by tile, towards other energies; another one's coarse rest.
  ///
  /// Bands and tiles overlap, so that what one gain brings, its neighbours take away in part: gains are the
  /// ratio of energies to the power ¾, where ½ would do for a single band. A hundredth of a square level
  /// keeps noughts harmless.
  package func amplified(
    _ spectrum: Spectrum, to energies: [[[Double]]], coarse rest: Spectrum
  ) -> Spectrum {
    var sums = rest.pairs.map { plane in
      zip(plane, coarse).map { kiss_fft_cpx(r: $0.r * $1 * $1, i: $0.i * $1 * $1) }
    }
    let scale = 1 / Float(size * size)
    for (filter, asked) in zip(filters, energies) {
      let band = response(filter, spectrum)
      let maps = zip(self.energies(band), asked).map { own, asked in
        map(zip(own, asked).map { Float(pow(($1 + 0.01) / ($0 + 0.01), 0.75)) })
      }
      for pair in 0..<2 {
        var plane = band[pair]
        for i in plane.indices {
          plane[i].r *= maps[2 * pair][i] * scale
          plane[i].i *= pair == 0 ? maps[1][i] * scale : 0
        }
        let again = filtered(transformed(plane, inverse: false), filter, isConjugate: true)
        for i in again.indices { sums[pair][i] = sums[pair][i] + again[i] }
      }
    }
    return Spectrum(pairs: sums)
  }

  /// A spectrum as a picture.
  package func picture(_ spectrum: Spectrum) -> Picture {
    let planes = spectrum.pairs.map { transformed($0, inverse: true) }
    let scale = 1 / Float(size * size)
    let pixels = planes[0].indices.flatMap { i in
      [planes[0][i].r, planes[0][i].i, planes[1][i].r].map {
        UInt8(min(max($0 * scale, 0), 255).rounded(.toNearestOrEven))
      }
    }
    return Picture(width: size, height: size, pixels: pixels)
  }

  /// A band of a picture, unscaled.
  private func response(_ filter: Filter, _ spectrum: Spectrum) -> [ComplexPlane] {
    spectrum.pairs.map { transformed(filtered($0, filter, isConjugate: false), inverse: true) }
  }

  private func energies(_ response: [ComplexPlane]) -> [[Double]] {
    let scale = 1 / Float(size * size)
    var energies = [[Double]](
      repeating: [Double](repeating: 0, count: Self.tiles * Self.tiles), count: 3)
    var rows = [Float](repeating: 0, count: 3 * Self.tiles)
    for y in 0..<size {
      for i in rows.indices { rows[i] = 0 }
      for x in 0..<size {
        let (both, last) = (response[0][y * size + x], response[1][y * size + x])
        let squares = SIMD3(both.r, both.i, last.r) * scale * SIMD3(both.r, both.i, last.r) * scale
        for t in 0..<Self.tiles {
          let share = windows[t][x] * squares
          for c in 0..<3 { rows[c * Self.tiles + t] += share[c] }
        }
      }
      for c in 0..<3 {
        for t in 0..<Self.tiles {
          for s in 0..<Self.tiles {
            energies[c][t * Self.tiles + s] += Double(windows[t][y] * rows[c * Self.tiles + s])
          }
        }
      }
    }
    let count = Double(size * size) / Double(Self.tiles * Self.tiles)
    return energies.map { $0.map { $0 / count } }
  }

  /// Gains of tiles as a plane.
  private func map(_ gains: [Float]) -> [Float] {
    (0..<size).flatMap { y in
      let row = (0..<Self.tiles).map { s in
        (0..<Self.tiles).reduce(Float(0)) { $0 + windows[$1][y] * gains[$1 * Self.tiles + s] }
      }
      return (0..<size).map { x in
        (0..<Self.tiles).reduce(Float(0)) { $0 + windows[$1][x] * row[$1] }
      }
    }
  }

  private func filtered(
    _ plane: ComplexPlane, _ filter: Filter, isConjugate: Bool
  ) -> ComplexPlane {
    guard filter.isOdd else {
      return zip(plane, filter.values).map { kiss_fft_cpx(r: $0.r * $1, i: $0.i * $1) }
    }
    let sign: Float = isConjugate ? -1 : 1
    // Times ±i.
    return zip(plane, filter.values).map {
      kiss_fft_cpx(r: -$0.i * $1 * sign, i: $0.r * $1 * sign)
    }
  }

  private func transformed(_ plane: ComplexPlane, inverse: Bool) -> ComplexPlane {
    Fourier.transformed(plane, width: size, height: size, inverse: inverse)
  }
}
