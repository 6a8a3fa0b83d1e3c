import Analysis
import Foundation
import Wording

/// Effective against theoretical fields over depth, of one network or several.
public struct FieldsOverDepth: Figure {
  private let networks: [FieldResults]

  /// A figure of every network's nodes at the smallest scale.
  public init(_ networks: [FieldResults]) { self.networks = networks }

  /// `fields-over-depth`.
  public var name: String { "fields-over-depth" }

  /// Draws both sizes of every node against the stride at which it looks.
  public func drawing(with fonts: Fonts) -> Drawing {
    guard networks.contains(where: { !$0.nodes.isEmpty }) else {
      return Page.message(["No field was measured."], title: "Fields over depth", fonts: fonts)
    }
    return FieldsOverDepthLayout(networks: networks, fonts: fonts).drawing
  }
}

private struct FieldsOverDepthLayout {
  let networks: [FieldResults]
  let fonts: Fonts

  private let plotHeight = 210.0

  /// A node's place: nodes of one stride share the room between its power of two and the next.
  private struct Place {
    let x: Double
    let theoretical: Double
    let expected: Double?
    let effective: Double?
    let interval: [Double]
  }

  private func places(_ results: FieldResults) -> [Place] {
    let powers = results.nodes.map {
      log2(Double(max($0.theoretical.stride.max() ?? 1, 1)))
    }
    return results.nodes.enumerated().map { index, node in
      let same = powers.indices.filter { powers[$0] == powers[index] }
      let order = Double(same.firstIndex(of: index) ?? 0)
      let square = node.byScale.first?.effective?.squares.first { $0.mass == 0.9 }
      return Place(
        x: powers[index] + order / Double(same.count),
        theoretical: Double(node.theoretical.size.max() ?? 1),
        expected: node.expectedSigma.map { Self.uniform($0) },
        effective: square?.side.mean, interval: square?.side.interval ?? [])
    }
  }

  /// The side of a square that is uniformly filled and has a standard deviation.
  private static func uniform(_ sigma: [Estimate]) -> Double {
    let variance = sigma.reduce(0) { $0 + $1.mean * $1.mean } / Double(max(sigma.count, 1))
    return (12 * variance + 1).squareRoot()
  }

  var drawing: Drawing {
    let looks = networks.indices.map(SeriesLook.distinct)
    let legend = Legend(
      zip(networks, looks).map { network, look in
        .init(
          sign: .line(look.color, look.marker),
          label: fitted(
            visible(network.model), width: 200, size: TypeSize.label, fonts: fonts))
      }, width: Page.contentWidth, fonts: fonts)
    let notes = Notes(self.notes, width: Page.contentWidth, fonts: fonts)
    let all = networks.map(places)
    var sizes = networks.map { Double($0.input.max() ?? 1) }
    for place in all.joined() {
      sizes += [place.theoretical, place.effective ?? 1, place.expected ?? 1] + place.interval
    }
    sizes = sizes.filter { $0 > 0 }
    let low = log2(max(sizes.min() ?? 1, 1)).rounded(.down)
    let high = max(log2(sizes.max() ?? 2).rounded(.up), low + 1)
    let strides = all.joined().map(\.x)
    let first = (strides.min() ?? 0).rounded(.down)
    let last = (strides.max() ?? 1).rounded(.down) + 1
    let top = Page.margin + legend.height + 6
    let left = Page.margin + 42
    let frame = Rect(
      x: left, y: top, width: Page.margin + Page.contentWidth - left, height: plotHeight)
    var axis = ValueAxis(covering: [low, high], includesZero: false, length: plotHeight)
    axis.range = low - 0.2...high + 0.2
    axis.ticks.values = stride(from: low, through: high, by: 1).map { $0 }
    axis.ticks.labels = axis.ticks.values.map { "\(Int(pow(2, $0)))" }
    let axes = Axes(frame: frame, x: first - 0.3...last - 0.2, y: axis)
    return Drawing(
      width: Page.width, height: frame.bottom + 26 + notes.height + Page.margin
    ) { canvas in
      legend.draw(at: Point(Page.margin, Page.margin), on: canvas)
      axes.drawValues(on: canvas)
      axes.drawTitle("pixels", distance: 32, fonts: fonts, on: canvas)
      for power in stride(from: first, to: last, by: 1) {
        canvas.write(
          Text(
            "\(Int(pow(2, power)))", at: Point(axes.xPosition(power), frame.bottom + 3),
            size: TypeSize.tick, alignment: .middle, rise: .top))
      }
      canvas.write(
        Text(
          "pixels between neighbouring positions; nodes of one stride in the order in which a picture passes them",
          at: Point(frame.middle.x, frame.bottom + 13), size: TypeSize.tick, color: Palette.faint,
          alignment: .middle, rise: .top))
      canvas.clip(to: frame) {
        for side in Set(networks.map { $0.input.max() ?? 1 }).sorted() {
          let y = axes.yPosition(log2(Double(side)))
          canvas.stroke(
            [Point(frame.x, y), Point(frame.right, y)], Stroke(Palette.vermilion, width: 0.6))
          canvas.write(
            Text(
              "input \(side)", at: Point(frame.right - 2, y - 2), size: TypeSize.tick,
              color: Palette.vermilion, alignment: .end, rise: .bottom))
        }
        for (index, places) in all.enumerated() { draw(places, looks[index], axes, on: canvas) }
      }
      axes.drawEdges(on: canvas)
      notes.draw(at: Point(Page.margin, frame.bottom + 26), on: canvas)
    }
  }

  private func draw(
    _ places: [Place], _ look: SeriesLook, _ axes: Axes, on canvas: any Canvas
  ) {
    func point(_ place: Place, _ size: Double) -> Point {
      axes.point(place.x, log2(max(size, 0.5)))
    }
    canvas.stroke(
      places.map { point($0, $0.theoretical) }, Stroke(look.color.opacity(0.45), width: 1.6))
    let expected = places.compactMap { place in place.expected.map { point(place, $0) } }
    for (from, to) in zip(expected, expected.dropFirst()) {
      // Dashes: thirds of each stretch.
      for part in 0..<4 {
        let (a, b) = (Double(part) / 4, (Double(part) + 0.5) / 4)
        canvas.stroke(
          [
            Point(from.x + a * (to.x - from.x), from.y + a * (to.y - from.y)),
            Point(from.x + b * (to.x - from.x), from.y + b * (to.y - from.y)),
          ], Stroke(look.color, width: 0.7))
      }
    }
    let effective = places.filter { $0.effective != nil }
    canvas.stroke(
      effective.map { point($0, $0.effective ?? 1) }, Stroke(look.color, width: 0.9))
    for place in effective {
      if place.interval.count == 2 {
        canvas.stroke(
          place.interval.map { point(place, $0) }, Stroke(look.color, width: 0.9))
      }
      canvas.fill(
        look.marker.outline(at: point(place, place.effective ?? 1), radius: 2.4), look.color)
    }
  }

  private var notes: [String] {
    [
      "Faint thick lines: side of the theoretical field. Dashes: side of a uniform square with the standard deviation that "
        + "arithmetic expects, branches weighed by the recorded attention. Marks: side of the smallest square about the "
        + "theoretical centre with 90 % of the measured field, cut by the picture, with its 95 % interval over pictures."
    ]
      + networks.map { network in
        "\(visible(network.model)) · \(network.input[0]) × \(network.input[1]) pixels · \(network.pictures)."
          + (network.unfinished.map { " " + $0.sentence } ?? "")
      }
  }
}
