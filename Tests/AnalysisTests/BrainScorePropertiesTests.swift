import Analysis
import Foundation
import Testing

// Whatever is expected here was computed by Brain-Score's own functions (github.com/brain-score/vision, commit
// c642dbe4) with NumPy 2.4.6 and SciPy 1.17.1 on the same formulas: which ones, each test says.

@Suite("Properties by Brain-Score's names")
struct BrainScorePropertiesTests {
  /// A channel by formula.
  private struct Cell {
    var base, blank, height, orientation, sharpness, octave, width, modulation, noise: Double
  }

  private static let phases = 4
  private static let orientations = (0..<6).map { 30 * Double($0) }
  private static let frequencies = (0..<5).map { 0.5 * exp2(Double($0)) }

  private static func search(_ cells: [Cell]) -> GratingSearch {
    let waves = frequencies.flatMap { frequency in orientations.map { (frequency, $0) } }
    let responses = waves.enumerated().map { index, wave in
      (0..<phases).map { phase in
        cells.map { cell -> Double in
          let distance = (log2(wave.0) - cell.octave) / cell.width
          let angle = 2 * (wave.1 - cell.orientation) * .pi / 180
          let response =
            cell.height * exp(cell.sharpness * (cos(angle) - 1)) * exp(-distance * distance / 2)
          let cycle = cos(2 * .pi * Double(phase) / Double(phases) + 0.3)
          let noise = sin(Double(37 * (index + 1) * (index + 1) + phase))
          return cell.base + response * (1 + cell.modulation * cycle) + cell.noise * noise
        }
      }
    }
    return GratingSearch(
      orientations: orientations, frequencies: frequencies, responses: responses,
      blank: cells.map(\.blank))
  }

  /// Modulated below zero, hardly answering, suppressed, noisy, broad, at the edges of half a turn.
  private static let cells = [
    (0.2, 0.2, 5.0, 60.0, 3.0, 1.2, 1.0, 0.5, 0.0), (0, 0, 4, 130, 4, 2, 0.8, 3, 0),
    (0.1, 0.1, 0.05, 30, 2, 1, 1, 0.5, 0), (1, 2, 0.3, 45, 3, 1, 1, 2, 0),
    (1, 0.8, 2, 100, 5, 2.3, 0.7, 0.4, 0.6), (2, 0.5, 1, 20, 0.3, 1.2, 3, 0.2, 0),
    (-1, -0.5, 6, 170, 2, 3, 1, 1.5, 0.3), (0.1, 0.3, 3, 165, 6, 1.5, 0.6, 0.8, 0.05),
  ].map {
    Cell(
      base: $0, blank: $1, height: $2, orientation: $3, sharpness: $4, octave: $5, width: $6,
      modulation: $7, noise: $8)
  }

  /// `devalois1982a_properties`, `devalois1982b_properties`, `ringach2002_properties` and `schiller1976_properties` of
  /// each cell's rates, in this order; NaN of cells that do not count.
  private static let expected: [[Double]] = [
    [
      60, 2.2059714835337, 0.354745079290351, 45.958970682194, 0.467786652768733,
      22.8021128014518, 0.496140632894681, 0.203005587083532, 23, 0.0101783535580784, 1,
      0.00882632987319703, -0.192827233525453, 0.000442537111220802, 1, 25.3525368551799,
    ],
    [
      125, 4.56912905465717, 0, 41.7546687765597, 0, 61.5040694220086, 1.47298664374835,
      0.129800303902454, 23, 0, 1, 0.00564349147401972, -0.129800303902454, 0, 1,
      32.6202192470505,
    ],
    [
      .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan,
      .nan,
    ],
    [
      .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan,
      .nan,
    ],
    [
      94, 5.55869981514385, 5.93780412780613, 22.1015521485456, 5.17116336504062, 7.124511683663,
      0.322353454444231, 0.721185687680029, 37, 0.404797462339885, 1, 0.0194915050724332,
      -0.316388225340144, 0.010940471955132, 0, .nan,
    ],
    [
      21, 2.26862504439093, 3.14627460354824, 26.2218998743274, 22.2923590293034,
      1.82359552989793, 0.0695447522352616, 0.956774520509284, .nan, 0.850142786607497, 0, .nan,
      -0.106631733901788, .nan, 0, .nan,
    ],
    [
      -7, 8, 0, 46.1733201345452, 0, 59.5050318058733, 1.28873192641293, 0.182481573813735, 25,
      0, 1, 0.00729926295254938, -0.182481573813735, 0, 0, .nan,
    ],
    [
      -15, 2.68373537517675, 1.28525492070965, 8.45797006572968, 0, 6.76067954136825,
      0.799326491915764, 0.133967709457412, 25, 0, 1, 0.00535870837829646, -0.133967709457412,
      0, 1, 30.8433270858642,
    ],
  ]

  /// Slope and offset are those of `firing_rates_affine`.
  @Test("are those that its benchmarks compute from the same activations", arguments: 0..<8)
  func rates(_ channel: Int) {
    let rates = FiringRates(Self.search(Self.cells))
    #expect(abs(rates.slope / 9.305098414192969 - 1) < 1e-12)
    #expect(abs(rates.offset / -1.5062746035482424 - 1) < 1e-12)
    let found = BrainScoreProperties(sizes: [], radii: [], rates: rates.rates(ofChannel: channel))
    #expect(found.values.count == BrainScoreProperties.names.count)
    let names = BrainScoreProperties.names.dropFirst(5)
    #expect(names.count == Self.expected[channel].count)
    for (name, expected) in zip(names, Self.expected[channel]) {
      let value = found[name]
      #expect((value == nil) == expected.isNaN, "\(name)")
      // A modulation of nothing is a sum of rounded cosines.
      if let value { #expect(abs(value - expected) < 1e-12 * max(abs(expected), 1), "\(name)") }
    }
  }

  /// `calc_size_tuning(curve, radii)`: the summation field, the surround, their ratio, the index.
  @Test(
    "of sizes are those of its calc_size_tuning",
    arguments: [
      ((10.0, 0.3, 6.0, 0.9), [1.0125, 3.4171875, 3.375, 0.4867043145735585]),
      ((10, 0.3, 0.5, 0.9), [.nan, .nan, .nan, 0.023523432719437916]),
      ((10, 0.3, 1.01, 0.9), [.nan, .nan, .nan, 0.050597669132138826]),
      ((10, 0.5, 14, 1.2), [1.51875, 5.12578125, 3.375, 1.912245004416222]),
      ((3, 0.2, 2.9, 0.5), [0.675, 3.4171875, 5.0625, 0.9433366563024081]),
      ((10, 3, 0, 1), [.nan, .nan, .nan, 0]),
    ] as [((Double, Double, Double, Double), [Double])])
  func sizes(_ own: (Double, Double, Double, Double), _ expected: [Double]) {
    let radii = (0..<10).map { 0.1 * pow(1.5, Double($0)) }
    let sizes = radii.map { radius in
      own.0 * (1 - exp(-pow(radius / own.1, 2))) - own.2 * (1 - exp(-pow(radius / own.3, 2)))
    }
    let found = BrainScoreProperties(sizes: sizes, radii: radii, rates: nil)
    let names = [
      "grating_summation_field", "surround_diameter", "surround_grating_summation_field_ratio",
      "surround_suppression_index",
    ]
    for (name, expected) in zip(names, expected) {
      #expect((found[name] == nil) == expected.isNaN, "\(name)")
      if let value = found[name] { #expect(abs(value - expected) < 1e-12, "\(name)") }
    }
    #expect(found["strongly_suppressed"] == ((expected[3] >= 0.1) ? 1 : 0))
    #expect(found.values.dropFirst(5).allSatisfy { $0 == nil })
  }

  @Test("of sizes need a response of more than 5 spikes a second", arguments: [4.9, 5.1])
  func threshold(_ spikes: Double) {
    let rates = ChannelRates(
      orientations: [0], frequencies: [1], slope: spikes / 10, baseline: 0, means: [0],
      modulations: [0])
    let found = BrainScoreProperties(sizes: [2, 10, 6], radii: [1, 2, 4], rates: rates)
    #expect(found["surround_suppression_index"] == (spikes > 5 ? 0.4 : nil))
  }

  @Test("are none, or those that need no curve, of too few gratings")
  func few() throws {
    let search = GratingSearch(
      orientations: [0], frequencies: [1, 2, 4],
      responses: [[[1], [3], [2]], [[5], [4], [6]], [[1], [1], [1]]], blank: [0])
    let found = BrainScoreProperties(
      sizes: [], radii: [], rates: FiringRates(search).rates(ofChannel: 0))
    #expect(abs(try #require(found["max_dc"]) - 33.8) < 1e-12)
    #expect(abs(try #require(found["baseline"]) - 0.82) < 1e-12)
    #expect(found["orthogonal_preferred_ratio"] == 1 && found["bandwidth"] == nil)
    #expect(found["orientation_selective"] == nil && found["preferred_orientation"] == nil)
    #expect(found["peak_spatial_frequency"] == nil && found["spatial_frequency_selective"] == nil)
    #expect(found["no such name"] == nil)
  }

  @Test(
    "are none where no channel answers more than to mean grey",
    arguments: [[[[0.0]]], [[[1]]], [[[-5]]], [[[.leastNonzeroMagnitude]]], [[[1e300]]]])
  func silent(_ responses: [[[Double]]]) {
    let search = GratingSearch(
      orientations: [0], frequencies: [1], responses: responses, blank: [1])
    let found = BrainScoreProperties(
      sizes: [1, 2], radii: [1, 2], rates: FiringRates(search).rates(ofChannel: 0))
    #expect(found.values.count == BrainScoreProperties.names.count)
    if responses[0][0][0] <= 1 { #expect(found.values.allSatisfy { $0 == nil }) }
  }
}
