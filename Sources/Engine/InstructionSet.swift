import Kernels

/// Number format of activations and of convolutions' weights; sums and the gate are float32.
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
    allCases.last { sk_supports($0.variant) != 0 } ?? .portable
  }

  /// Orders by what a set contains.
  public static func < (a: InstructionSet, b: InstructionSet) -> Bool {
    a.variant.rawValue < b.variant.rawValue
  }

  private var variant: sk_variant {
    switch self {
    case .portable: sk_portable
    case .avx2: sk_avx2
    case .avx512: sk_avx512
    }
  }

  /// The kernels for a number format, for running a network or for training it.
  ///
  /// - Throws: `EngineError.processor` if this processor lacks what they need.
  package func kernels(
    _ precision: Precision, forTraining: Bool = false
  ) throws(EngineError) -> sk_variant {
    guard sk_supports(variant) != 0 else {
      throw .processor("this processor has no \(rawValue), only \(InstructionSet.best.rawValue)")
    }
    guard precision == .bf16 else { return variant }
    guard self == .avx512 else {
      throw .processor("bf16 needs the instruction set AVX512-BF16, which \(rawValue) has not")
    }
    guard sk_supports(sk_avx512_bf16) != 0 else {
      throw .processor("bf16 needs the instruction set AVX512-BF16, which this processor lacks")
    }
    return forTraining ? sk_avx512_mixed : sk_avx512_bf16
  }
}

extension Precision {
  /// Bytes of a number.
  var size: Int { self == .bf16 ? 2 : 4 }

  /// Whether this processor can run it.
  public var isSupported: Bool { (try? InstructionSet.best.kernels(self)) != nil }
}

extension sk_variant {
  /// Channels in a block of the activations' layout.
  package var lanes: Int { Int(sk_lanes(self)) }

  /// Bytes of a number of an activation.
  package var size: Int { self == sk_avx512_bf16 || self == sk_avx512_mixed ? 2 : 4 }

  /// The same instruction set for vectors of floats.
  package var floats: sk_variant { size == 2 ? sk_avx512 : self }

  /// The channel count filled up to whole blocks.
  package func padded(_ channels: Int) -> Int { (channels + lanes - 1) / lanes * lanes }
}
