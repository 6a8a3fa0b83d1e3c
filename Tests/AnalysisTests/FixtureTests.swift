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
      differences: [-0.038806436, -0.043610748, -0.040869037, -0.041184516, -0.043258835],
      shift: -0.0044523986, imagesUp: 0.5, channelsUp: 0.4921875000),
    UnitNumbers(
      name: "SK_2_2",
      differences: [-0.027275158, -0.014722582, -0.003833675, -0.000904334, -0.002970904],
      shift: 0.0243042546, imagesUp: 0.75, channelsUp: 0.5390625000),
    UnitNumbers(
      name: "SK_3_1",
      differences: [-0.063057808, -0.067526186, -0.066971919, -0.061778951, -0.064230202],
      shift: -0.0011723939, imagesUp: 0.5, channelsUp: 0.5390625000),
    UnitNumbers(
      name: "SK_3_2",
      differences: [-0.067628896, -0.062098784, -0.067499218, -0.066234397, -0.068924961],
      shift: -0.0012960644, imagesUp: 0.25, channelsUp: 0.4921875000),
    UnitNumbers(
      name: "SK_4_1",
      differences: [-0.039953349, -0.036043259, -0.041245249, -0.043403066, -0.046108166],
      shift: -0.0061548169, imagesUp: 0.25, channelsUp: 0.4726562500),
    UnitNumbers(
      name: "SK_4_2",
      differences: [-0.065171152, -0.059549991, -0.061472537, -0.066324957, -0.068701131],
      shift: -0.0035299785, imagesUp: 0.5, channelsUp: 0.4804687500),
    UnitNumbers(
      name: "SK_5_1",
      differences: [-0.104776469, -0.098883070, -0.091797807, -0.084125013, -0.080881953],
      shift: 0.0238945164, imagesUp: 1.0, channelsUp: 0.5244140625),
    UnitNumbers(
      name: "SK_5_2",
      differences: [-0.079075277, -0.070319682, -0.075634298, -0.075678096, -0.079972267],
      shift: -0.0008969898, imagesUp: 0.5, channelsUp: 0.5205078125),
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
    let results = try Results.of(photographs, units: Self.units.map(\.name), scales: scales)
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
