import Analysis
import Engine
import Files
import Networks
import Observing
import Pictures
import Recording
import Stimuli

/// Shows one photograph's stimuli to the network and takes down what it selected.
///
/// Made by each worker for itself: the runners belong to its thread.
final class ZoomObserver {
  private let setting: Setting
  private let observer: PictureObserver
  private let gate: Runner?

  /// What all workers share.
  struct Setting: Sendable {
    var picture: PictureObserver.Setting
    /// The network with its gates redrawn, where that control is asked for.
    var gate: Plan?
    var units: [Int]
    /// The gates that are recorded, where the network is none of residual units.
    var gates: [RecordedGate] = []
    var measure: BranchMeasure
    var keepsChannels: Bool
  }

  init(_ setting: Setting) throws {
    self.setting = setting
    observer = try PictureObserver(setting.picture)
    gate = try setting.gate.map { try Runner($0) }
  }

  /// Decodes a photograph, makes its stimuli and runs the network on each.
  ///
  /// - Parameter photograph: Of the bytes that were listed.
  /// - Returns: The stimuli in a fixed order: zooms, each followed by that of the redrawn gates, then
  ///   the other controls.
  /// - Throws: If the photograph cannot be used, or the engine fails.
  func observe(_ photograph: ListedPhotograph) throws -> [StimulusRow] {
    let classIndex = photograph.classIndex
    let stimuli = try observer.stimuli(of: photograph)
    var rows: [StimulusRow] = []
    var zooms: [(pixels: [UInt8], response: Response)] = []
    for stimulus in stimuli {
      observer.take(stimulus)
      let isZoom = stimulus.control == nil
      // Controls that begin as the zoom does, or end so, need no second look.
      let known = isZoom ? nil : zooms.first { $0.pixels == stimulus.pixels }
      let response = try known?.response ?? run(observer.runner, stimulus, of: photograph.path.text)
      rows.append(
        row(
          stimulus, control: stimulus.control, response,
          reference: isZoom ? zooms.first?.response.attention : nil, classIndex: classIndex))
      guard isZoom else { continue }
      zooms.append((stimulus.pixels, response))
      if let gate {
        rows.append(
          row(
            stimulus, control: .gate, try run(gate, stimulus, of: photograph.path.text),
            reference: nil,
            classIndex: classIndex))
      }
    }
    return rows
  }

  /// What a network makes of a stimulus.
  private struct Response {
    /// `[M, C]` of every chosen unit.
    let attention: [[Float]]
    let logits: [Float]
  }

  /// Runs a network on the input as it stands.
  private func run(
    _ runner: Runner, _ stimulus: Stimulus, of path: String
  ) throws -> Response {
    try observer.run(runner, named: path, at: stimulus.scale)
    return Response(
      attention: setting.gates.isEmpty
        ? setting.units.map { runner.attention(ofUnit: $0) }
        : setting.gates.enumerated().map { $1.attention(runner.recorded($0)) },
      logits: runner.logits)
  }

  private func row(
    _ stimulus: Stimulus, control: Control?, _ response: Response, reference: [[Float]]?,
    classIndex: Int?
  ) -> StimulusRow {
    let (attention, logits) = (response.attention, response.logits)
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
      rank: classIndex.map { Observing.rank(of: $0, in: logits) }, logits: logits, units: units)
  }
}
