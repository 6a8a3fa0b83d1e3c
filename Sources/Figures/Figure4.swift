import Analysis

/// Figure 4: the measure by class at two scales, a plot for the last unit of each stage.
public struct Figure4: Figure {
  private let run: RunCaption

  /// A figure of `results.classes`; without any it says how to get them.
  public init(results: ZoomResults) {
    run = RunCaption(results: results)
  }

  /// `figure-4`.
  public var name: String { "figure-4" }

  /// Lays the plots out below each other over one axis of classes.
  public func drawing(with fonts: Fonts) -> Drawing {
    let results = run.results
    let units = run.lastUnits(among: results.units.map(\.name))
    guard !results.classes.isEmpty, !units.isEmpty, !scalePlaces.isEmpty else {
      return Page.message(
        [
          "The classes of the photographs are not known. Put them into one folder a class, named "
            + "as the class (n01443537), or let their names begin with it (n01443537_12.jpg)."
        ], title: "Attention by class", fonts: fonts)
    }
    return ClassLayout(run: run, units: units, scales: scalePlaces, fonts: fonts).drawing
  }

  /// Places of the smallest scale and of 1.5×, else of the largest.
  private var scalePlaces: [Int] {
    let scales = run.results.scales
    guard scales.count > 1 else { return Array(scales.indices) }
    let middle = scales.firstIndex { abs($0 - 1.5) < 1e-6 } ?? 0
    return [0, middle > 0 ? middle : scales.count - 1]
  }
}
