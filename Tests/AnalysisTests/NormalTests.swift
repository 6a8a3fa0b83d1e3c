import Analysis
import Testing

@Suite("The normal distribution")
struct NormalTests {
  /// scipy.stats.norm.ppf, SciPy 1.17.
  @Test(
    "has SciPy's quantiles",
    arguments: [
      (1e-300, -37.0470962993612), (1e-12, -7.034483825301131), (1e-5, -4.264890793922825),
      (0.001, -3.090232306167813), (0.025, -1.9599639845400545), (0.2, -0.8416212335729142),
      (0.4999, -0.0002506628300880075), (0.5, 0), (0.6, 0.2533471031357997),
      (0.975, 1.959963984540054), (0.9995, 3.2905267314919255), (0.999999999, 5.997807019601637),
    ])
  func quantile(_ probability: Double, _ expected: Double) {
    // Near 1 the probability's own rounding is the limit.
    #expect(abs(Normal.quantile(probability) - expected) <= 1e-9 * abs(expected) + 1e-15)
    if probability < 0.99 {
      #expect(abs(Normal.quantile(probability) - expected) <= 1e-12 * abs(expected) + 1e-15)
    }
  }

  /// scipy.stats.norm.cdf.
  @Test(
    "has SciPy's probabilities",
    arguments: [
      (-8, 6.22096057427174e-16), (-1.96, 0.024997895148220435), (-0.3, 0.3820885778110474),
      (0, 0.5), (1, 0.8413447460685429), (3, 0.9986501019683699),
    ])
  func cumulative(_ z: Double, _ expected: Double) {
    #expect(abs(Normal.cumulative(z) - expected) <= 1e-13 * expected)
  }
}
