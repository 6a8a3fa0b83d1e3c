import Networks

/// A residual unit as a flow from left to right: split, fuse and select, after the paper's figure 1.
struct UnitDiagram {
  let architecture: Architecture
  let fonts: Fonts

  /// Height in points.
  var height: Double {
    laneTop + Double(architecture.branches.count) * rowHeight
      + (architecture.hasAttention ? fuseHeight : 0)
  }

  private let laneTop = 17.0
  private let rowHeight = 36.0
  private let fuseHeight = 34.0

  // Places along the flow, in points from the left edge.
  private let split = 82.0
  private let kernel = 94.0
  private let gather = 226.0
  private let weigh = 366.0
  private let join = 388.0
  private let expand = 408.0

  private var hasReduce: Bool { architecture.block != .basic }
  private var isShuffled: Bool { architecture.block == .shuffle }

  func draw(at origin: Point, on canvas: any Canvas) {
    let flow = Flow(canvas: canvas, origin: origin)
    let rows = architecture.branches.indices.map { laneTop + (Double($0) + 0.5) * rowHeight }
    let middle = laneTop + Double(rows.count) * rowHeight / 2
    drawInput(middle, flow)
    for (m, y) in rows.enumerated() {
      if rows.count > 1 { flow.line([(split, middle), (split, y)]) }
      flow.arrow([(split, y), (kernel, y)])
      drawBranch(m, y, flow)
    }
    if rows.count > 1 {
      if let first = rows.first, let last = rows.last {
        flow.line([(join, first), (join, last)])
      }
      flow.operation(.plus, (join, middle))
      flow.text(architecture.hasAttention ? "V" : "U", (join + 12, middle - 7), .middle)
    }
    if architecture.hasAttention { drawGate(rows, flow) }
    flow.arrow([(rows.count > 1 ? join + 4.5 : join, middle), (expand, middle)])
    drawOutput(middle, flow)
  }

  private func drawInput(_ middle: Double, _ flow: Flow) {
    flow.text("X", (4, middle), .middle)
    flow.arrow([(10, middle), (hasReduce ? 28 : split, middle)], hasHead: hasReduce)
    if hasReduce {
      flow.box(Rect(x: 28, y: middle - 13, width: 40, height: 26), ["1×1", "to C"])
      flow.line([(68, middle), (split, middle)])
    }
  }

  /// The kernel's taps in the square that they span, and what they are.
  private func drawBranch(_ m: Int, _ y: Double, _ flow: Flow) {
    let branch = architecture.branches[m]
    let side = 26.0
    let frame = Rect(x: kernel, y: y - side / 2, width: side, height: side)
    // Beyond this a tap is no larger than a dot of the printer's.
    if branch.size <= 31 {
      let cell = side / Double(branch.size)
      for row in 0..<branch.kernel {
        for column in 0..<branch.kernel {
          flow.fill(
            Rect(
              x: frame.x + Double(column * branch.dilation) * cell,
              y: frame.y + Double(row * branch.dilation) * cell, width: cell, height: cell),
            branchColor(m).opacity(0.75))
        }
      }
      for line in 1..<max(branch.size, 2) where branch.size <= 15 {
        let at = Double(line) * cell
        flow.line(
          [(frame.x + at, frame.y), (frame.x + at, frame.bottom)], Stroke(Palette.grid, width: 0.4))
        flow.line(
          [(frame.x, frame.y + at), (frame.right, frame.y + at)], Stroke(Palette.grid, width: 0.4))
      }
    }
    flow.outline(frame, branchColor(m))
    let dilation = branch.dilation > 1 ? ", D \(branch.dilation)" : ""
    let lines = [
      "\(branch.kernel)×\(branch.kernel)\(dilation), \(cardinality(of: branch))",
      "spans \(branch.size)×\(branch.size)"
        + (architecture.splitInput ? ", sees C / \(architecture.branches.count)" : ""),
    ]
    let start = frame.right + 5
    let room = gather - 6 - start
    for (index, line) in lines.enumerated() {
      flow.text(
        fitted(line, width: room, size: TypeSize.tick, fonts: fonts),
        (start, y + (index == 0 ? -5 : 5)), .start,
        color: index == 0 ? Palette.ink : Palette.faint)
    }
    // The flow goes on behind the words.
    let ends = lines.map { fonts.width(of: $0, size: TypeSize.tick) }.max() ?? 0
    let end = architecture.hasAttention ? weigh - 4.5 : join
    flow.line([(start + min(room, ends) + 5, y), (end, y)])
    if architecture.hasAttention {
      flow.operation(.times, (weigh, y))
      flow.text(attentionName(m), (weigh - 9, y - 6), .end, color: branchColor(m))
      flow.line([(weigh + 4.5, y), (join, y)])
    }
  }

  private func cardinality(of branch: Architecture.Branch) -> String {
    let widest = architecture.stages.map(\.width).max() ?? 0
    return isShuffled && branch.groups >= widest ? "depthwise" : "G \(branch.groups)"
  }

  /// Fuse and select: the branches' sum, its mean over the map, z, and the attention.
  private func drawGate(_ rows: [Double], _ flow: Flow) {
    let y = laneTop + Double(rows.count) * rowHeight + fuseHeight / 2 - 1
    for row in rows { flow.dot((gather, row)) }
    flow.line([(gather, rows.first ?? y), (gather, y - 4.5)])
    flow.operation(.plus, (gather, y))
    flow.text("U", (gather - 8, y), .end)
    let boxes = [
      (240.0, 43.0, isLocal ? ["at each", "position"] : ["mean", "over H×W"]),
      (290.0, 37.0, ["1×1", "to d"]),
      (
        334.0, 64.0,
        architecture.gate == .sigmoid
          ? ["a sigmoid", "a branch"] : ["softmax over", "the branches"]
      ),
    ]
    var from = gather + 4.5
    for (x, width, lines) in boxes {
      flow.arrow([(from, y), (x, y)])
      flow.box(Rect(x: x, y: y - 12, width: width, height: 24), lines)
      from = x + width
    }
    // One line up to the last weight, through the others.
    let stops = rows.reversed()
    var below = y - 12
    for row in stops {
      flow.arrow([(weigh, below), (weigh, row + 4.5)])
      below = row - 4.5
    }
    flow.text(
      fitted(
        attentionWidth, width: Page.contentWidth - from - 6, size: TypeSize.tick, fonts: fonts),
      (from + 6, y), .start, color: Palette.faint)
  }

  private var isLocal: Bool { architecture.attentionScope == .position }

  /// Equation 4, or d by stage where a stage has its own.
  private var attentionWidth: String {
    let stages = architecture.stages
    guard stages.contains(where: { $0.attentionWidth != nil }) else {
      return "d = max(C / \(architecture.reduction), \(architecture.minimum))"
        + (architecture.attentionScope == .shared ? "; one weight a branch" : "")
    }
    let widths = stages.indices.compactMap { stage in
      architecture.units.first { $0.stageIndex == stage }?.attentionWidth
    }
    return "d = " + widths.map(String.init).joined(separator: ", ")
  }

  private func drawOutput(_ middle: Double, _ flow: Flow) {
    let kernel = hasReduce ? "1×1" : "3×3"
    let width = architecture.squeezeExcitation == nil ? 34.0 : 24
    flow.box(Rect(x: expand, y: middle - 13, width: width, height: 26), [kernel])
    var x = expand + width
    if architecture.squeezeExcitation != nil {
      flow.arrow([(x, middle), (x + 8, middle)])
      flow.box(Rect(x: x + 8, y: middle - 13, width: 20, height: 26), ["SE"])
      x += 28
    }
    flow.arrow([(x, middle), (471.5, middle)])
    flow.operation(isShuffled ? .join : .plus, (476, middle))
    flow.arrow([(480.5, middle), (492, middle)])
    // The shortcut passes above everything.
    let top = 9.0
    flow.arrow([(18, middle), (18, top), (476, top), (476, middle - 4.5)])
    flow.text(
      isShuffled ? "half of the channels" : "shortcut", (246, top - 6), .middle,
      color: Palette.faint)
    if isShuffled { flow.text("shuffle", (476, middle + 11), .middle, color: Palette.faint) }
  }

  /// a, b, c … as in equations 5 and 6.
  private func attentionName(_ branch: Int) -> String {
    String(UnicodeScalar(UInt8(97 + branch % 26)))
  }
}
