import Analysis
import Foundation
import Testing

// Whatever is expected here was computed by Brain-Score's own functions (github.com/brain-score/vision, commit
// c642dbe4) with NumPy 2.4.6 and SciPy 1.17.1 on the same formulas: which ones, each test says.

/// A curve by formula: bumps over a base, and what looks like noise.
struct FormulaCurve: CustomTestStringConvertible {
  var testDescription: String
  var count: Int
  var base: Double
  /// Each with its height, its place, and its width.
  var bumps: [(Double, Double, Double)]
  var noise: Double
  var seed: Double

  fileprivate func values(_ bump: (_ index: Int, _ place: Double, _ width: Double) -> Double)
    -> [Double]
  {
    (0..<count).map { index in
      bumps.reduce(base + noise * sin(seed * Double((index + 1) * (index + 1)))) {
        $0 + $1.0 * bump(index, $1.1, $1.2)
      }
    }
  }
}

@Suite("Tuning curves as Brain-Score reads them")
struct BrainScoreCurveTests {
  struct OrientationCase: CustomTestStringConvertible {
    var curve: FormulaCurve
    var hanning: (preferred: Int, bandwidth: Double?)
    var smooth: (preferred: Int, bandwidth: Double?)
    var testDescription: String { curve.testDescription }

    init(
      _ name: String, _ count: Int, base: Double, _ bumps: [(Double, Double, Double)],
      _ noise: Double, _ seed: Double, hanning: (Int, Double?), smooth: (Int, Double?)
    ) {
      curve = FormulaCurve(
        testDescription: name, count: count, base: base, bumps: bumps, noise: noise, seed: seed)
      (self.hanning, self.smooth) = (hanning, smooth)
    }
  }

  /// `calc_bandwidth(curve, orientations, filt_type, thrsh)` with `'hanning'`, .707 and with `'smooth'`, .5.
  @Test(
    "orientation: the preferred degree and the width",
    arguments: [
      .init("narrow", 12, base: 2, [(40, 70, 6)], 0, 0, hanning: (71, 30), smooth: (71, 37)),
      .init(
        "edge of half turn", 12, base: 1, [(30, 170, 4)], 0, 0, hanning: (170, 32),
        smooth: (169, 42)),
      .init("at 0", 12, base: 0, [(30, 0, 5)], 0, 0, hanning: (0, 28), smooth: (0, 36)),
      .init("at 157.5", 16, base: 1, [(30, 157.5, 5)], 0, 0, hanning: (158, 27), smooth: (158, 35)),
      .init(
        "two peaks", 12, base: 3, [(30, 30, 8), (28, 120, 8)], 0, 0, hanning: (30, 28),
        smooth: (30, 34)),
      .init(
        "equal peaks", 8, base: 3, [(30, 22.5, 8), (30, 112.5, 8)], 0, 0, hanning: (22, 33),
        smooth: (22, 37)),
      .init("wide", 12, base: 20, [(10, 50, 1)], 0, 0, hanning: (50, nil), smooth: (50, nil)),
      .init("flat", 12, base: 7, [], 0, 0, hanning: (174, nil), smooth: (174, nil)),
      .init("six", 6, base: 2, [(40, 100, 3)], 0, 0, hanning: (97, 52), smooth: (96, 63)),
      .init("four", 4, base: 2, [(40, 100, 3)], 0, 0, hanning: (93, 65), smooth: (92, 72)),
      .init("three", 3, base: 2, [(40, 100, 3)], 0, 0, hanning: (117, 87), smooth: (117, 100)),
      .init("two", 2, base: 2, [(40, 80, 3)], 0, 0, hanning: (96, nil), smooth: (95, 158)),
      .init("many", 36, base: 1, [(25, 133, 10)], 1, 37, hanning: (133, 18), smooth: (133, 24)),
      .init("below zero", 12, base: -8, [(20, 60, 4)], 0, 0, hanning: (60, 22), smooth: (60, 26)),
      .init("all negative", 12, base: -30, [(20, 60, 4)], 0, 0, hanning: (60, 2), smooth: (60, 2)),
      .init("random 37", 12, base: 20, [], 15, 37, hanning: (52, 43), smooth: (52, 62)),
      .init("random 51", 6, base: 20, [], 15, 51, hanning: (165, 106), smooth: (161, 136)),
      .init("random 13", 9, base: 20, [], 15, 13, hanning: (14, 52), smooth: (14, 160)),
      .init("random 29", 18, base: 20, [], 15, 29, hanning: (55, 36), smooth: (55, 44)),
      .init("random 7", 5, base: 20, [], 15, 7, hanning: (21, 96), smooth: (11, 124)),
      .init("random 61", 12, base: 20, [], 15, 61, hanning: (38, 30), smooth: (38, 35)),
      .init("random 43", 6, base: 20, [], 15, 43, hanning: (130, 83), smooth: (137, 172)),
      .init("random 17", 9, base: 20, [], 15, 17, hanning: (51, 42), smooth: (51, 49)),
      .init("random 71", 18, base: 20, [], 15, 71, hanning: (0, 26), smooth: (178, 34)),
      .init("random 23", 5, base: 20, [], 15, 23, hanning: (129, 122), smooth: (137, 159)),
    ] as [OrientationCase])
  func orientation(_ own: OrientationCase) throws {
    let orientations = (0..<own.curve.count).map { 180 * Double($0) / Double(own.curve.count) }
    let responses = own.curve.values { index, place, width in
      exp(width * (cos(2 * (orientations[index] - place) * .pi / 180) - 1))
    }
    for (smoothing, share, expected) in [
      (OrientationTuning.Smoothing.hanning, 0.707, own.hanning), (.smooth, 0.5, own.smooth),
    ] {
      let tuning = try #require(
        OrientationTuning(
          responses: responses, orientations: orientations, smoothing: smoothing))
      #expect(tuning.preferred == expected.preferred)
      #expect(tuning.bandwidth(at: share) == expected.bandwidth)
    }
  }

  struct FrequencyCase: CustomTestStringConvertible {
    var curve: FormulaCurve
    var peak: Double?
    var bandwidth: Double?
    var testDescription: String { curve.testDescription }

    init(
      _ name: String, _ count: Int, base: Double, _ bumps: [(Double, Double, Double)],
      _ noise: Double, _ seed: Double, peak: Double?, bandwidth: Double?
    ) {
      curve = FormulaCurve(
        testDescription: name, count: count, base: base, bumps: bumps, noise: noise, seed: seed)
      (self.peak, self.bandwidth) = (peak, bandwidth)
    }
  }

  /// `calc_spatial_frequency_tuning(curve, frequencies, filt_type='smooth', thrsh=0.707, mode='ratio')`; where the
  /// flat curve's peak lies is rounding.
  @Test(
    "spatial frequency: the peak and the ratio of where it has fallen",
    arguments: [
      .init(
        "middle", 8, base: 1, [(30, 0.5, 0.8)], 0, 0, peak: 1.39634853903729,
        bandwidth: 34.6191824138546),
      .init("lowest", 8, base: 1, [(30, -2.5, 0.8)], 0, 0, peak: 0.25, bandwidth: nil),
      .init("highest", 8, base: 1, [(30, 3, 0.8)], 0, 0, peak: 4.271484375, bandwidth: nil),
      .init("low-pass", 8, base: 10, [(3, -1, 0.5)], 0, 0, peak: 0.511932187290075, bandwidth: nil),
      .init("flat", 8, base: 7, [], 0, 0, peak: nil, bandwidth: nil),
      .init(
        "two peaks", 12, base: 2, [(20, -1, 0.4), (22, 2, 0.4)], 0, 0, peak: 4.08331728029501,
        bandwidth: 53.220660939929),
      .init(
        "four", 4, base: 1, [(20, -1, 0.4)], 0, 0, peak: 0.542143469184912,
        bandwidth: 48.4362122026691),
      .init(
        "five", 5, base: 1, [(20, -1, 0.5)], 0, 0, peak: 0.514033159860325,
        bandwidth: 47.8447262932922),
      .init(
        "below zero", 8, base: -6, [(20, 0, 0.7)], 0, 0, peak: 0.989881185360035,
        bandwidth: 48.8345929806408),
      .init(
        "all negative", 8, base: -30, [(20, 0, 0.7)], 0, 0, peak: 0.989881185360035,
        bandwidth: 94.4274378255893),
      .init(
        "22", 22, base: 1, [(20, 1.3, 0.6)], 1, 37, peak: 2.54954495546371,
        bandwidth: 38.8257984327244),
      .init(
        "random 37", 8, base: 20, [], 15, 37, peak: 1.01867105671017, bandwidth: 36.6622066753495),
      .init("random 51", 5, base: 20, [], 15, 51, peak: 0.25, bandwidth: nil),
      .init("random 13", 6, base: 20, [], 15, 13, peak: 0.306813869514146, bandwidth: nil),
      .init(
        "random 29", 12, base: 20, [], 15, 29, peak: 2.37807080492392, bandwidth: 22.6116393590782),
      .init("random 7", 4, base: 20, [], 15, 7, peak: 0.25, bandwidth: nil),
      .init(
        "random 61", 8, base: 20, [], 15, 61, peak: 0.701733652978468, bandwidth: 48.8345929806408),
      .init("random 43", 5, base: 20, [], 15, 43, peak: 1.265625, bandwidth: nil),
      .init(
        "random 17", 6, base: 20, [], 15, 17, peak: 0.710408915646457, bandwidth: 46.8749239906126),
      .init("random 71", 12, base: 20, [], 15, 71, peak: 0.286178560638333, bandwidth: nil),
      .init("random 23", 4, base: 20, [], 15, 23, peak: 0.701733652978468, bandwidth: nil),
    ] as [FrequencyCase])
  func frequency(_ own: FrequencyCase) throws {
    let frequencies = (0..<own.curve.count).map { 0.25 * pow(1.5, Double($0)) }
    let responses = own.curve.values { index, place, width in
      let distance = (log2(frequencies[index]) - place) / width
      return exp(-distance * distance / 2)
    }
    let tuning = try #require(FrequencyTuning(responses: responses, frequencies: frequencies))
    if let peak = own.peak { #expect(abs(tuning.peak / peak - 1) < 1e-12) }
    let bandwidth = tuning.bandwidth(at: 0.707)
    #expect((bandwidth == nil) == (own.bandwidth == nil))
    if let bandwidth, let expected = own.bandwidth {
      #expect(abs(bandwidth / expected - 1) < 1e-12)
    }
  }

  @Test("there are none of what makes no curve")
  func degenerate() {
    #expect(OrientationTuning(responses: [1], orientations: [0], smoothing: .smooth) == nil)
    #expect(OrientationTuning(responses: [], orientations: [], smoothing: .smooth) == nil)
    #expect(OrientationTuning(responses: [1, 2], orientations: [0, 0], smoothing: .smooth) == nil)
    #expect(
      OrientationTuning(responses: [1, .nan], orientations: [0, 90], smoothing: .smooth) == nil)
    #expect(
      OrientationTuning(responses: [1, .infinity], orientations: [0, 90], smoothing: .smooth) == nil
    )
    #expect(FrequencyTuning(responses: [1, 2, 1], frequencies: [1, 2, 4]) == nil)
    #expect(FrequencyTuning(responses: [1, 2, 1, 0], frequencies: [1, 2, 4]) == nil)
    #expect(FrequencyTuning(responses: [1, 2, 1, 0], frequencies: [4, 3, 2, 1]) == nil)
    #expect(FrequencyTuning(responses: [1, 2, 1, 0], frequencies: [0, 1, 2, 4]) == nil)
  }

  /// `UnivariateSpline(x, y, s=0.)(places)`: between the outermost points, between the second and the third, and
  /// beyond both ends.
  @Test(
    "the spline between them is FITPACK's",
    arguments: [
      (
        4,
        [
          20.7298112245743, -3.95453366697581, 2.25658663038118, 9.14371735884861,
          -23.4829621894223,
        ]
      ),
      (
        5,
        [32.4341291810723, -6.44180261970632, 2.4384604944802, -2.64863605742901, 9.48680200142656]
      ),
      (
        6,
        [33.5195026718429, -6.67245388838717, 2.45532615649406, 1.07211074051529, 1.55648937860339]
      ),
      (
        9,
        [33.538934822926, -6.67658338882056, 2.4556281134657, 2.42768196307959, -1.89326658535075]
      ),
      (
        24,
        [33.5367530741424, -6.67611974830496, 2.45559421118423, 11.7166720976148, 2.79143531826753]
      ),
    ] as [(Int, [Double])])
  func spline(_ count: Int, _ expected: [Double]) throws {
    let x = (0..<count).map { Double($0) + 0.4 * sin(2.3 * Double($0)) }
    let y = (0..<count).map { 3 * cos(1.7 * Double($0 * $0)) + Double($0) / 3 }
    let spline = try #require(InterpolatingSpline(x: x, y: y))
    for index in 0..<count { #expect(abs(spline(x[index]) - y[index]) < 1e-12) }
    let last = count - 1
    let places = [
      x[0] - 0.5, 0.5 * (x[0] + x[1]), 0.3 * x[1] + 0.7 * x[2], 0.5 * (x[last - 1] + x[last]),
      x[last] + 0.5,
    ]
    for (place, value) in zip(places, expected) {
      #expect(abs(spline(place) - value) < 1e-11 * max(abs(value), 1))
    }
  }
}
