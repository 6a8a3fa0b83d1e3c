import CKissFFT
import Pictures

/// The amplitude and phase spectra of several square pictures of one size, channel by channel.
///
/// The transform is the discrete one over the whole square, unwindowed. Frequencies are averaged over
/// rings of integer radius: |(u, v)| rounded, u and v in cycles a picture.
package struct Spectra {
  private typealias Plane = ComplexPlane

  private let size: Int
  /// Ring of each frequency, `[size, size]`.
  private let rings: [Int]
  /// `[picture][channel]`, each `[size, size]`.
  let planes: [[ComplexPlane]]
  /// Mean amplitude of each ring, `[picture][channel][ring]`.
  package let amplitudes: [[[Float]]]

  /// Transforms square pictures of one size.
  package init(of pictures: [Picture]) {
    let size = pictures.first?.width ?? 0
    self.size = size
    let rings = Self.rings(size: size)
    self.rings = rings
    // Two real planes travel through one complex transform.
    let channels = pictures.flatMap { picture in (0..<3).map { (picture, $0) } }
    var transformed: [Plane] = []
    for i in stride(from: 0, to: channels.count, by: 2) {
      let second = i + 1 < channels.count ? channels[i + 1] : nil
      let pair = Self.transformed(Self.packed(channels[i], second), size: size, inverse: false)
      let (first, other) = Self.parted(pair, size: size)
      transformed.append(first)
      if second != nil { transformed.append(other) }
    }
    let grouped = stride(from: 0, to: transformed.count, by: 3).map {
      Array(transformed[$0..<$0 + 3])
    }
    planes = grouped
    amplitudes = grouped.map { $0.map { Self.ringMeans($0, rings) } }
  }

  /// Gives one picture the other's mean amplitude in every ring, its phases and its mean level kept.
  ///
  /// Each coefficient is multiplied by the ratio of the two means of its ring, so that the picture's own
  /// distribution over directions stays. A ring in which the picture has no amplitude beyond rounding
  /// has no phases to keep and stays as it is. Levels are rounded and clipped to 0…255 in the end.
  package func imposing(_ other: Int, on own: Int) -> Picture {
    // Far below the amplitude 1 of a single pixel that differs by one level.
    let rounding = 1e-3 * Float(size)
    let changed = (0..<3).map { channel -> Plane in
      let ownMeans = amplitudes[own][channel]
      let ratios = zip(amplitudes[other][channel], ownMeans).map { $1 > rounding ? $0 / $1 : 1 }
      var plane = planes[own][channel]
      // Ring 0 holds the mean alone.
      for i in 1..<max(1, plane.count) {
        plane[i].r *= ratios[rings[i]]
        plane[i].i *= ratios[rings[i]]
      }
      return plane
    }
    // a + i·b of two spectra whose planes are real comes back as one complex plane.
    var both = changed[0]
    for i in both.indices {
      both[i].r -= changed[1][i].i
      both[i].i += changed[1][i].r
    }
    let first = Self.transformed(both, size: size, inverse: true)
    let last = Self.transformed(changed[2], size: size, inverse: true)
    let scale = 1 / Float(size * size)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(size * size * 3)
    for i in first.indices {
      for value in [first[i].r, first[i].i, last[i].r] {
        pixels.append(UInt8(min(max(value * scale, 0), 255).rounded(.toNearestOrEven)))
      }
    }
    return Picture(width: size, height: size, pixels: pixels)
  }
}

extension Spectra {
  /// Rounded distance of each frequency from zero, frequencies beyond half the size being negative.
  private static func rings(size: Int) -> [Int] {
    let frequencies = Fourier.frequencies(size)
    return frequencies.flatMap { v in
      frequencies.map { u in Int((u * u + v * v).squareRoot().rounded()) }
    }
  }

  private static func ringMeans(_ plane: Plane, _ rings: [Int]) -> [Float] {
    var sums = [Double](repeating: 0, count: (rings.max() ?? 0) + 1)
    var counts = sums
    for (value, ring) in zip(plane, rings) {
      sums[ring] += Double((value.r * value.r + value.i * value.i).squareRoot())
      counts[ring] += 1
    }
    return zip(sums, counts).map { Float($0 / max($1, 1)) }
  }

  private static func packed(_ first: (Picture, Int), _ second: (Picture, Int)?) -> Plane {
    (0..<first.0.width * first.0.height).map { i in
      kiss_fft_cpx(
        r: Float(first.0.pixels[3 * i + first.1]),
        i: second.map { Float($0.0.pixels[3 * i + $0.1]) } ?? 0)
    }
  }

  /// Parts the transform of a + i·b into those of a and b, by the symmetry of real planes' spectra.
  private static func parted(_ both: Plane, size: Int) -> (Plane, Plane) {
    var first = both
    var second = both
    for v in 0..<size {
      let opposite = (size - v) % size
      for u in 0..<size {
        let value = both[v * size + u]
        let mirror = both[opposite * size + (size - u) % size]
        first[v * size + u] = kiss_fft_cpx(r: (value.r + mirror.r) / 2, i: (value.i - mirror.i) / 2)
        second[v * size + u] = kiss_fft_cpx(
          r: (value.i + mirror.i) / 2, i: (mirror.r - value.r) / 2)
      }
    }
    return (first, second)
  }

  private static func transformed(_ plane: Plane, size: Int, inverse: Bool) -> Plane {
    Fourier.transformed(plane, width: size, height: size, inverse: inverse)
  }
}
