import Analysis
import Foundation
import Wording

/// Average fields summed along each axis, with the Gaussian that lies nearest to the map and the theoretical ends.
public struct FieldProfiles: Figure {
  private let results: FieldResults
  /// `[node]`, registered: the theoretical centre lies in the middle.
  private let maps: [FieldMap]

  /// A figure of the average maps at the smallest scale.
  ///
  /// - Parameters:
  ///   - results: Their statistics.
  ///   - maps: One a node, as `FieldAverage` has them.
  public init(_ results: FieldResults, maps: [FieldMap]) {
    self.results = results
    self.maps = maps
  }

  /// `field-profiles`.
  public var name: String { "field-profiles" }

  /// Lays nodes out from top to bottom: the map, its sums down and across.
  public func drawing(with fonts: Fonts) -> Drawing {
    guard !results.nodes.isEmpty, maps.count == results.nodes.count else {
      return Page.message(["No field was measured."], title: "Field profiles", fonts: fonts)
    }
    return FieldProfilesLayout(results: results, maps: maps, fonts: fonts).drawing
  }
}

private struct FieldProfilesLayout {
  let results: FieldResults
  let maps: [FieldMap]
  let fonts: Fonts

  private let side = 92.0
  private let titleHeight = 13.0
  private let tickHeight = 12.0
  private let gap = 10.0

  private var plotWidth: Double { (Page.contentWidth - side - 2 * 30) / 2 }
  private var rowHeight: Double { titleHeight + side + tickHeight + gap }

  var drawing: Drawing {
    let legend = Legend(
      [
        .init(sign: .patch(Palette.frame.opacity(0.5)), label: "average field"),
        .init(sign: .line(Palette.vermilion, .circle), label: "nearest Gaussian"),
        .init(sign: .patch(Palette.orange), label: "ends of the theoretical field"),
      ], width: Page.contentWidth, fonts: fonts)
    let notes = Notes(self.notes, width: Page.contentWidth, fonts: fonts)
    let top = Page.margin + legend.height + 4
    let height = top + Double(maps.count) * rowHeight + notes.height + Page.margin
    return Drawing(width: Page.width, height: height) { canvas in
      legend.draw(at: Point(Page.margin, Page.margin), on: canvas)
      for row in maps.indices { draw(row, at: top + Double(row) * rowHeight, on: canvas) }
      notes.draw(at: Point(Page.margin, top + Double(maps.count) * rowHeight), on: canvas)
    }
  }

  private func draw(_ row: Int, at top: Double, on canvas: any Canvas) {
    let node = results.nodes[row]
    let view = maps[row].view(height: results.input[0], width: results.input[1])
    canvas.write(
      Text(
        fitted(visible(node.name), width: side, size: TypeSize.label, isBold: true, fonts: fonts),
        at: Point(Page.margin, top), size: TypeSize.label, isBold: true, rise: .top))
    let frame = Rect(x: Page.margin, y: top + titleHeight, width: side, height: side)
    let highest = view.values.max() ?? 0
    guard highest > 0 else {
      canvas.outline(frame, Stroke(Palette.grid, width: 0.5))
      canvas.write(
        Text(
          "zero everywhere", at: frame.middle, size: TypeSize.tick, color: Palette.faint,
          alignment: .middle, rise: .middle))
      return
    }
    canvas.draw(view.picture(highest: highest), in: frame)
    canvas.outline(frame, Stroke(Palette.frame, width: 0.5))
    let fit = GaussianFit(view)
    for axis in 0..<2 {
      let x = Page.margin + side + 30 + Double(axis) * (plotWidth + 30)
      drawSums(
        view, fit, node, axis, in: Rect(x: x, y: top + titleHeight, width: plotWidth, height: side),
        on: canvas)
    }
  }

  /// The mass in each row (axis 0) or column (axis 1) against its distance from the centre.
  private func drawSums(
    _ view: FieldMap, _ fit: GaussianFit?, _ node: FieldResults.Node, _ axis: Int, in frame: Rect,
    on canvas: any Canvas
  ) {
    let sums = view.sums(along: axis)
    let middle = Double(sums.count / 2)
    let gaussian = fit.map { $0.sums(along: axis, height: view.height, width: view.width) }
    let highest = max(sums.max() ?? 0, gaussian?.max() ?? 0)
    let axes = Axes(
      frame: frame, x: -middle - 0.5...Double(sums.count) - middle - 0.5,
      y: ValueAxis(covering: [0, 1], includesZero: true, length: side))
    var title = axis == 0 ? "mass by row" : "mass by column"
    if let fit {
      let sigma = axis == 0 ? fit.sigma.row : fit.sigma.column
      title += ", Gaussian σ \(Ticks.label(sigma, decimals: 1)) px"
    } else {
      title += ", no Gaussian fits"
    }
    canvas.write(
      Text(
        fitted(title, width: frame.width, size: TypeSize.tick, fonts: fonts),
        at: Point(frame.x, frame.y - titleHeight), size: TypeSize.tick, color: Palette.faint,
        rise: .top))
    axes.drawValues(on: canvas)
    let size = Double(node.theoretical.size[axis])
    // Where the field's middle lies between two pixels the canvas has the later one in its middle.
    let shift = node.theoretical.size[axis] % 2 == 0 ? -0.5 : 0
    canvas.clip(to: frame) {
      let outline =
        sums.enumerated().flatMap { place, value in
          [-0.5, 0.5].map { axes.point(Double(place) - middle + $0, value / highest) }
        }
      canvas.fill(
        [axes.point(-middle - 0.5, 0)] + outline
          + [axes.point(Double(sums.count) - middle - 0.5, 0)], Palette.frame.opacity(0.5))
      if let gaussian {
        canvas.stroke(
          gaussian.enumerated().map { axes.point(Double($0) - middle, $1 / highest) },
          Stroke(Palette.vermilion, width: 1))
      }
      for end in [shift - size / 2, shift + size / 2] {
        canvas.stroke(
          [axes.point(end, 0), Point(axes.xPosition(end), frame.y)],
          Stroke(Palette.orange, width: 0.9))
      }
    }
    axes.drawEdges(on: canvas)
    let ticks = Ticks(in: axes.x, atMost: 6)
    for (value, label) in zip(ticks.values, ticks.labels) {
      canvas.write(
        Text(
          label, at: Point(axes.xPosition(value), frame.bottom + 3), size: TypeSize.tick,
          color: Palette.faint, alignment: .middle, rise: .top))
    }
  }

  private var notes: [String] {
    [
      "Average effective fields at the smallest scale over \(results.pictures), every map on its position’s theoretical "
        + "centre, at 0; the mass in each row of pixels and in each column, over the largest of them and of the Gaussian’s. The Gaussian "
        + "has an offset, is fitted to the map by least squares, and summed alike."
    ] + results.caption
  }
}

extension FieldMap {
  /// The middle of a registered map's canvas, as large as the picture.
  func view(height: Int, width: Int) -> FieldMap {
    let (top, left) = (height - height / 2, width - width / 2)
    return FieldMap(
      height: height, width: width,
      values: (0..<height).flatMap { row in
        (0..<width).map { values[(top + row) * self.width + left + $0] }
      })
  }

  /// The map in colours, dark for nothing.
  func picture(highest: Double) -> StimulusImage {
    StimulusImage(
      scale: 1, width: width, height: height,
      rgb: values.flatMap { value -> [UInt8] in
        let color = Palette.intensity(value / highest)
        return [color.red, color.green, color.blue].map { UInt8(255 * $0 + 0.5) }
      })
  }

  /// The mass in each row (axis 0) or column (axis 1).
  fileprivate func sums(along axis: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: axis == 0 ? height : width)
    for row in 0..<height {
      for column in 0..<width { sums[axis == 0 ? row : column] += values[row * width + column] }
    }
    return sums
  }
}

extension GaussianFit {
  /// The same of the fitted function.
  fileprivate func sums(along axis: Int, height rows: Int, width columns: Int) -> [Double] {
    func bell(_ count: Int, _ centre: Double, _ sigma: Double) -> [Double] {
      (0..<count).map { exp(-(Double($0) - centre) * (Double($0) - centre) / (2 * sigma * sigma)) }
    }
    let down = bell(rows, centre.row, sigma.row)
    let across = bell(columns, centre.column, sigma.column)
    let (own, other) = axis == 0 ? (down, across) : (across, down)
    let mass = other.reduce(0, +)
    return own.map { offset * Double(other.count) + height * $0 * mass }
  }
}
