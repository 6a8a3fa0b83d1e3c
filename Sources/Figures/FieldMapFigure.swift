import Analysis
import Foundation

/// Measured receptive fields: a row a node, a column a scale, contours and the theoretical frame over them.
public struct FieldMapFigure: Figure {
  private let results: FieldResults
  /// `[node][scale]`, registered: the theoretical centre lies in the middle.
  private let maps: [[FieldMap]]
  /// The only photograph's stimulus at every scale; none where there are more, or noise was shown.
  private let stimuli: [StimulusImage]
  /// Where the node's position looks, `[node]`: what of the stimulus lies in the middle.
  private let centres: [FieldMap.Point]

  /// A figure of average maps.
  ///
  /// - Parameters:
  ///   - results: Their statistics.
  ///   - maps: `[node][scale]`, as `FieldAverage` has them.
  ///   - stimuli: What the network was shown at every scale, where that was one photograph.
  ///   - centres: The nodes' theoretical centres on it.
  public init(
    _ results: FieldResults, maps: [[FieldMap]], stimuli: [StimulusImage] = [],
    centres: [FieldMap.Point] = []
  ) {
    self.results = results
    self.maps = maps
    let side = (results.input[0], results.input[1])
    let isWhole =
      stimuli.count == results.nodes.first?.byScale.count && centres.count == results.nodes.count
      && stimuli.allSatisfy { $0.isWhole && ($0.height, $0.width) == side }
    self.stimuli = isWhole ? stimuli : []
    self.centres = centres
  }

  /// `field-maps`.
  public var name: String { "field-maps" }

  /// Lays nodes out from top to bottom, scales from left to right.
  public func drawing(with fonts: Fonts) -> Drawing {
    guard let first = results.nodes.first, !first.byScale.isEmpty else {
      return Page.message(["No field was measured."], title: "Receptive fields", fonts: fonts)
    }
    return FieldMapsLayout(
      results: results, maps: maps, stimuli: stimuli, centres: centres, fonts: fonts
    ).drawing
  }
}

private struct FieldMapsLayout {
  let results: FieldResults
  let maps: [[FieldMap]]
  let stimuli: [StimulusImage]
  let centres: [FieldMap.Point]
  let fonts: Fonts

  private let headHeight = 14.0
  private let labelWidth = 84.0
  private let barWidth = 44.0
  private let gap = 6.0

  private var columns: Int { results.nodes[0].byScale.count }
  private var side: Double {
    min(150, (Page.contentWidth - labelWidth - barWidth) / Double(columns) - gap)
  }

  var drawing: Drawing {
    let notes = Notes(self.notes, width: Page.contentWidth, fonts: fonts)
    let rows = Double(results.nodes.count) * (side + gap)
    let height = 2 * Page.margin + headHeight + rows + 4 + notes.height
    return Drawing(width: Page.width, height: height) { canvas in
      for (column, scale) in results.nodes[0].byScale.enumerated() {
        canvas.write(
          Text(
            results.shown == .noise ? "noise" : scaleLabel(scale.scale),
            at: Point(x(column) + side / 2, Page.margin), color: Palette.faint, alignment: .middle,
            rise: .top))
      }
      for row in results.nodes.indices { draw(row, on: canvas) }
      notes.draw(at: Point(Page.margin, Page.margin + headHeight + rows + 4), on: canvas)
    }
  }

  private func x(_ column: Int) -> Double {
    Page.margin + labelWidth + Double(column) * (side + gap)
  }

  private func draw(_ row: Int, on canvas: any Canvas) {
    let node = results.nodes[row]
    let top = Page.margin + headHeight + Double(row) * (side + gap)
    let size = node.theoretical.size
    let lines = [
      node.name, "theory \(size[0]) × \(size[1])",
      String(format: "%.0f %% inside", 100 * node.theoretical.inside),
    ]
    for (index, line) in lines.enumerated() {
      canvas.write(
        Text(
          fitted(
            line, width: labelWidth - 6, size: index == 0 ? TypeSize.label : TypeSize.tick,
            fonts: fonts),
          at: Point(Page.margin, top + side / 2 + Double(index - 1) * 10),
          size: index == 0 ? TypeSize.label : TypeSize.tick, isBold: index == 0,
          color: index == 0 ? Palette.ink : Palette.faint, rise: .middle))
    }
    let views = maps[row].map { $0.view(height: results.input[0], width: results.input[1]) }
    let highest = views.flatMap(\.values).max() ?? 0
    for (column, view) in views.enumerated() {
      let frame = Rect(x: x(column), y: top, width: side, height: side)
      guard highest > 0, view.mass > 0 else {
        canvas.outline(frame, Stroke(Palette.grid, width: 0.5))
        write("zero everywhere", in: frame, on: canvas)
        continue
      }
      canvas.draw(picture(view, row, column, highest: highest), in: frame)
      // Sets of pixels with a share of the mass mean nothing where all pixels are alike.
      let isConstant = (view.values.min() ?? 0) >= (view.values.max() ?? 0) * (1 - 1e-6)
      canvas.clip(to: frame) {
        if !isConstant { contours(view, in: frame, on: canvas) }
        outline(node, view, in: frame, on: canvas)
      }
      if isConstant { write("the same everywhere", in: frame, on: canvas) }
      canvas.outline(frame, Stroke(Palette.frame, width: 0.5))
    }
    guard highest > 0 else { return }
    ColorBar(
      low: 0, high: highest, text: { $0 == 0 ? "0" : String(format: "%.2g", $0) },
      color: { Palette.intensity($0 / highest) }
    ).draw(in: Rect(x: x(columns), y: top, width: 7, height: side), on: canvas)
  }

  private func write(_ words: String, in frame: Rect, on canvas: any Canvas) {
    canvas.write(
      Text(
        words, at: frame.middle, size: TypeSize.tick, color: Palette.faint, alignment: .middle,
        rise: .middle))
  }

  /// The map in colours; over the photograph's greys, where there is one, the stronger the more there is.
  private func picture(
    _ view: FieldMap, _ row: Int, _ column: Int, highest: Double
  ) -> StimulusImage {
    guard stimuli.indices.contains(column) else { return view.picture(highest: highest) }
    let stimulus = stimuli[column]
    let colors = view.picture(highest: highest).rgb
    let top = Int(centres[row].row.rounded()) - view.height / 2
    let left = Int(centres[row].column.rounded()) - view.width / 2
    var rgb: [UInt8] = []
    rgb.reserveCapacity(colors.count)
    for place in view.values.indices {
      let (y, x) = (place / view.width + top, place % view.width + left)
      var gray = 255.0
      if (0..<stimulus.height).contains(y), (0..<stimulus.width).contains(x) {
        let start = 3 * (y * stimulus.width + x)
        gray =
          0.299 * Double(stimulus.rgb[start]) + 0.587 * Double(stimulus.rgb[start + 1])
          + 0.114 * Double(stimulus.rgb[start + 2])
      }
      // The root shows what a field's wings hold.
      let share = 0.85 * (view.values[place] / highest).squareRoot()
      rgb += (0..<3).map {
        UInt8((1 - share) * gray + share * Double(colors[3 * place + $0]) + 0.5)
      }
    }
    return StimulusImage(scale: 1, width: view.width, height: view.height, rgb: rgb)
  }

  /// The edges of the smallest sets with 50 and 90 % of the mass.
  private func contours(_ map: FieldMap, in frame: Rect, on canvas: any Canvas) {
    let map = map.smoothed(times: 4)
    guard let areas = map.areas(holding: [0.5, 0.9]) else { return }
    let sorted = map.values.sorted(by: >)
    let unit = frame.width / Double(map.width)
    for (area, color) in zip(areas, [Palette.vermilion, Palette.paper]) {
      let threshold = sorted[area - 1]
      func isIn(_ row: Int, _ column: Int) -> Bool {
        row >= 0 && column >= 0 && row < map.height && column < map.width
          && map.values[row * map.width + column] >= threshold
      }
      let stroke = Stroke(color, width: 0.5)
      for row in 0...map.height {
        for column in 0...map.width {
          let (x, y) = (frame.x + Double(column) * unit, frame.y + Double(row) * unit)
          if isIn(row, column) != isIn(row - 1, column) {
            canvas.stroke([Point(x, y), Point(x + unit, y)], stroke)
          }
          if isIn(row, column) != isIn(row, column - 1) {
            canvas.stroke([Point(x, y), Point(x, y + unit)], stroke)
          }
        }
      }
    }
  }

  /// The theoretical field about the middle, if it is smaller than the view.
  private func outline(
    _ node: FieldResults.Node, _ map: FieldMap, in frame: Rect, on canvas: any Canvas
  ) {
    let unit = frame.width / Double(map.width)
    let (height, width) = (Double(node.theoretical.size[0]), Double(node.theoretical.size[1]))
    let centre = Point(
      frame.x + (Double(map.width / 2) + 0.5) * unit,
      frame.y + (Double(map.height / 2) + 0.5) * unit)
    // Where the field's middle lies between two pixels the canvas has the later one in its middle.
    let shifts = node.theoretical.size.map { $0 % 2 == 0 ? unit / 2 : 0 }
    canvas.outline(
      Rect(
        x: centre.x - width * unit / 2 - shifts[1], y: centre.y - height * unit / 2 - shifts[0],
        width: width * unit, height: height * unit), Stroke(Palette.orange, width: 0.8))
  }

  private var notes: [String] {
    let what =
      switch results.measure {
      case .absolute: "the sum over colours of the gradient’s magnitude"
      case .squared: "the sum over colours of the gradient’s square"
      case .positive: "the sum over colours of the gradient’s positive part"
      }
    return [
      "Effective receptive fields: \(what), with respect to the normalised picture, of \(results.scalar) at one position of a "
        + "node; averaged over \(results.pictures), every map on its position’s theoretical centre. One colour "
        + "scale a row. Lines: the smallest sets of pixels with 50 % (red) and 90 % (white) of the mass, of the map "
        + "smoothed by σ = 1.4 pixels; orange: the theoretical field, where it is smaller than the view."
    ]
      + (stimuli.isEmpty
        ? [] : ["Behind the maps: the photograph in greys, its middle where the position looks."])
      + results.caption
  }
}

extension Palette {
  /// The colour of a value between 0 and 1, from dark to light.
  static func intensity(_ value: Double) -> Color {
    scale(Int((255 * min(max(value, 0), 1)).rounded()), of: 256)
  }
}
