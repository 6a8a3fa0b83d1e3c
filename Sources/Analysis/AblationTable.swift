import Foundation
import Networks
import Wording

/// An ablation as tables: for a terminal, for a page in Markdown, and as the lines of a CSV file.
public struct AblationTable: Sendable {
  /// One of the tables.
  private struct Block {
    var title: String
    var header: [String]
    var rows: [[String]]
  }

  let results: AblationResults
  private let head: [String]
  private let blocks: [Block]

  /// Lays an ablation out: errors beside the paper's, then shifts per unit, then lesions.
  public init(_ results: AblationResults) {
    self.results = results
    head = results.notes + Self.marks(results)
    blocks =
      [Self.errors(results)] + Self.contrasts(results) + Self.shifts(results)
      + Self.lesions(results)
  }

  /// For a terminal, without a newline at the end.
  public var text: String {
    (["\(visible(results.name)): " + head.joined(separator: "\n")]
      + blocks.map {
        $0.title + "\n" + TextGrid(header: $0.header, rows: $0.rows, rulesBefore: []).text
      }).joined(separator: "\n\n")
  }

  /// For a page, with a newline at the end.
  public var markdown: String {
    func line(_ cells: [String]) -> String {
      "| " + cells.map(Wording.markdown).joined(separator: " | ") + " |"
    }
    let tables = blocks.map { block in
      ([
        "**\(block.title)**", "", line(block.header),
        "|" + block.header.indices.map { $0 == 0 ? "---|" : "---:|" }.joined(),
      ] + block.rows.map(line)).joined(separator: "\n")
    }
    return (["# \(Wording.markdown(results.name))"] + head + tables).joined(separator: "\n\n")
      + "\n"
  }

  /// What the marks at the paper's figures mean.
  private static func marks(_ results: AblationResults) -> [String] {
    let certainties = Set(results.variants.compactMap(\.paper?.certainty))
    return Catalogue.PrintedFigures.Certainty.allCases
      .filter { certainties.contains($0) && !$0.mark.isEmpty }
      .map { "\($0.mark): \($0.explanation)." }
  }

  // MARK: The tables

  private static func errors(_ results: AblationResults) -> Block {
    Block(
      title: "Top-1 error, %",
      header: ["variant", "error", "95 %", "#P", "MACs", "paper: error", "#P", "MACs"],
      rows: results.variants.map { variant in
        let paper = variant.paper
        let mark = paper?.certainty.mark ?? ""
        return [
          variant.name, String(format: "%.2f", 100 * variant.error.mean),
          interval(variant.error, scale: 100, "%.2f"),
          AblationResults.count(variant.parameters), AblationResults.count(variant.macs),
          paper?.error.map { String(format: "%.2f", $0) + mark } ?? "",
          paper?.parameters.map { String(format: "%.1fM", $0) + mark } ?? "",
          paper?.macs.map { String(format: "%.2fG", $0) + mark } ?? "",
        ]
      })
  }

  private static func contrasts(_ results: AblationResults) -> [Block] {
    guard !results.contrasts.isEmpty else { return [] }
    func points(_ value: Double?, _ format: String = "%+.2f") -> String {
      value.map { String(format: format, 100 * $0) } ?? ""
    }
    return [
      Block(
        title: "Planned differences of error, points",
        header: [
          "contrast", "difference", "95 %", "p (Holm)", "verdict", "could have seen", "paper",
          "paper's is",
        ],
        rows: results.contrasts.map { contrast in
          [
            "\(contrast.plan.variant) − \(contrast.plan.reference)",
            points(contrast.difference.mean),
            interval(contrast.difference, scale: 100, "%+.2f"),
            contrast.p.map { String(format: "%.4f", $0) } ?? "",
            contrast.verdict?.rawValue ?? "too few seeds",
            points(contrast.smallestDetectable, "%.2f"),
            points(contrast.paper), contrast.paperStanding?.rawValue ?? "",
          ]
        })
    ]
  }

  /// A table for each measure: numbers of attention and pixels do not stand in one column.
  private static func shifts(_ results: AblationResults) -> [Block] {
    guard let zoom = results.zoom else { return [] }
    return [ZoomResults.Measure.attentionDifference, .expectedKernelSize].flatMap {
      measure -> [Block] in
      let shown = results.variants.filter { $0.measure == measure }
      guard !shown.isEmpty else { return [] }
      let units = results.units(of: measure)
      let what =
        measure == .attentionDifference
        ? "attention of the larger kernel minus that of the smaller" : "expected kernel size, px"
      func block(_ title: String, _ value: (AblationResults.Unit) -> String?) -> Block {
        Block(
          title: title, header: ["variant"] + units,
          rows: shown.map { variant in
            [variant.name]
              + units.map { unit in
                variant.unit(unit).flatMap(value) ?? "–"
              }
          })
      }
      let isControlled = shown.contains { $0.units.contains { $0.excess != nil } }
      return [
        block("Shift from \(zoom.from)× to \(zoom.to)×, \(what)") { cell($0.shift) },
        block("Slope per octave, and the verdict where the unit is primary") { unit in
          cell(unit.slope) + (unit.judgement.map { " \($0.verdict.rawValue)" } ?? "")
        },
      ]
        + (isControlled
          ? [block("Slope beyond the spectrum control's") { $0.excess.map(cell) }] : [])
    }
  }

  private static func lesions(_ results: AblationResults) -> [Block] {
    let shown = results.variants.filter { !$0.lesions.isEmpty }
    let names = results.lesions
    guard !names.isEmpty, results.zoom != nil else { return [] }
    let all = shown.flatMap(\.lesions)
    let reverse = names.contains("reverse") ? " (reverse: at frozen’s own)" : ""
    func block(_ title: String, _ value: @escaping (AblationResults.Lesion) -> String) -> Block {
      Block(
        title:
          "\(title), the attention replaced in all units, at the scale farthest from frozen’s\(reverse)",
        header: ["variant"] + names,
        rows: shown.map { variant in
          [variant.name]
            + names.map { variant.lesion($0).map(value) ?? "–" }
        })
    }
    var blocks: [Block] = []
    if all.allSatisfy({ $0.nllRise != nil }) {
      blocks.append(
        block("Rise of the true class’s negative log-likelihood, nats") { lesion in
          lesion.nllRise.map { cell($0, "%+.3f") } ?? "–"
        })
    }
    if all.allSatisfy({ $0.accuracyLost != nil }) {
      blocks.append(
        block("Accuracy lost, points") { lesion in
          lesion.accuracyLost.map { cell($0, scale: 100, "%+.1f") } ?? "–"
        })
    }
    // No star: a divergence is never below zero.
    blocks.append(
      block("Divergence from the intact network, nats") {
        String(format: "%.4f ", $0.divergence.mean) + interval($0.divergence, "%.4f")
      })
    return blocks
  }

  private static func cell(_ estimate: Estimate) -> String { cell(estimate, "%+.4f") }

  /// A mean, with a star where its interval excludes zero, and the interval; neither of fewer than three seeds.
  private static func cell(_ estimate: Estimate, scale: Double = 1, _ format: String) -> String {
    String(format: format, scale * estimate.mean) + (estimate.excludesZero ? "* " : " ")
      + interval(estimate, scale: scale, format)
  }

  private static func interval(
    _ estimate: Estimate, scale: Double = 1, _ format: String
  ) -> String {
    intervalText(estimate.interval, none: "") { String(format: format, scale * $0) }
  }
}

extension AblationResults {
  /// What the numbers rest on, a paragraph each.
  public var notes: [String] {
    let seeds = training.seeds.count
    let few = seeds < Self.fewestSeeds
    var lines = [
      "\(counted(training.classes, "class")), \(counted(training.pictures, "picture")) to learn from and "
        + "\(training.validationPictures) to judge by, \(training.size) px, "
        + String(format: "%.4g epochs, ", training.epochs)
        + "\(counted(seeds, "seed")) a variant.",
      few
        ? "Fewer than \(Self.fewestSeeds) seeds: no intervals, and nothing is judged."
        : "Intervals: 95 %, Student’s over seeds, not corrected for their number; those of errors with one "
          + "standard deviation, pooled over the variants"
          + (deviation.map { String(format: " (%.2f points)", 100 * $0) } ?? "")
          + ". Planned differences are judged by p corrected over them (Holm)"
          + "; could have seen: the smallest difference found with 80 % power.",
    ]
    if let unfinished { lines.insert(unfinished.sentence, at: 0) }
    if let zoom {
      lines.append(
        "Zoom: protocol \(zoom.protocol), \(counted(zoom.photographs, "photograph")) a network"
          + (few ? "." : "; * where the interval over seeds, not corrected, excludes zero.")
          + (zoom.isConfounded
            ? " CONFOUNDED BY BLUR: crops have fewer pixels than the input; nothing is judged."
            : "")
          + missingNote)
    }
    if variants.contains(where: { $0.paper != nil }) {
      lines.append(
        "The paper’s figures are of its own networks on ImageNet. Its difference is excluded where the 95 % "
          + "interval does not hold it, and compatible where it does, which is no agreement.")
      if variants.contains(where: { $0.paper?.certainty == .remembered }) {
        lines.append("Some of them are known from memory alone: hints, no more.")
      }
    }
    return lines
  }

  /// Which controls the verdicts on units lack.
  private var missingNote: String {
    let judged = variants.flatMap { $0.units.compactMap(\.judgement) }
    let missing = ControlRole.required.filter { name in
      judged.contains { $0.missing.contains(name) }
    }
    guard !missing.isEmpty else { return "" }
    return
      " Without \(missing.joined(separator: " and ")), no unit is said to turn to either kernel."
  }

  /// A number of parameters or multiply-adds: `1.38M`, `4.47G`.
  static func count(_ number: Int) -> String {
    number < 1_000_000_000
      ? String(format: "%.2fM", Double(number) / 1e6)
      : String(format: "%.2fG", Double(number) / 1e9)
  }
}
