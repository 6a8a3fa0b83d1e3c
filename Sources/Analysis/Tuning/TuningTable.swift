import Foundation
import Wording

/// Size tuning as text.
public struct TuningTable: Sendable {
  /// The lines, without a newline at the end.
  public let text: String

  /// Summation fields of monkey V1 in percent of cells by octave from 1/16 to 16 degrees, as diameters
  /// (Cavanaugh, Bair, Movshon 2002, as Brain-Score has them).
  public static let monkeySummation = [0, 9, 30, 55, 42, 10, 2, 0]
  /// Surrounds likewise.
  public static let monkeySurround = [0, 0, 2, 20, 33, 49, 40, 4]

  /// Where the octaves of diameters begin.
  package static let octaves = (0..<8).map { octave in
    octave < 4 ? "1/\(1 << (4 - octave))°" : "\(1 << (octave - 4))°"
  }

  /// Lays results out: a row a node, then how many channels lie in each octave beside monkey V1.
  public init(_ results: TuningResults) {
    text = [Self.head(results), Self.sizes(results), Self.diameters(results)]
      .joined(separator: "\n\n")
  }

  private static func head(_ results: TuningResults) -> String {
    let stimuli = results.stimuli
    let contrasts = stimuli.contrasts.map { String(format: "%g", 100 * $0) }.joined(separator: " ")
    let head = """
      \(visible(results.model)), \(results.input[0]) × \(results.input[1]) pixels, gratings of \
      \(counted(stimuli.orientations.count, "orientation")), \
      \(counted(stimuli.frequencies.count, "frequency")), \(counted(stimuli.phases, "phase")), \
      \(stimuli.radii.count) radii, contrasts \(contrasts) %
      radii in pixels, quartiles over the channels that respond at the central position; channels are not \
      independent, and no interval is given
      """
    return results.unfinished.map { head + "\n" + $0.sentence } ?? head
  }

  private static func sizes(_ results: TuningResults) -> String {
    let rows = results.nodes.map { node -> [String] in
      let lead = [
        node.name, node.theoretical.map { "\($0)" }.joined(separator: "×"),
        "\(node.responding) of \(node.channels)",
      ]
      guard let summary = node.summary else {
        return lead + [String](repeating: "–", count: 6)
      }
      func cell(_ quartiles: TuningResults.Quartiles?, _ format: String) -> String {
        guard let quartiles else { return "–" }
        let numbers = quartiles.values.map { String(format: format, $0) }.joined(separator: " ")
        return quartiles.count == node.responding ? numbers : "\(numbers) (\(quartiles.count))"
      }
      return lead + [
        cell(summary.summation, "%.1f"), cell(summary.surround, "%.1f"),
        cell(summary.suppression, "%.2f"), cell(summary.annulusField, "%.1f"),
        cell(summary.contrastRatio, "%.2f"), cell(summary.heldContrastRatio, "%.2f"),
      ]
    }
    return TextGrid(
      header: [
        "node", "theory", "respond", "summation", "surround", "suppression", "annulus", "low/high",
        "gates held",
      ], rows: rows, rulesBefore: []
    ).text + """

      summation: first radius with 95 % of the peak; surround: first beyond it within 5 % of the largest disc's \
      response; suppression: (peak − largest)/peak; annulus: first inner radius with under 5 % of the peak; \
      low/high: summation at the lowest contrast that is answered over that at the highest; in brackets: \
      channels that have one
      """
  }

  private static func diameters(_ results: TuningResults) -> String {
    func row(_ name: String, _ counts: [Int]) -> [String] { [name] + counts.map { "\($0)" } }
    let rows = results.nodes.flatMap { node -> [[String]] in
      guard let summary = node.summary else { return [] }
      return [
        row("\(node.name) summation", summary.summationOctaves),
        row("\(node.name) surround", summary.surroundOctaves),
      ]
    }
    let side = Double(results.input.min() ?? 0) * results.stimuli.degreesPerPixel
    return String(
      format:
        "Channels by the diameter of their fields, octaves from; the input's side counts for %g°\n",
      side)
      + TextGrid(
        header: [""] + octaves,
        rows: rows + [
          row("monkey V1 summation", monkeySummation), row("monkey V1 surround", monkeySurround),
        ],
        rulesBefore: [rows.count]
      ).text
  }

  /// A line a responding channel, for CSV.
  public static func units(_ results: TuningResults) -> (header: [String], rows: [[String]]) {
    let header =
      [
        "node", "channel", "measure", "orientation", "frequency", "peak", "summation",
        "interpolated",
        "surround", "suppression", "annulus", "ratioExtent", "ratioSurround", "ratioDetermination",
        "differenceExtent", "differenceSurround", "differenceDetermination",
      ] + results.stimuli.contrasts.flatMap { ["summation\($0)", "held\($0)"] }
    func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    let rows = results.nodes.flatMap { node in
      node.units.map { unit -> [String] in
        let tuning = unit.tuning
        let numbers: [Double?] = [
          unit.orientation, unit.frequency, tuning.peak, tuning.summation,
          tuning.interpolatedSummation, tuning.surround, tuning.suppression, unit.annulusField,
          unit.ratioOfGaussians?.extent, unit.ratioOfGaussians?.suppressiveExtent,
          unit.ratioOfGaussians?.determination, unit.differenceOfGaussians?.extent,
          unit.differenceOfGaussians?.suppressiveExtent, unit.differenceOfGaussians?.determination,
        ]
        return [spreadsheetName(node.name), "\(unit.channel)", unit.measure.rawValue]
          + numbers.map(text)
          + unit.byContrast.flatMap { [text($0.summation), text($0.heldSummation)] }
      }
    }
    return (header, rows)
  }
}
