import Kernels

/// Number format of activations and weights; sums are always float32.
public enum Precision: String, Codable, CaseIterable, Sendable {
  case f32
  case bf16
}

/// What the processor can do, each set containing those before it.
public enum InstructionSet: String, CaseIterable, Comparable, Sendable {
  /// Whatever the compiler's default target has.
  case portable
  /// AVX2 and FMA.
  case avx2
  /// AVX-512 F, BW, CD, DQ and VL.
  case avx512

  /// The best one that this processor and its operating system support.
  public static var best: InstructionSet {
    switch sk_best_isa() {
    case sk_avx512: .avx512
    case sk_avx2: .avx2
    default: .portable
    }
  }

  /// Orders by what a set contains.
  public static func < (a: InstructionSet, b: InstructionSet) -> Bool {
    a.kernels.rawValue < b.kernels.rawValue
  }

  /// The kernels' name of the set.
  package var kernels: sk_isa {
    switch self {
    case .portable: sk_portable
    case .avx2: sk_avx2
    case .avx512: sk_avx512
    }
  }

  /// Channels in a block of the activations' layout.
  package var lanes: Int { Int(sk_lanes(kernels)) }

  /// The channel count filled up to whole blocks.
  func padded(_ channels: Int) -> Int { (channels + lanes - 1) / lanes * lanes }
}
