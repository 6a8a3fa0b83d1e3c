/// Loss and accuracy of a training against its epochs.
public struct TrainingCurve: Figure {
  /// Both at the end of an epoch.
  public struct Point: Equatable, Sendable {
    /// Epochs that have passed.
    public var epoch: Double
    /// Mean loss in nats.
    public var loss: Double
    /// Share that is told right, 0 to 1.
    public var top1: Double

    /// Joins the values.
    public init(epoch: Double, loss: Double, top1: Double) {
      self.epoch = epoch
      self.loss = loss
      self.top1 = top1
    }
  }

  /// A part of the run with pictures of one size.
  public struct Phase: Equatable, Sendable {
    /// Side of the pictures in pixels.
    public var size: Int
    /// Length of the part.
    public var epochs: Double

    /// Joins the values.
    public init(size: Int, epochs: Double) {
      self.size = size
      self.epochs = epochs
    }
  }

  private let model: String
  private let epochs: Double
  private let training: [Point]
  private let validation: [Point]
  private let phases: [Phase]

  /// A figure of a run, whole or as far as it is.
  ///
  /// - Parameters:
  ///   - model: What is trained.
  ///   - epochs: Length of the whole run.
  ///   - training: What the pictures to learn from came to as they were shown.
  ///   - validation: What the pictures to validate with came to.
  ///   - phases: The pictures' sizes in turn.
  public init(
    model: String, epochs: Double, training: [Point], validation: [Point], phases: [Phase]
  ) {
    self.model = model
    self.epochs = epochs
    self.training = training
    self.validation = validation
    self.phases = phases
  }

  /// `training-curve`.
  public var name: String { "training-curve" }

  /// Lays the loss out on the left, the accuracy on the right.
  public func drawing(with fonts: Fonts) -> Drawing {
    guard !training.isEmpty, epochs > 0 else {
      return Page.message(
        ["No epoch is finished yet."], title: "Training of \(model)", fonts: fonts)
    }
    let legend = Legend(
      [(Series.training, training), (.validation, validation)].filter { !$0.1.isEmpty }
        .map { .init(sign: .line($0.0.color, $0.0.marker), label: $0.0.label) },
      width: Page.contentWidth, fonts: fonts)
    let notes = Notes(self.notes, width: Page.contentWidth, fonts: fonts)
    let top = Page.margin + legend.height + 7
    let half = (Page.contentWidth - 14) / 2
    let plots = [
      plot("Loss", "cross-entropy (nats)", \.loss, x: Page.margin, width: half, top, fonts),
      plot(
        "Accuracy", "top-1 accuracy (%)", { 100 * $0.top1 }, x: Page.margin + half + 14,
        width: half, top, fonts),
    ]
    let end = top + CurvePlot.height + 8
    return Drawing(width: Page.width, height: end + notes.height + Page.margin) { canvas in
      legend.draw(at: Point2(Page.margin, Page.margin), on: canvas)
      for plot in plots { plot.draw(on: canvas) }
      notes.draw(at: Point2(Page.margin, end), on: canvas)
    }
  }

  private typealias Point2 = Figures.Point

  private enum Series {
    case training, validation

    var label: String { self == .training ? "training" : "validation" }
    var color: Color { self == .training ? Palette.orange : Palette.blue }
    var marker: Marker { self == .training ? .square : .circle }
  }

  private func plot(
    _ title: String, _ axisTitle: String, _ value: (Point) -> Double, x: Double, width: Double,
    _ top: Double, _ fonts: Fonts
  ) -> CurvePlot {
    CurvePlot(
      title: title, axisTitle: axisTitle, epochs: epochs, phases: phases,
      lines: [(Series.training, training), (.validation, validation)].map { series, points in
        CurvePlot.Line(
          color: series.color, marker: series.marker,
          points: points.map { ($0.epoch, value($0)) })
      }, x: x, width: width, top: top, fonts: fonts)
  }

  private var notes: [String] {
    var lines = [
      "\(model). Training: means over each epoch of the pictures as they were shown, varied and with"
        + " smoothed labels, where the recipe says so. Validation: at the epoch’s end, the pictures"
        + " prepared as every command prepares them."
    ]
    if phases.count > 1 {
      lines.append(
        "Shaded bands: parts of the run, headed by the side of their pictures in pixels.")
    }
    return lines
  }
}

/// One measure against epochs.
private struct CurvePlot {
  struct Line {
    let color: Color
    let marker: Marker
    let points: [(epoch: Double, value: Double)]
  }

  static let height = titleHeight + headHeight + frameHeight + footHeight
  private static let titleHeight = 13.0
  private static let headHeight = 11.0
  private static let frameHeight = 150.0
  private static let footHeight = 24.0

  let title: String
  let axisTitle: String
  let phases: [TrainingCurve.Phase]
  let lines: [Line]
  let fonts: Fonts
  let axes: Axes
  private let top: Double

  init(
    title: String, axisTitle: String, epochs: Double, phases: [TrainingCurve.Phase],
    lines: [Line], x: Double, width: Double, top: Double, fonts: Fonts
  ) {
    self.title = title
    self.axisTitle = axisTitle
    self.phases = phases
    self.lines = lines
    self.fonts = fonts
    self.top = top
    let axis = ValueAxis(
      covering: lines.flatMap { $0.points.map(\.value) }, includesZero: false,
      length: Self.frameHeight)
    let left = x + axis.labelWidth(fonts) + 18
    axes = Axes(
      frame: Rect(
        x: left, y: top + Self.titleHeight + Self.headHeight, width: x + width - left,
        height: Self.frameHeight),
      x: 0...1.02 * epochs, y: axis)
  }

  func draw(on canvas: any Canvas) {
    let frame = axes.frame
    canvas.write(
      Text(
        fitted(title, width: frame.width, size: TypeSize.label, isBold: true, fonts: fonts),
        at: Point(frame.x, top), size: TypeSize.label, isBold: true, rise: .top))
    drawPhases(on: canvas)
    axes.drawValues(on: canvas)
    axes.drawTitle(axisTitle, distance: axes.y.labelWidth(fonts) + 7, fonts: fonts, on: canvas)
    canvas.clip(to: frame) {
      for line in lines { draw(line, on: canvas) }
    }
    axes.drawEdges(on: canvas)
    drawEpochs(on: canvas)
  }

  /// Bands behind every other part, its pictures' side above each where there is room.
  private func drawPhases(on canvas: any Canvas) {
    guard phases.count > 1 else { return }
    let frame = axes.frame
    var start = 0.0
    for (index, phase) in phases.enumerated() {
      let left = axes.xPosition(start)
      start += phase.epochs
      let right = min(axes.xPosition(start), frame.right)
      guard right > left else { continue }
      if index.isMultiple(of: 2) {
        canvas.fill(
          Rect(
            x: left, y: frame.y - Self.headHeight, width: right - left,
            height: frame.height + Self.headHeight), Palette.band)
      }
      let label = ["\(phase.size) px", "\(phase.size)"].first {
        fonts.width(of: $0, size: TypeSize.tick) + 2 <= right - left
      }
      guard let label else { continue }
      canvas.write(
        Text(
          label, at: Point((left + right) / 2, frame.y - Self.headHeight + 2),
          size: TypeSize.tick, color: Palette.faint, alignment: .middle, rise: .top))
    }
  }

  private func draw(_ line: Line, on canvas: any Canvas) {
    for run in drawableRuns(line.points.map(\.value)) {
      canvas.stroke(
        run.map { axes.point(line.points[$0].epoch, line.points[$0].value) },
        Stroke(line.color, width: 1.1))
    }
    // Where marks would run into each other, the line says it all.
    guard line.points.count <= 40 else { return }
    for point in line.points where point.value.isDrawable {
      canvas.fill(
        line.marker.outline(at: axes.point(point.epoch, point.value), radius: 1.8), line.color)
    }
  }

  private func drawEpochs(on canvas: any Canvas) {
    let frame = axes.frame
    let ticks = Ticks(in: axes.x, atMost: 8)
    for (value, label) in zip(ticks.values, ticks.labels) {
      let x = axes.xPosition(value)
      canvas.stroke(
        [Point(x, frame.bottom), Point(x, frame.bottom + 2.5)], Stroke(Palette.frame, width: 0.7))
      canvas.write(
        Text(
          label, at: Point(x, frame.bottom + 4), size: TypeSize.tick, alignment: .middle,
          rise: .top))
    }
    canvas.write(
      Text(
        "epochs", at: Point(frame.middle.x, frame.bottom + 14), alignment: .middle, rise: .top))
  }
}
