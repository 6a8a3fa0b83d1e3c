import Analysis
import Wording

/// Figure 3 a and b: chosen photographs, their attention per channel and per unit.
public struct Figure3Examples: Figure {
  private let examples: [ExamplePhotograph]
  private let run: RunCaption

  /// A figure of a panel an example, of at most three of the scales each.
  public init(examples: [ExamplePhotograph], results: ZoomResults) {
    self.examples = examples
    run = RunCaption(results: results)
  }

  /// `figure-3ab`.
  public var name: String { "figure-3ab" }

  /// Lays the panels out below each other, on the same axes.
  public func drawing(with fonts: Fonts) -> Drawing {
    guard !examples.isEmpty else {
      return Page.message(
        ["No photograph was chosen as an example."],
        title: "Attention in single photographs", fonts: fonts)
    }
    return figure3(examples.map(panel), notes: [], run: run, fonts: fonts)
  }

  private func panel(_ example: ExamplePhotograph) -> AttentionPanel {
    let places = firstMiddleLast(example.stimuli.count)
    let units = run.shownUnits(among: example.unitNames)
    let kernel = run.largestKernel(of: example.profileUnit) ?? "largest"
    return AttentionPanel(
      title: example.title, stimuli: places.map { example.stimuli[$0] },
      scales: places.map { example.stimuli[$0].scale },
      profileTitle: "Attention of the \(kernel) kernel in \(example.profileUnit)",
      channelsPerPoint: example.channelsPerPoint,
      profile: places.map { $0 < example.profile.count ? example.profile[$0] : [] },
      deviation: [], unitNames: units.map { example.unitNames[$0] },
      bars: units.map { unit in places.map { example.differences.value(unit, $0) ?? .nan } },
      intervals: [])
  }
}

/// Figure 3 c: attention per channel and per unit, averaged over photographs.
public struct Figure3Average: Figure {
  private let run: RunCaption
  private let profile: AverageProfile

  /// A figure of averages, of at most three of the scales.
  public init(results: ZoomResults, profile: AverageProfile) {
    run = RunCaption(results: results)
    self.profile = profile
  }

  /// `figure-3c`.
  public var name: String { "figure-3c" }

  /// Lays the two plots out beside each other.
  public func drawing(with fonts: Fonts) -> Drawing {
    let results = run.results
    let places = firstMiddleLast(results.scales.count)
    guard !places.isEmpty, !results.units.isEmpty else {
      return Page.message(
        ["The run has recorded no unit with attention."], title: "Attention over photographs",
        fonts: fonts)
    }
    let names = results.units.map(\.name)
    let units = run.shownUnits(among: names).map { results.units[$0] }
    let kernel = run.largestKernel(of: profile.unit) ?? "largest"
    // The profile names its own scales, which need not be all of the run's.
    let rows = places.map { place in profile.scales.firstIndex(of: results.scales[place]) }
    let panel = AttentionPanel(
      title: "Average over \(counted(results.headline.images, "photograph"))", stimuli: [],
      scales: places.map { results.scales[$0] },
      profileTitle: "Attention of the \(kernel) kernel in \(profile.unit)",
      channelsPerPoint: profile.channelsPerPoint,
      profile: rows.map { row in row.map { $0 < profile.mean.count ? profile.mean[$0] : [] } ?? []
      },
      deviation: rows.map { row in
        row.map { $0 < profile.deviation.count ? profile.deviation[$0] : [] } ?? []
      },
      unitNames: units.map(\.name),
      bars: units.map { unit in
        places.map { $0 < unit.byScale.count ? unit.byScale[$0].difference : .nan }
      },
      intervals: units.map { unit in
        places.map { $0 < unit.byScale.count ? unit.byScale[$0].interval : [] }
      })
    let note =
      "Bands: ± standard deviation over photographs. Vertical lines: 95 % bootstrap intervals of the "
      + "mean over photographs."
    return figure3([panel], notes: [note], run: run, fonts: fonts)
  }
}

private func figure3(
  _ panels: [AttentionPanel], notes: [String], run: RunCaption, fonts: Fonts
) -> Drawing {
  let isDifference = run.results.measure == .attentionDifference
  let title = run.measureTitle
  let layout = AttentionPanelLayout(
    panels: panels,
    barTitle: isDifference
      ? "Mean " + title : title.prefix(1).uppercased() + title.dropFirst(),
    isBarFromZero: isDifference, width: Page.contentWidth, fonts: fonts)
  let scales = panels.first { !$0.scales.isEmpty }?.scales ?? []
  let legend = Legend(
    scales.enumerated().map { place, scale in
      Legend.Entry(
        sign: .line(Palette.scale(place, of: scales.count), Marker.scale(place)),
        label: scaleLabel(scale))
    }, width: Page.contentWidth, fonts: fonts)
  let below = Notes(notes + run.notes, width: Page.contentWidth, fonts: fonts)
  let gap = 10.0
  let panelsHeight = Double(panels.count) * (layout.height + gap) - gap
  let height = Page.margin + legend.height + 6 + panelsHeight + 8 + below.height + Page.margin
  return Drawing(width: Page.width, height: height) { canvas in
    var y = Page.margin
    legend.draw(at: Point(Page.margin, y), on: canvas)
    y += legend.height + 6
    for panel in panels {
      layout.draw(panel, at: Point(Page.margin, y), on: canvas)
      y += layout.height + gap
    }
    below.draw(at: Point(Page.margin, y - gap + 8), on: canvas)
  }
}
