import Analysis
import Networks

/// Photographs of a two-branch network with the differences that a test wants.
enum MadeUpPhotographs {
  /// A stimulus whose units have these attention differences.
  static func stimulus(
    _ scale: Double, _ differences: [Double], control: String? = nil, undersampled: Bool = false,
    channelsUp: [Double]? = nil, rank: Int? = nil
  ) -> RecordedStimulus {
    RecordedStimulus(
      scale: scale, control: control, isUndersampled: undersampled,
      meanAttention: differences.map { [(1 - $0) / 2, (1 + $0) / 2] }, channelsUp: channelsUp,
      rank: rank)
  }

  /// A photograph of one unit: its difference at scale 1, and at scale 2 for each control.
  static func photograph(
    _ path: String, base: Double, zoom: Double, controls: [String: Double] = [:],
    ownBase: [String: Double] = [:]
  ) -> RecordedPhotograph {
    var stimuli = [stimulus(1, [base]), stimulus(2, [zoom])]
    stimuli += controls.map { stimulus(2, [$0.value], control: $0.key) }
    stimuli += ownBase.map { stimulus(1, [$0.value], control: $0.key) }
    return RecordedPhotograph(path: path, stimuli: stimuli)
  }
}

extension ZoomResults {
  /// Analyses photographs of the tiny network, or of another.
  static func of(
    _ photographs: [RecordedPhotograph], units: [String] = ["SK_2_1"], scales: [Double] = [1, 2],
    branches: [Architecture.Branch]? = nil,
    primary: FamilyDeclaration = FamilyDeclaration(),
    options: AnalysisOptions = AnalysisOptions(seed: 3)
  ) throws -> ZoomResults {
    var architecture = try Catalogue.entry(named: "sknet26-tiny").architecture
    if let branches { architecture.branches = branches }
    return ZoomResults(
      analysing: photographs,
      model: AnalysedModel(name: "tiny", sha256: "00", architecture: architecture),
      unitNames: units,
      protocol: "crop", scales: scales, precision: "f32", primary: primary, options: options)
  }
}

/// Branches that tests ask for.
enum MadeUpBranches {
  static let plain = Architecture.Branch(kernel: 3, dilation: 1, groups: 8)
}
