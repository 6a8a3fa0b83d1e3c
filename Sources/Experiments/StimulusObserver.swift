import Analysis
import Engine
import Networks
import Pictures
import Recording
import Stimuli

/// Shows one photograph's stimuli to the network and takes down what it selected.
///
/// Made by each worker for itself: the runners belong to its thread.
final class StimulusObserver {
  private let setting: Setting
  private let zoom: Runner
  private let untrained: Runner?
  private var input: [Float]

  /// What all workers share.
  struct Setting: Sendable {
    var maker: StimulusMaker
    var limits: DecodingLimits
    var normalization: InputNormalization
    var plan: Plan
    var untrained: Plan?
    var units: [Int]
    var measure: BranchMeasure
    var keepsChannels: Bool
  }

  init(_ setting: Setting) throws {
    self.setting = setting
    zoom = try Runner(setting.plan)
    untrained = try setting.untrained.map { try Runner($0) }
    input = [Float](repeating: 0, count: 3 * setting.plan.height * setting.plan.width)
  }

  /// Decodes a photograph, makes its stimuli and runs the network on each.
  ///
  /// - Parameters:
  ///   - path: The photograph.
  ///   - target: The target's box in its pixels.
  ///   - classIndex: Its class in the network's output, where known.
  /// - Returns: The stimuli in a fixed order: zooms, each followed by the untrained network's, then
  ///   the other controls.
  /// - Throws: If the photograph cannot be used, or the engine fails.
  func observe(_ path: String, target: Box?, classIndex: Int?) throws -> [StimulusRow] {
    let picture = try Picture(contentsOfFile: path, limits: setting.limits)
    let stimuli = try setting.maker.stimuli(for: picture, target: target, name: path)
    var rows: [StimulusRow] = []
    var reference: [[Float]] = []
    for stimulus in stimuli {
      setting.normalization.fill(&input, with: stimulus.pixels)
      let attention = try run(zoom)
      let isZoom = stimulus.control == nil
      if isZoom && reference.isEmpty { reference = attention }
      rows.append(
        row(
          stimulus, control: stimulus.control, attention: attention, logits: zoom.logits,
          reference: isZoom && !rows.isEmpty ? reference : nil, classIndex: classIndex))
      if isZoom, let untrained {
        let attention = try run(untrained)
        rows.append(
          row(
            stimulus, control: .untrained, attention: attention, logits: untrained.logits,
            reference: nil, classIndex: classIndex))
      }
    }
    return rows
  }

  /// Attention `[M, C]` of every chosen unit for the input as it stands.
  private func run(_ runner: Runner) throws -> [[Float]] {
    try runner.run(input)
    return setting.units.map { runner.attention(ofUnit: $0) }
  }

  private func row(
    _ stimulus: Stimulus, control: Control?, attention: [[Float]], logits: [Float],
    reference: [[Float]]?, classIndex: Int?
  ) -> StimulusRow {
    let branches = setting.measure.coefficients.count
    let units = attention.indices.map { u in
      UnitRow(
        means: AttentionProfile.means(attention[u], branches: branches),
        profile: AttentionProfile.points(attention[u], branches: branches),
        channels: setting.keepsChannels ? attention[u] : nil,
        channelsUp: reference.map {
          setting.measure.shareOfChannels(up: attention[u], from: $0[u])
        })
    }
    return StimulusRow(
      scale: stimulus.scale, control: control?.rawValue, isUndersampled: stimulus.isUndersampled,
      visibleShare: stimulus.visibleShare, sourceSide: stimulus.sourceSide,
      rank: classIndex.map { Self.rank(of: $0, in: logits) }, logits: logits, units: units)
  }

  /// How many classes score higher; among equals the earlier class comes first.
  static func rank(of index: Int, in logits: [Float]) -> Int {
    let own = logits[index]
    return logits.indices.count { logits[$0] > own || (logits[$0] == own && $0 < index) }
  }
}
