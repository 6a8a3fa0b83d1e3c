import Analysis
import Foundation

/// Measured receptive fields: a row a node, a column a scale, contours and the theoretical frame over them.
public struct FieldMapFigure: Figure {
  private let results: FieldResults
  /// `[node][scale]`, registered: the theoretical centre lies in the middle.
  private let maps: [[FieldMap]]

  /// A figure of average maps.
  ///
  /// - Parameters:
  ///   - results: Their statistics.
  ///   - maps: `[node][scale]`, as `FieldAverage` has them.
  public init(_ results: FieldResults, maps: [[FieldMap]]) {
    self.results = results
    self.maps = maps
  }

  /// `field-maps`.
  public var name: String { "field-maps" }

  /// Lays nodes out from top to bottom, scales from left to right.
  public func drawing(with fonts: Fonts) -> Drawing {
    guard let first = results.nodes.first, !first.byScale.isEmpty else {
      return Page.message(["No field was measured."], title: "Receptive fields", fonts: fonts)
    }
    return FieldMapsLayout(results: results, maps: maps, fonts: fonts).drawing
  }
}

private struct FieldMapsLayout {
  let results: FieldResults
  let maps: [[FieldMap]]
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
    let views = maps[row].map { view(of: $0) }
    let highest = views.flatMap(\.values).max() ?? 0
    for (column, view) in views.enumerated() {
      let frame = Rect(x: x(column), y: top, width: side, height: side)
      guard highest > 0, view.mass > 0 else {
        canvas.outline(frame, Stroke(Palette.grid, width: 0.5))
        canvas.write(
          Text(
            "zero everywhere", at: Point(frame.x + side / 2, top + side / 2), size: TypeSize.tick,
            color: Palette.faint, alignment: .middle, rise: .middle))
        continue
      }
      canvas.draw(picture(view, highest: highest), in: frame)
      canvas.clip(to: frame) {
        contours(view, in: frame, on: canvas)
        outline(node, view, in: frame, on: canvas)
      }
      canvas.outline(frame, Stroke(Palette.frame, width: 0.5))
    }
    guard highest > 0 else { return }
    ColorBar(
      low: 0, high: highest, text: { $0 == 0 ? "0" : String(format: "%.2g", $0) },
      color: { Palette.intensity($0 / highest) }
    ).draw(in: Rect(x: x(columns), y: top, width: 7, height: side), on: canvas)
  }

  /// The middle of the canvas, as large as the picture.
  private func view(of map: FieldMap) -> FieldMap {
    let (height, width) = (results.input[0], results.input[1])
    let (top, left) = (height - height / 2, width - width / 2)
    return FieldMap(
      height: height, width: width,
      values: (0..<height).flatMap { row in
        (0..<width).map { map.values[(top + row) * map.width + left + $0] }
      })
  }

  private func picture(_ map: FieldMap, highest: Double) -> StimulusImage {
    StimulusImage(
      scale: 1, width: map.width, height: map.height,
      rgb: map.values.flatMap { value -> [UInt8] in
        let color = Palette.intensity(value / highest)
        return [color.red, color.green, color.blue].map { UInt8(255 * $0 + 0.5) }
      })
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
    let shift = unit * (node.theoretical.size[0] % 2 == 0 ? 0.5 : 0)
    canvas.outline(
      Rect(
        x: centre.x - width * unit / 2 - shift, y: centre.y - height * unit / 2 - shift,
        width: width * unit, height: height * unit), Stroke(Palette.orange, width: 0.8))
  }

  private var notes: [String] {
    let what =
      switch results.measure {
      case .absolute: "the sum over colours of the gradient’s magnitude"
      case .squared: "the sum over colours of the gradient’s square"
      case .positive: "the sum over colours of the gradient’s positive part"
      }
    let pictures =
      results.shown == .noise
      ? "\(results.images) pictures of Gaussian noise"
      : "\(results.images) photographs, protocol \(results.protocol ?? "")"
    return [
      "Effective receptive fields: \(what), with respect to the normalised picture, of a node’s value at one position "
        + "summed over channels; averaged over \(pictures), every map on its position’s theoretical centre. One colour "
        + "scale a row. Lines: the smallest sets of pixels with 50 % (red) and 90 % (white) of the mass, of the map "
        + "smoothed by σ = 1.4 pixels; orange: the theoretical field, where it is smaller than the view.",
      "\(results.model) · \(results.input[0]) × \(results.input[1]) pixels.",
    ]
  }
}

extension Palette {
  /// The colour of a value between 0 and 1, from dark to light.
  static func intensity(_ value: Double) -> Color {
    scale(Int((255 * min(max(value, 0), 1)).rounded()), of: 256)
  }
}
