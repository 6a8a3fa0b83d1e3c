import CKissFFT
import Foundation

/// A plane of complex numbers, row-major.
typealias ComplexPlane = [kiss_fft_cpx]

/// Discrete Fourier transforms of planes.
enum Fourier {
  /// The two-dimensional transform, unscaled in both directions.
  static func transformed(
    _ plane: ComplexPlane, width: Int, height: Int, inverse: Bool
  ) -> ComplexPlane {
    let sides = [Int32(height), Int32(width)]
    // Asked without memory, it says how much it takes; with as much, it does not fail.
    var byteCount = 0
    _ = kiss_fftnd_alloc(sides, 2, inverse ? 1 : 0, nil, &byteCount)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
    defer { memory.deallocate() }
    guard let plan = kiss_fftnd_alloc(sides, 2, inverse ? 1 : 0, memory, &byteCount) else {
      preconditionFailure("kissfft wants more memory than it asked for")
    }
    return ComplexPlane(unsafeUninitializedCapacity: plane.count) { result, initialized in
      kiss_fftnd(plan, plane, result.baseAddress)
      initialized = plane.count
    }
  }

  /// The next side whose transform is fast: a product of 2, 3 and 5 alone.
  static func fastSide(_ side: Int) -> Int { Int(kiss_fft_next_fast_size(Int32(side))) }

  /// Frequency of each place of a side in cycles a side, those beyond half of it being negative.
  static func frequencies(_ side: Int) -> [Double] {
    (0..<side).map { Double(2 * $0 < side ? $0 : $0 - side) }
  }
}

extension kiss_fft_cpx {
  static let one = kiss_fft_cpx(r: 1, i: 0)

  static func + (a: kiss_fft_cpx, b: kiss_fft_cpx) -> kiss_fft_cpx {
    kiss_fft_cpx(r: a.r + b.r, i: a.i + b.i)
  }

  static func - (a: kiss_fft_cpx, b: kiss_fft_cpx) -> kiss_fft_cpx {
    kiss_fft_cpx(r: a.r - b.r, i: a.i - b.i)
  }

  static func * (a: kiss_fft_cpx, b: kiss_fft_cpx) -> kiss_fft_cpx {
    kiss_fft_cpx(r: a.r * b.r - a.i * b.i, i: a.r * b.i + a.i * b.r)
  }
}
