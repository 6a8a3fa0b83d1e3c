/// How lopsided values are, and whether their mean can be told from so many of them.
package enum Skewness {
  /// The third moment about the mean in units of the spread; 0 of equal values.
  package static func value(_ values: [Double]) -> Double {
    let count = Double(max(values.count, 1))
    let mean = values.reduce(0, +) / count
    var (squares, cubes) = (0.0, 0.0)
    for value in values {
      let deviation = value - mean
      squares += deviation * deviation
      cubes += deviation * deviation * deviation
    }
    guard squares > 0 else { return 0 }
    let variance = squares / count
    return cubes / count / (variance * variance.squareRoot())
  }

  /// Whether there are more than 25 times the squared skewness of them, as tests of a mean take.
  ///
  /// With fewer, a mean that seems small may lack the rare large values: of 50 divergences as recorded, every fifth
  /// sample seemed to lie below a bound that their mean did not lie below.
  ///
  /// - SeeAlso: Cochran 1977, Sampling Techniques, section 2.15.
  package static func allowsMean(of values: [Double]) -> Bool {
    let skewness = value(values)
    return Double(values.count) > 25 * skewness * skewness
  }
}
