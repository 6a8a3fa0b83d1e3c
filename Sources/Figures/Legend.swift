/// What a figure's marks stand for, in rows of at most a given width.
package struct Legend {
  /// A sign and its meaning.
  package struct Entry {
    /// How the sign looks.
    package enum Sign {
      /// A line, with the marks on it if it has any.
      case line(Color, Marker?)
      case interval(Color, Marker)
      case mark(Color, Marker)
      case patch(Color)
    }

    package var sign: Sign
    package var label: String
  }

  private let rows: [[(entry: Entry, x: Double)]]
  /// Height of all rows in points.
  package let height: Double

  package init(_ entries: [Entry], width: Double, fonts: Fonts) {
    var rows: [[(entry: Entry, x: Double)]] = []
    var x = Double.infinity
    for entry in entries {
      let needed = Self.signWidth + fonts.width(of: entry.label, size: TypeSize.label)
      if x + needed > width {
        rows.append([])
        x = 0
      }
      rows[rows.count - 1].append((entry, x))
      x += needed + Self.gap
    }
    self.rows = rows
    height = Double(rows.count) * Self.rowHeight
  }

  /// Draws the legend with its upper left corner at `origin`.
  func draw(at origin: Point, on canvas: any Canvas) {
    for (index, row) in rows.enumerated() {
      let middle = origin.y + (Double(index) + 0.5) * Self.rowHeight
      for (entry, x) in row {
        let left = origin.x + x
        draw(entry.sign, at: Point(left + Self.signWidth / 2 - 2, middle), on: canvas)
        canvas.write(Text(entry.label, at: Point(left + Self.signWidth, middle), rise: .middle))
      }
    }
  }

  private func draw(_ sign: Entry.Sign, at centre: Point, on canvas: any Canvas) {
    switch sign {
    case .line(let color, let marker):
      canvas.stroke(
        [Point(centre.x - 7, centre.y), Point(centre.x + 7, centre.y)], Stroke(color, width: 1.2))
      guard let marker else { return }
      canvas.fill(marker.outline(at: centre, radius: 2.2), color)
    case .interval(let color, let marker):
      canvas.stroke(
        [Point(centre.x, centre.y - 5), Point(centre.x, centre.y + 5)], Stroke(color, width: 1))
      canvas.fill(marker.outline(at: centre, radius: 2.4), color)
    case .mark(let color, let marker):
      canvas.fill(marker.outline(at: centre, radius: 3.4), color)
    case .patch(let color):
      canvas.fill(Rect(x: centre.x - 7, y: centre.y - 4, width: 14, height: 8), color)
    }
  }

  private static let signWidth = 20.0
  private static let gap = 14.0
  private static let rowHeight = 12.0
}
