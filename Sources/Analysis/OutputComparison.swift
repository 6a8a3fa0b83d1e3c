import Foundation

/// What became of a network's output when something in the network was changed.
public struct OutputComparison: Equatable, Sendable {
  /// Whether the class that comes first is the same.
  public var agrees: Bool
  /// Kullback–Leibler divergence of the changed network's probabilities from the intact one's, in
  /// nats: Σ p ln(p/q), p intact.
  public var divergence: Double

  /// Compares two outputs to the same stimulus.
  ///
  /// - Parameters:
  ///   - changed: Logits.
  ///   - intact: As many logits.
  public init(_ changed: [Float], to intact: [Float]) {
    agrees = Self.first(changed) == Self.first(intact)
    let p = Self.logProbabilities(intact)
    let q = Self.logProbabilities(changed)
    // Rounding may leave less than nothing of equal outputs; NaN stays NaN.
    let sum = zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
    divergence = sum < 0 ? 0 : sum
  }

  /// Negative log-likelihood of a class, in nats: −log softmax, in 64 bits.
  ///
  /// - Parameters:
  ///   - index: The class.
  ///   - logits: One a class.
  /// - Returns: Nil if there is no such class.
  public static func negativeLogLikelihood(of index: Int, in logits: [Float]) -> Double? {
    guard logits.indices.contains(index) else { return nil }
    return -logProbabilities(logits)[index]
  }

  /// The class that scores highest; the earlier one among equals.
  private static func first(_ logits: [Float]) -> Int? {
    logits.indices.max { logits[$0] < logits[$1] || (logits[$0] == logits[$1] && $0 > $1) }
  }

  private static func logProbabilities(_ logits: [Float]) -> [Double] {
    let highest = Double(logits.max() ?? 0)
    let total = logits.reduce(0) { $0 + exp(Double($1) - highest) }
    return logits.map { Double($0) - highest - log(total) }
  }
}
