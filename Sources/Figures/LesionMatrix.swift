import Analysis
import Foundation
import Wording

/// Pictures of every scale with the attention of every scale: likelihood, accuracy, agreement and divergence.
public struct LesionMatrix: Figure {
  private let results: LesionResults

  /// A figure of `results.matrix`.
  public init(results: LesionResults) { self.results = results }

  /// `lesion-matrix`.
  public var name: String { "lesion-matrix" }

  /// Lays out a heat map for each measure, two side by side.
  public func drawing(with fonts: Fonts) -> Drawing {
    guard let matrix = results.matrix, !matrix.cells.isEmpty else {
      return Page.message(
        ["The run has recorded no matrix of pictures and attention."],
        title: "Pictures and attention of every scale", fonts: fonts)
    }
    let maps = maps(matrix, fonts)
    let notes = Notes(self.notes(matrix), width: Page.contentWidth, fonts: fonts)
    let cells = min(max(22 * Double(results.scales.count), 44), 200)
    let gap = 18.0
    let width = (Page.contentWidth - gap) / 2
    let height = HeatMap.height(cells: cells)
    let lines = (maps.count + 1) / 2
    let end = Page.margin + Double(lines) * (height + 12)
    return Drawing(width: Page.width, height: end + notes.height + Page.margin) { canvas in
      for (index, map) in maps.enumerated() {
        map.draw(
          at: Point(
            Page.margin + Double(index % 2) * (width + gap),
            Page.margin + Double(index / 2) * (height + 12)),
          width: width, height: cells, on: canvas)
      }
      notes.draw(at: Point(Page.margin, end), on: canvas)
    }
  }

  private func maps(_ matrix: LesionResults.Matrix, _ fonts: Fonts) -> [HeatMap] {
    let scales = results.scales.map(scaleLabel)
    func map(
      _ title: String, _ format: String, darkensUpwards: Bool,
      _ value: (LesionResults.Cell) -> Double?
    ) -> HeatMap {
      HeatMap(
        title: title, values: matrix.cells.map { $0.map(value) },
        text: { String(format: format, $0) }, columns: scales, rows: scales,
        columnTitle: "attention of", rowTitle: "picture at", darkensUpwards: darkensUpwards,
        fonts: fonts)
    }
    let levels =
      results.labelled > 0
      ? [
        map("Negative log-likelihood of the true class (nats)", "%.3f", darkensUpwards: true) {
          $0.nll?.mean
        },
        map("Top-1 accuracy (%)", "%.1f", darkensUpwards: false) {
          $0.accuracy.map { 100 * $0.mean }
        },
      ] : []
    return levels + [
      map("Same first class as with its own attention (%)", "%.1f", darkensUpwards: false) {
        100 * (1 - $0.costs.agreement.mean)
      },
      map("Divergence from its own attention (nats)", "%.3f", darkensUpwards: true) {
        $0.costs.kl.mean
      },
    ]
  }

  private func notes(_ matrix: LesionResults.Matrix) -> [String] {
    var lines = [
      "Each row is a scale of the picture, each column the scale of the same photograph whose attention it is given, in "
        + "\(matrix.scope). Framed: its own attention, the intact network. Darker is worse; each map has its own scale "
        + "of colours."
    ]
    if results.labelled > 0 {
      lines.append(
        "Likelihood and accuracy over the \(counted(results.labelled, "photograph")) of a known class. "
          + "Differences between cells are exploratory.")
    }
    return lines + RunCaption.notes(results)
  }
}
