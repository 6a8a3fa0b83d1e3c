import Analysis
import Foundation
import Testing

@Suite("Size tuning")
struct SizeTuningTests {
  /// In equal ratios, as they are shown.
  static let radii = (0..<12).map { 2.9 * pow(133 / 2.9, Double($0) / 11) }

  @Test("has the numbers that can be read off a curve")
  func numbers() throws {
    let tuning = try #require(
      SizeTuning(radii: [1, 2, 4, 8, 16, 32], responses: [1, 5, 9.6, 10, 6.2, 6]))
    #expect(tuning.peak == 10 && tuning.plateau == 6)
    #expect(tuning.summation == 4)
    #expect(tuning.surround == 16)
    #expect(abs(tuning.suppression - 0.4) < 1e-12)
    #expect(tuning.interpolatedSummation > 2 && tuning.interpolatedSummation < 4)
    #expect(tuning.annulusField([9, 7, 2, 0.4, 0.6, 0]) == 8)
    #expect(tuning.annulusField([9, 7, 2, 1, 1, 1]) == nil)
    // A unit that the largest disc drives below the blank.
    let driven = try #require(SizeTuning(radii: [1, 2, 4], responses: [1, 2, -1]))
    #expect(driven.suppression == 1.5)
    #expect(SizeTuning(radii: [1, 2], responses: [-1, 0]) == nil)
    #expect(SizeTuning(radii: [1, 2], responses: [1, .nan]) == nil)
  }

  @Test("sums up to 95 % where a Gaussian does", arguments: [4.0, 9, 20])
  func gaussian(sigma: Double) throws {
    // 1 − exp(−r²/2σ²) is 0.95 at σ √(2 ln 20).
    let responses = Self.radii.map { 1 - exp(-$0 * $0 / (2 * sigma * sigma)) }
    let tuning = try #require(SizeTuning(radii: Self.radii, responses: responses))
    let exact = sigma * (2 * log(20.0)).squareRoot()
    #expect(abs(tuning.interpolatedSummation / exact - 1) < 0.03)
    #expect(tuning.suppression < 1e-6)
  }

  /// Gains and extents as they are published for single cells of V1, in pixels of 224 for 8°.
  @Test(
    "gives a ratio of Gaussians its own parameters back",
    arguments: [
      (40.0, 0.02, 12.0, 40.0), (7, 0.5, 6, 25), (100, 0.002, 20, 70),
    ])
  func ratio(_ gain: Double, _ suppression: Double, _ extent: Double, _ surround: Double) throws {
    func mass(_ x: Double, _ w: Double) -> Double { pow(w * erf(x / w), 2) }
    let responses = Self.radii.map {
      gain * mass($0, extent) / (1 + suppression * mass($0, surround))
    }
    let fit = try #require(RatioOfGaussians(radii: Self.radii, responses: responses))
    #expect(fit.determination > 1 - 1e-9)
    for (found, own) in [
      (fit.gain, gain), (fit.suppressiveGain, suppression), (fit.extent, extent),
      (fit.suppressiveExtent, surround),
    ] {
      #expect(abs(found / own - 1) < 1e-3, "\(found), not \(own)")
    }
    for (radius, response) in zip(Self.radii, responses) {
      #expect(abs(fit(radius) - response) < 1e-4 * (responses.max() ?? 0))
    }
  }

  @Test(
    "gives a difference of Gaussians its own parameters back",
    arguments: [
      (3.0, 5.0, 10.0, 1.0, 35.0), (0, 2, 25, 0.8, 60), (-1, 10, 6, 2, 15),
    ])
  func difference(
    _ base: Double, _ gain: Double, _ extent: Double, _ suppression: Double, _ surround: Double
  ) throws {
    let root = Double.pi.squareRoot()
    let responses = Self.radii.map {
      base + gain * root * extent * erf($0 / extent)
        - suppression * root * surround * erf($0 / surround)
    }
    let fit = try #require(DifferenceOfGaussians(radii: Self.radii, responses: responses))
    #expect(fit.determination > 1 - 1e-9)
    for (found, own) in [
      (fit.gain, gain), (fit.suppressiveGain, suppression), (fit.extent, extent),
      (fit.suppressiveExtent, surround),
    ] {
      #expect(abs(found / own - 1) < 1e-3, "\(found), not \(own)")
    }
    #expect(abs(fit.base - base) < 1e-2)
    let highest = responses.map(abs).max() ?? 0
    for (radius, response) in zip(Self.radii, responses) {
      #expect(abs(fit(radius) - response) < 1e-4 * highest)
    }
  }

  @Test("reads mean and first harmonic of a cycle", arguments: [3, 8, 12])
  func harmonics(phases: Int) {
    let responses = (0..<phases).map {
      3 + 2 * cos(2 * .pi * Double($0) / Double(phases) + 0.7)
    }
    let (mean, modulation) = TuningMeasure.both(responses, blank: 1)
    #expect(abs(mean - 2) < 1e-12 && abs(modulation - 2) < 1e-12)
  }
}
