/// Stimuli side by side: a row a control, a column a scale, photographs below each other.
public struct ContactSheet: Figure {
  /// The zoom's or a control's pictures.
  public struct Row: Equatable, Sendable {
    /// What the row is called.
    public let label: String
    /// Pictures by ascending scale, nil where there is none.
    public let pictures: [StimulusImage?]

    /// Describes a row.
    public init(label: String, pictures: [StimulusImage?]) {
      self.label = label
      self.pictures = pictures
    }
  }

  /// A photograph's rows.
  public struct Photograph: Equatable, Sendable {
    /// What it is called.
    public let title: String
    /// The zoom, then its controls.
    public let rows: [Row]

    /// Describes a photograph.
    public init(title: String, rows: [Row]) {
      self.title = title
      self.rows = rows
    }
  }

  /// File name without extension.
  public let name: String
  /// What stands above all.
  public let title: String
  /// The columns, ascending.
  public let scales: [Double]
  /// In order.
  public let photographs: [Photograph]

  /// A sheet of some photographs.
  public init(name: String, title: String, scales: [Double], photographs: [Photograph]) {
    self.name = name
    self.title = title
    self.scales = scales
    self.photographs = photographs
  }

  /// Lays rows and columns out.
  public func drawing(with fonts: Fonts) -> Drawing {
    guard !scales.isEmpty, !photographs.isEmpty else {
      return Page.message(["There is nothing to show."], title: title, fonts: fonts)
    }
    let layout = SheetLayout(sheet: self, fonts: fonts)
    return Drawing(width: Page.width, height: layout.height) { layout.draw(on: $0) }
  }
}

private struct SheetLayout {
  let sheet: ContactSheet
  let fonts: Fonts

  private let titleHeight = 16.0
  private let headHeight = 13.0
  private let gap = 3.0
  private let largestSide = 84.0

  /// Width of the rows' labels.
  private var labelWidth: Double {
    let labels = sheet.photographs.flatMap { $0.rows.map(\.label) }
    return min(96, (labels.map { fonts.width(of: $0, size: TypeSize.label) }.max() ?? 0) + 8)
  }

  private var side: Double {
    let room = Page.contentWidth - labelWidth
    return min(largestSide, room / Double(sheet.scales.count) - gap)
  }

  private func height(_ photograph: ContactSheet.Photograph) -> Double {
    2 * headHeight + Double(photograph.rows.count) * (side + gap) + 6
  }

  var height: Double {
    2 * Page.margin + titleHeight + sheet.photographs.map(height).reduce(0, +)
  }

  func draw(on canvas: any Canvas) {
    let left = Page.margin
    var y = Page.margin
    canvas.write(
      Text(
        fitted(
          sheet.title, width: Page.contentWidth, size: TypeSize.title, isBold: true, fonts: fonts),
        at: Point(left, y), size: TypeSize.title, isBold: true, rise: .top))
    y += titleHeight
    for photograph in sheet.photographs {
      draw(photograph, top: y, on: canvas)
      y += height(photograph)
    }
  }

  private func draw(
    _ photograph: ContactSheet.Photograph, top: Double, on canvas: any Canvas
  ) {
    let left = Page.margin
    canvas.write(
      Text(
        fitted(photograph.title, width: Page.contentWidth, size: TypeSize.label, fonts: fonts),
        at: Point(left, top), rise: .top))
    for (column, scale) in sheet.scales.enumerated() {
      let text = fitted(scaleLabel(scale), width: side, size: TypeSize.tick, fonts: fonts)
      canvas.write(
        Text(
          text, at: Point(x(column) + side / 2, top + headHeight), size: TypeSize.tick,
          color: Palette.faint, alignment: .middle, rise: .top))
    }
    for (index, row) in photograph.rows.enumerated() {
      let y = top + 2 * headHeight + Double(index) * (side + gap)
      canvas.write(
        Text(
          fitted(row.label, width: labelWidth - 4, size: TypeSize.label, fonts: fonts),
          at: Point(left, y + side / 2), rise: .middle))
      guard row.pictures.contains(where: { $0 != nil }) else {
        canvas.write(
          Text(
            fitted(
              "none of this photograph", width: Page.contentWidth - labelWidth,
              size: TypeSize.tick, fonts: fonts),
            at: Point(x(0), y + side / 2), size: TypeSize.tick, color: Palette.faint,
            rise: .middle))
        continue
      }
      for (column, picture) in row.pictures.prefix(sheet.scales.count).enumerated() {
        let frame = Rect(x: x(column), y: y, width: side, height: side)
        if let picture, picture.isWhole {
          canvas.draw(picture, in: frame)
        } else {
          canvas.outline(frame, Stroke(Palette.grid, width: 0.5))
        }
      }
    }
  }

  private func x(_ column: Int) -> Double {
    Page.margin + labelWidth + Double(column) * (side + gap)
  }
}
