import Analysis
import Checkpoints
import Foundation
import Recording
import Wording

extension RecordedTuning {
  /// Writes what was recorded for use elsewhere.
  ///
  /// CSV has a line a responding channel, with Brain-Score's properties by their names there. Arrays are, of every
  /// node, `channels.NODE` [units], `discs.NODE` and `held.NODE` [units, contrasts, radii], `annuli.NODE` [units,
  /// radii], and `properties.NODE` [units, properties]: NaN stands for a property that a channel has not.
  public func write(_ format: ExportFormat, toFile path: String) throws {
    let results = try results()
    let properties = try properties(of: results)
    let unfinished = try store.unfinishedLists()
    guard format != .csv else {
      let units = TuningTable.units(results)
      let words = unfinished.map { $0.texts[0] }
      let rows = zip(units.rows, properties.joined()).map { row, own -> [String] in
        let values = own?.values ?? Self.none
        return row + values.map { value in value.map { "\($0)" } ?? "" } + words
      }
      return try CSVWriter.write(
        header: units.header + BrainScoreProperties.names + unfinished.map(\.name), rows: rows,
        toFile: path)
    }
    let stimuli = results.stimuli
    let (contrasts, radii) = (stimuli.contrasts.count, stimuli.radii.count)
    let arrays = zip(results.nodes, properties).flatMap { node, properties -> [NamedArray] in
      let units = node.units
      func held(_ unit: TuningResults.Unit) -> [Double] {
        unit.byContrast.flatMap { $0.heldResponses ?? [] }
      }
      var arrays = [
        NamedArray("channels.\(node.name)", shape: [units.count], integers: units.map(\.channel)),
        NamedArray(
          "discs.\(node.name)", shape: [units.count, contrasts, radii],
          doubles: units.flatMap { $0.byContrast.flatMap(\.responses) }),
        NamedArray(
          "annuli.\(node.name)", shape: [units.count, radii], doubles: units.flatMap(\.annuli)),
        NamedArray(
          "properties.\(node.name)", shape: [units.count, BrainScoreProperties.names.count],
          doubles: properties.flatMap { ($0?.values ?? Self.none).map { $0 ?? .nan } }),
      ]
      if specification.holdsGates {
        arrays.append(
          NamedArray(
            "held.\(node.name)", shape: [units.count, contrasts, radii],
            doubles: units.flatMap(held)))
      }
      return arrays
    }
    if format == .npz {
      try NPZWriter.write(
        arrays + [
          NamedArray("radii", shape: [radii], doubles: stimuli.radii),
          NamedArray("contrasts", shape: [contrasts], doubles: stimuli.contrasts),
          NamedArray("properties", texts: BrainScoreProperties.names),
        ] + unfinished.map { NamedArray($0.name, texts: $0.texts) }, toFile: path)
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

  private static let none = [Double?](repeating: nil, count: BrainScoreProperties.names.count)

  /// Brain-Score's properties of every responding channel, `[node][unit]`.
  func properties(of results: TuningResults) throws -> [[BrainScoreProperties?]] {
    let searched = try searched()
    let stimuli = results.stimuli
    let waves = specification.waves
    return results.nodes.enumerated().map { place, node in
      node.units.map { unit in
        let own = waves.indices.filter { waves[$0].frequency == unit.frequency }
        let responses = own.compactMap { wave in
          searched[wave]?[place].value(unit.channel, unit.measure)
        }
        return BrainScoreProperties(
          sizes: unit.tuning.responses, radii: stimuli.radii.map { $0 * stimuli.degreesPerPixel },
          orientations: responses.count == own.count ? responses : [],
          angles: own.map { waves[$0].orientation })
      }
    }
  }
}
