import Analysis
import Foundation
import Networks
import Recording
import Stimuli

/// Everything that decides what a fields run records, as its store keeps it.
///
/// It says of the network what results need, so that they follow without it.
struct FieldSpecification: Codable, Equatable {
  /// A node whose field is measured.
  struct Target: Codable, Equatable {
    var name: String
    var theoretical: FieldResults.Theoretical
    /// The middles of the measured positions' theoretical fields, in the picture's pixels.
    var centres: [FieldMap.Point]
  }

  /// The network's name, where its weights come from no file whose hash would tell it.
  var network: String?
  var shown: FieldResults.Shown
  /// What is made of photographs; nil with noise.
  var stimuli: StimulusSpecification?
  /// SHA-256 of the boxes of the run's photographs, where there are any.
  var boxes: String?
  /// Ascending; 1 alone with noise.
  var scales: [Double]
  /// Rows and columns of the network's input.
  var input: [Int]
  var measure: FieldMap.Measure
  /// Positions of each node that were asked for: small maps have fewer.
  var positions: Int
  /// The only channel that counts; nil for the sum.
  var channel: Int?
  /// Of noise, positions and initial weights.
  var seed: UInt64
  /// Of the bootstrap; nil in runs of before, where it is `seed`.
  var analysisSeed: UInt64?
  var targets: [Target]
  /// What the targets are held against; nil in runs of before.
  var nulls: [FieldNull]?
  /// SHA-256 of the photographs that stand in for others, where there are any.
  var others: String?
  /// How photographs become the input, where the model's file does not say it, or something else was asked for.
  var preprocessing: Preprocessing?
  /// What was used of the processor, on which the last digits depend; nil in runs of before, which did not say.
  var instructionSet: String?
  /// What a picture's arrays are; nil in runs of before, which had observations and maps alone.
  var layout: Int?

  /// The layout of new runs.
  static let currentLayout = 2

  /// The same as another asks to have it reported; what decides what is recorded stays.
  func presented(as asked: FieldSpecification) -> FieldSpecification {
    var presented = self
    presented.analysisSeed = asked.analysisSeed
    // A run of before is taken to be of this machine, as it was.
    presented.instructionSet = instructionSet ?? asked.instructionSet
    return presented
  }

  /// How many numbers each array of a picture has: its observations with what was expected, the sizes under
  /// every null if there are any, the map of every position of every target at every scale, and every target's
  /// maps as RepLKNet and as OpenERF have them.
  var counts: [Int] {
    let maps = targets.reduce(0) { $0 + scales.count * $1.centres.count }
    let places = targets.count * scales.count
    guard layout != nil else {
      return [places * FieldObservation.numberCount]
        + Array(repeating: input[0] * input[1], count: maps)
    }
    let nulls = nulls ?? []
    return [places * (FieldObservation.numberCount + ExpectedSpread.numberCount)]
      + (nulls.isEmpty ? [] : [nulls.count * places * FieldSizes.numberCount])
      + Array(repeating: input[0] * input[1], count: maps + 2 * targets.count)
  }

  /// What no run can have recorded, in one line; nil if all can be.
  var problem: String? {
    guard input.count == 2, input.allSatisfy((1...StimulusSpecification.maximumSize).contains)
    else {
      return "a picture of \(input.count) sides, or of a size that none has"
    }
    guard (1...1000).contains(scales.count), scales.allSatisfy({ $0.isFinite && $0 > 0 }),
      zip(scales, scales.dropFirst()).allSatisfy(<)
    else { return "scales that are none" }
    guard (shown == .photographs) == (stimuli != nil),
      stimuli.map({ $0.scales == scales && [$0.size, $0.size] == input }) ?? true
    else { return "stimuli that are not those of its scales and input" }
    guard (1...1_000_000).contains(targets.reduce(0, { $0 + scales.count * $1.centres.count })),
      Set(targets.map(\.name)).count == targets.count
    else { return "no nodes, too many, or one twice" }
    guard layout == nil || layout == Self.currentLayout, (nulls ?? []).count <= 1000 else {
      return "a layout of another version, or more nulls than may be asked for"
    }
    for target in targets {
      let sides = [target.theoretical.size, target.theoretical.stride, target.theoretical.start]
      guard !target.centres.isEmpty, sides.allSatisfy({ $0.count == 2 }),
        sides.joined().allSatisfy((-1_000_000_000...1_000_000_000).contains),
        target.centres.allSatisfy({ abs($0.row) < 1e6 && abs($0.column) < 1e6 }),
        (0...1).contains(target.theoretical.inside)
      else { return "a node with a field that none has" }
    }
    return nil
  }

  init(json: String) throws { self = try JSONDecoder().decode(Self.self, from: Data(json.utf8)) }

  init(
    network: String?, shown: FieldResults.Shown, stimuli: StimulusSpecification?, boxes: String?,
    scales: [Double], input: [Int], measure: FieldMap.Measure, positions: Int, channel: Int?,
    seed: UInt64, analysisSeed: UInt64, targets: [Target], nulls: [FieldNull], others: String?,
    preprocessing: Preprocessing?, instructionSet: String
  ) {
    self.network = network
    self.shown = shown
    self.stimuli = stimuli
    self.boxes = boxes
    self.scales = scales
    self.input = input
    self.measure = measure
    self.positions = positions
    self.channel = channel
    self.seed = seed
    self.analysisSeed = analysisSeed
    self.targets = targets
    self.nulls = nulls
    self.others = others
    self.preprocessing = preprocessing
    self.instructionSet = instructionSet
    layout = Self.currentLayout
  }
}
