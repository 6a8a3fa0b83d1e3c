import Recording
import SystemPackage

/// A run whose content follows from its length: any process that records it records the same.
public struct MadeUpRun {
  /// Number of photographs; every seventh fails.
  public var count: Int
  /// Branches, and channels of each of the two units.
  private let branches = 2
  private let channels = [8, 12]

  /// Makes a run up.
  public init(count: Int) { self.count = count }

  /// What the run is begun with.
  public var description: RunDescription {
    RunDescription(
      specification: #"{"protocol":"crop","scales":[1,2],"stimuli":{"seed":1}}"#,
      modelName: "made-up", modelSHA256: String(repeating: "ab", count: 32), architecture: "{}",
      unitNames: ["SK_2_1", "SK_2_2"], unitChannels: channels, branchCount: branches,
      toolVersion: "1")
  }

  /// Its photographs.
  public var images: [RecordedImage] {
    (0..<count).map { i in
      RecordedImage(
        index: i, path: FilePath("photographs/\(1000 + i).jpg"), sha256: String(i, radix: 16),
        classIndex: i % 3 == 0 ? nil : i % 3, classID: i % 3 == 0 ? nil : "n\(i % 3)")
    }
  }

  /// What became of a photograph.
  public func outcome(_ i: Int) -> ImageOutcome {
    if i % 7 == 6 {
      return ImageOutcome(imageIndex: i, result: .failed("\(images[i].path): is empty"))
    }
    return ImageOutcome(
      imageIndex: i,
      result: .stimuli([
        stimulus(i, scale: 1, control: nil), stimulus(i, scale: 2, control: nil),
        stimulus(i, scale: 2, control: "blur"),
      ]))
  }

  private func stimulus(_ i: Int, scale: Double, control: String?) -> StimulusRow {
    let start = Float(i) + Float(scale) / 8
    return StimulusRow(
      scale: scale, control: control, isUndersampled: i % 2 == 0, visibleShare: 1 / (1 + scale),
      sourceSide: 64.5 / scale, rank: i % 3 == 0 ? nil : i,
      logits: (0..<20).map { start / Float(3 + $0) },
      units: channels.map { channels in
        UnitRow(
          means: [1 - 1 / (1 + Double(start)), 1 / (1 + Double(start))],
          profile: (0..<branches * channels).map { Float($0) / (24 + start) },
          channels: i % 2 == 0 ? (0..<branches * channels).map { Float($0) / (25 + start) } : nil,
          channelsUp: scale == 2 && control == nil ? 1 / Double(i + 2) : nil)
      })
  }
}
