/// How far a node looks by arithmetic, its gates weighing their branches as they did for a picture.
public struct ExpectedSpread: Equatable, Sendable {
  /// Standard deviations down and across in pixels, along the path with most convolutions.
  public var sigma: [Double]
  /// The same with shortcuts counted by the magnitudes of what they add; nil where these were not measured.
  public var sigmaWithShortcuts: [Double]?
  /// Σ attention × size over a unit's branches; nil of what is no unit.
  public var kernelSize: Double?

  /// Joins what was worked out.
  public init(sigma: [Double], sigmaWithShortcuts: [Double]? = nil, kernelSize: Double? = nil) {
    self.sigma = sigma
    self.sigmaWithShortcuts = sigmaWithShortcuts
    self.kernelSize = kernelSize
  }

  /// The root of the mean of both axes' variances.
  public var spread: Double { sigma.rootMeanSquare }

  /// How many numbers keep it.
  package static let numberCount = 5
  /// Those of none.
  package static let noNumbers = [Double](repeating: .nan, count: numberCount)

  /// All numbers in the order of their declaration; NaN for what is nil.
  package var numbers: [Double] {
    sigma + (sigmaWithShortcuts ?? [.nan, .nan]) + [kernelSize ?? .nan]
  }

  /// What numbers keep; nil of none.
  package init?(numbers: [Double]) {
    precondition(numbers.count == Self.numberCount)
    guard !numbers[0].isNaN, !numbers[1].isNaN else { return nil }
    let mixed = Array(numbers[2..<4])
    self.init(
      sigma: Array(numbers[..<2]),
      sigmaWithShortcuts: mixed.contains(where: \.isNaN) ? nil : mixed,
      kernelSize: numbers[4].isNaN ? nil : numbers[4])
  }
}
