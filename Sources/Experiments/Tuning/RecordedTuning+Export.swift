import Analysis
import Checkpoints
import Foundation
import Recording
import Wording

extension RecordedTuning {
  /// Writes what was recorded for use elsewhere.
  ///
  /// CSV has a line a responding channel, with Brain-Score's properties by their names there. Arrays are, of every
  /// node, `channels.NODE` [units], the responding channels, `discs.NODE` and `held.NODE` [units, contrasts, radii],
  /// and `annuli.NODE` [units, radii]. Of all of a node's channels they are `properties.NODE` [channels, properties],
  /// NaN for one that a channel has not, and what they answered to the search's full gratings, as it is:
  /// `search.NODE` [waves, phases, channels] and `blank.NODE` [channels], NaN where an earlier version recorded no
  /// phases; `wave_orientations` in radians and `wave_frequencies` in cycles a pixel [waves] say which gratings
  /// these are.
  public func write(_ format: ExportFormat, toFile path: String) throws {
    let results = try results()
    let unfinished = try store.unfinishedLists()
    guard format != .csv else {
      let units = TuningTable.units(results)
      let words = unfinished.map { $0.texts[0] }
      let properties = try results.nodes.indices.flatMap { place in
        let own = try self.properties(ofNode: place, in: results)
        return results.nodes[place].units.map { own[$0.channel] }
      }
      let rows = zip(units.rows, properties).map { row, own in
        row + own.values.map { value in value.map { "\($0)" } ?? "" } + words
      }
      return try CSVWriter.write(
        header: units.header + BrainScoreProperties.names + unfinished.map(\.name), rows: rows,
        toFile: path)
    }
    let stimuli = results.stimuli
    let waves = specification.waves
    let arrays =
      [
        NamedArray("radii", shape: [stimuli.radii.count], doubles: stimuli.radii),
        NamedArray("contrasts", shape: [stimuli.contrasts.count], doubles: stimuli.contrasts),
        NamedArray("wave_orientations", shape: [waves.count], doubles: waves.map(\.orientation)),
        NamedArray("wave_frequencies", shape: [waves.count], doubles: waves.map(\.frequency)),
        NamedArray("degrees_per_pixel", shape: [], doubles: [stimuli.degreesPerPixel]),
      ]
      + results.nodes.indices.flatMap { place in
        curves(of: results.nodes[place]) + channels(ofNode: place, in: results)
      }
    if format == .npz {
      try NPZWriter.write(
        arrays + [NamedArray("properties", texts: BrainScoreProperties.names)]
          + unfinished.map { NamedArray($0.name, texts: $0.texts) }, toFile: path)
    } else {
      var metadata = [
        "model": description.modelName, "sha256": description.modelSHA256,
        "specification": description.specification,
        "properties": try JSONText.line(BrainScoreProperties.names),
      ]
      for list in unfinished { metadata[list.name] = try JSONText.line(list.texts) }
      try SafetensorsWriter.write(arrays, metadata: metadata, toFile: path)
    }
  }

  /// The responding channels' curves.
  private func curves(of node: TuningResults.Node) -> [NamedArray] {
    let units = node.units
    let (contrasts, radii) = (
      specification.stimuli.contrasts.count, specification.stimuli.radii.count
    )
    var arrays = [
      NamedArray("channels.\(node.name)", shape: [units.count], integers: units.map(\.channel)),
      NamedArray(
        "discs.\(node.name)", shape: [units.count, contrasts, radii],
        doubles: units.flatMap { $0.byContrast.flatMap(\.responses) }),
      NamedArray(
        "annuli.\(node.name)", shape: [units.count, radii], doubles: units.flatMap(\.annuli)),
    ]
    if specification.holdsGates {
      arrays.append(
        NamedArray(
          "held.\(node.name)", shape: [units.count, contrasts, radii],
          doubles: units.flatMap { $0.byContrast.flatMap { $0.heldResponses ?? [] } }))
    }
    return arrays
  }

  /// All channels' properties, and their responses to the search, worked out when they are written.
  private func channels(ofNode place: Int, in results: TuningResults) -> [NamedArray] {
    let target = specification.targets[place]
    let (waves, phases) = (specification.waves.count, specification.stimuli.phases)
    return [
      NamedArray(
        "properties.\(target.name)",
        shape: [target.channels, BrainScoreProperties.names.count],
        doubles: try properties(ofNode: place, in: results).flatMap {
          $0.values.map { $0 ?? .nan }
        }),
      NamedArray(
        "search.\(target.name)", shape: [waves, phases, target.channels],
        doubles: try shown(toTarget: place).flatMap {
          $0?.phases.flatMap { $0 } ?? Self.none(phases * target.channels)
        }),
      NamedArray(
        "blank.\(target.name)", shape: [target.channels],
        doubles: try shown(toTarget: place).lazy.compactMap { $0?.blank }.first
          ?? Self.none(target.channels)),
    ]
  }

  private static func none(_ count: Int) -> [Double] { [Double](repeating: .nan, count: count) }

  /// Brain-Score's properties of each of a node's channels; those that do not respond have no sizes.
  package func properties(
    ofNode place: Int, in results: TuningResults
  ) throws -> [BrainScoreProperties] {
    let stimuli = results.stimuli
    let radii = stimuli.radii.map { $0 * stimuli.degreesPerPixel }
    let rates = try wholeSearch(ofTarget: place).map { FiringRates($0) }
    var sizes = [[Double]](repeating: [], count: results.nodes[place].channels)
    for unit in results.nodes[place].units { sizes[unit.channel] = unit.tuning.responses }
    return sizes.enumerated().map { channel, sizes in
      BrainScoreProperties(sizes: sizes, radii: radii, rates: rates?.rates(ofChannel: channel))
    }
  }

  /// A target's responses to the search; nil unless the phases of every wave are recorded.
  private func wholeSearch(ofTarget place: Int) throws -> GratingSearch? {
    let shown = try shown(toTarget: place)
    let whole = shown.compactMap { $0 }
    guard whole.count == shown.count, let blank = whole.first?.blank else { return nil }
    let stimuli = specification.stimuli
    return GratingSearch(
      orientations: stimuli.orientations.map { $0 * 180 / .pi },
      frequencies: stimuli.frequencies.map { $0 / stimuli.degreesPerPixel },
      responses: whole.map(\.phases), blank: blank)
  }
}
