import Analysis
import Networks
import Wording

/// A network: one of its units in the manner of the paper's figure 1, then all of them in that of
/// table 1, with the receptive field of every branch.
public struct NetworkGraph: Figure {
  private let summary: NetworkSummary

  /// A figure of what arithmetic says about a network.
  public init(summary: NetworkSummary) {
    self.summary = summary
  }

  /// `network`.
  public var name: String { "network" }

  /// Lays the unit out from left to right and the network from top to bottom.
  public func drawing(with fonts: Fonts) -> Drawing {
    let diagram = UnitDiagram(architecture: summary.architecture, fonts: fonts)
    let table = UnitTable(summary: summary, fonts: fonts)
    let notes = Notes(paragraphs, width: Page.contentWidth, fonts: fonts)
    let heading = Notes([facts], width: Page.contentWidth, fonts: fonts)
    let title = fitted(
      summary.name, width: Page.contentWidth, size: Self.titleSize, isBold: true, fonts: fonts)
    let diagramTop = Page.margin + 15 + heading.height + 6
    let tableTop = diagramTop + diagram.height + 10
    let notesTop = tableTop + table.height + 6
    return Drawing(width: Page.width, height: notesTop + notes.height + Page.margin) { canvas in
      canvas.write(
        Text(
          title, at: Point(Page.margin, Page.margin), size: Self.titleSize, isBold: true,
          rise: .top))
      heading.draw(at: Point(Page.margin, Page.margin + 15), on: canvas)
      diagram.draw(at: Point(Page.margin, diagramTop), on: canvas)
      table.draw(at: Point(Page.margin, tableTop), on: canvas)
      notes.draw(at: Point(Page.margin, notesTop), on: canvas)
    }
  }

  private var facts: String {
    "input 3 × \(summary.input) · \(counted(summary.units.count, "unit")) · \(summary.classesText) · "
      + "\(MetricNumber(summary.parameters)) learnt values (#P) · "
      + "\(MetricNumber(summary.macs)) multiply-adds (MACs)"
  }

  private var paragraphs: [String] {
    var notes = [
      normalization,
      "Bars: the theoretical receptive field of each branch’s output, from the smallest path, through "
        + "every shortcut, to the largest, through the widest branch of every unit before; the "
        + "numbers are the largest. Beyond the input’s side, where there are only zeros, both are "
        + "fainter.",
      "C: channels of the branches. stride: pixels between neighbouring positions of the unit’s input.",
    ]
    if let first = summary.units.first(where: \.dependsOnWholePicture) {
      let units =
        first.name == summary.units.first?.name ? "every" : "\(first.name)’s and every later"
      notes.append(
        "The gate averages over the whole map and is left out of the fields: through it, \(units) "
          + "unit’s output depends on the whole picture.")
    }
    return notes
  }

  /// What the boxes of the unit leave out.
  private var normalization: String {
    if summary.architecture.block == .shuffle { return halves }
    let first = summary.architecture.block == .bottleneck ? "the first convolution and " : ""
    let attention = summary.architecture.hasAttention ? ", and the 1×1 to d" : ""
    let pool =
      switch summary.architecture.shortcutPool {
      case nil: ""
      case .average: ", of means over windows of stride × stride where the stride is above 1"
      case .padded: ", of means over windows of 2×2, zeros below and to the right counted"
      }
    return
      "Batch norm and ReLU follow \(first)each branch\(attention); batch norm follows the last "
      + "convolution, ReLU the addition. The shortcut is a 1×1 convolution with batch norm where "
      + "channels or stride change\(pool). D: dilation, G: groups."
  }

  /// The same for units that work on half of the channels.
  private var halves: String {
    let hasBranches = summary.architecture.branches.count > 1
    let attention = summary.architecture.hasAttention ? " and the 1×1 to d" : ""
    let start =
      hasBranches
      ? "Batch norm and ReLU follow both 1×1, each branch\(attention)."
      : "Batch norm and ReLU follow both 1×1, batch norm alone the branch."
    return start
      + " At the end both halves are joined and their channels shuffled. The first unit of a stage "
      + "makes both from all channels: one by a 1×1, the first branch"
      + (hasBranches ? " with batch norm alone," : "")
      + " and a 1×1, the other by a depthwise 3×3 and a 1×1. D: dilation, G: groups."
  }

  private static let titleSize = 11.0
}

/// A count in three digits and a metric prefix: `27.5 M`.
package struct MetricNumber: CustomStringConvertible {
  package let description: String

  package init(_ count: Int) {
    let prefixes = ["", " k", " M", " G", " T", " P", " E"]
    var value = Double(count)
    var power = 0
    // 999.5 would be written with four digits.
    while value >= 999.5, power < prefixes.count - 1 {
      value /= 1000
      power += 1
    }
    // Three digits: two decimals below 10, one below 100.
    let scale: Double = power == 0 ? 1 : value < 9.995 ? 100 : value < 99.95 ? 10 : 1
    let rounded = (value * scale).rounded() / scale
    description =
      (scale == 1 ? "\(Int(rounded))" : Self.decimal(rounded, digits: scale == 10 ? 1 : 2))
      + prefixes[power]
  }

  private static func decimal(_ value: Double, digits: Int) -> String {
    let scale = digits == 1 ? 10 : 100
    let whole = Int((value * Double(scale)).rounded())
    let fraction = String(whole % scale)
    return "\(whole / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
  }
}

/// The colour of a branch among the others.
func branchColor(_ branch: Int) -> Color {
  let colors = [
    Palette.blue, Palette.orange, Palette.green, Palette.purple, Palette.vermilion,
  ]
  return colors[branch % colors.count]
}
