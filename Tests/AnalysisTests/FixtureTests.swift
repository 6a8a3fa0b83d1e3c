import Analysis
import Networks
import TestSupport
import Testing

@Suite("Recorded attention of the trained tiny model")
struct FixtureTests {
  /// A unit's numbers by NumPy from the fixture's attention in double precision.
  struct UnitNumbers: CustomTestStringConvertible {
    var name: String
    var differences: [Double]
    var shift: Double
    var imagesUp: Double
    var channelsUp: Double
    var testDescription: String { name }
  }

  static let units = [
    UnitNumbers(
      name: "SK_2_1",
      differences: [-0.046042672, -0.038949952, -0.036387508, -0.036919832, -0.040363762],
      shift: 0.0056789097, imagesUp: 0.75, channelsUp: 0.5390625000),
    UnitNumbers(
      name: "SK_2_2",
      differences: [-0.110902237, -0.12273415, -0.122353772, -0.125220964, -0.12507364],
      shift: -0.0141714031, imagesUp: 0.25, channelsUp: 0.4765625000),
    UnitNumbers(
      name: "SK_3_1",
      differences: [-0.071797607, -0.076379519, -0.088805674, -0.091810735, -0.093869513],
      shift: -0.0220719057, imagesUp: 0.25, channelsUp: 0.5117187500),
    UnitNumbers(
      name: "SK_3_2",
      differences: [-0.003346442, -0.000911651, -0.003985648, -0.004525038, -0.003607108],
      shift: -0.0002606653, imagesUp: 0.25, channelsUp: 0.5156250000),
    UnitNumbers(
      name: "SK_4_1",
      differences: [-0.007290122, 0.005368919, 0.010761305, 0.022497378, 0.023419284],
      shift: 0.0307094054, imagesUp: 1.0, channelsUp: 0.5683593750),
    UnitNumbers(
      name: "SK_4_2",
      differences: [0.00222905, 0.014499856, 0.022715967, 0.02778491, 0.029401687],
      shift: 0.0271726372, imagesUp: 1.0, channelsUp: 0.5625000000),
    UnitNumbers(
      name: "SK_5_1",
      differences: [0.034598748, 0.02630431, 0.013366455, 0.014331957, 0.010047188],
      shift: -0.0245515607, imagesUp: 0.25, channelsUp: 0.4609375000),
    UnitNumbers(
      name: "SK_5_2",
      differences: [-0.047962056, -0.059716752, -0.056684641, -0.059083371, -0.066113542],
      shift: -0.0181514862, imagesUp: 0.0, channelsUp: 0.4970703125),
  ]

  @Test("gives NumPy's means, shifts and shares")
  func means() throws {
    let fixture = try Fixture("sknet26-tiny-zoom")
    let scales = [1, 1.25, 1.5, 1.75, 2]
    let measure = BranchMeasure(
      branches: try Catalogue.entry(named: "sknet26-tiny").architecture.branches)
    let tensors = try Self.units.map { try fixture.tensor("attention.\($0.name)") }
    let photographs = (0..<4).map { image in
      /// `[M, C]` of a stimulus.
      func attention(_ tensor: Tensor, _ scale: Int) -> [Float] {
        let count = tensor.shape[2] * tensor.shape[3]
        return Array(tensor.values[((image * 5 + scale) * count)...].prefix(count))
      }
      return RecordedPhotograph(
        path: "\(image)",
        stimuli: scales.indices.map { s in
          RecordedStimulus(
            scale: scales[s], control: nil, isUndersampled: false,
            meanAttention: tensors.map { tensor in
              let values = attention(tensor, s).map(Double.init)
              let channels = values.count / 2
              return [values.prefix(channels), values.suffix(channels)].map {
                $0.reduce(0, +) / Double(channels)
              }
            },
            channelsUp: s == 0
              ? nil
              : tensors.map {
                measure.shareOfChannels(up: attention($0, s), from: attention($0, 0))
              }, rank: nil)
        })
    }
    let results = try ZoomResults.of(photographs, units: Self.units.map(\.name), scales: scales)
    for (result, expected) in zip(results.units, Self.units) {
      for (scale, difference) in zip(result.byScale, expected.differences) {
        #expect(abs(scale.difference - difference) < 1e-8, "\(result.name)")
        #expect(abs(scale.meanAttention.reduce(0, +) - 1) < 1e-6)
      }
      #expect(abs(result.shift.mean - expected.shift) < 1e-8, "\(result.name)")
      #expect(result.shift.imagesUp == expected.imagesUp)
      #expect(abs(result.shift.channelsUp - expected.channelsUp) < 1e-8)
    }
    #expect(results.units.count == 8 && results.stages.count == 4)
  }
}
