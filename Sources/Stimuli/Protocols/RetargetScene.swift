import Pictures

/// The retarget protocol: the target magnified, the rest of the view compressed, nothing leaving it.
struct RetargetScene: Scene {
  let photograph: Photograph
  let view: View
  let target: Box?
  /// The target within the view.
  private let part: Box
  private let scales: [Double]

  /// - Throws: `StimulusError.picture` if the target lies outside of the view, or is too large for the
  ///   largest scale.
  init(
    _ photograph: Photograph, target: Box, view: View, scales: [Double], name: String
  ) throws(StimulusError) {
    self.photograph = photograph
    self.view = view
    self.target = target
    self.scales = scales
    part = target.clipped(to: view.box)
    guard part.width > 0, part.height > 0 else {
      throw .picture(name: name, reason: "its target lies outside of the view")
    }
    guard let largest = scales.last, axes(largest) == nil else { return }
    let side = view.box.width
    let possible =
      [(part.left, part.right, view.box.left), (part.top, part.bottom, view.box.top)]
      .map { RetargetMap.largestScale(length: side, start: $0 - $2, end: $1 - $2) }.min() ?? 1
    let share = Int((100 * max(part.width, part.height) / side).rounded())
    let most = Double(Int(max(possible, 1) * 100)) / 100
    throw .picture(
      name: name,
      reason:
        "its target takes \(share) % of the view's side: at \(largest)× too little is left for"
        + " the background; up to \(most)× it fits")
  }

  /// The maps of columns and of rows, in source pixels from the view's corner.
  private func axes(_ scale: Double) -> (columns: RetargetMap, rows: RetargetMap)? {
    let side = view.box.width
    guard
      let columns = RetargetMap(
        length: side, start: part.left - view.box.left, end: part.right - view.box.left,
        scale: scale),
      let rows = RetargetMap(
        length: side, start: part.top - view.box.top, end: part.bottom - view.box.top, scale: scale)
    else { return nil }
    return (columns, rows)
  }

  func zoomed(to scale: Double) -> Picture { zoomed(to: scale, spread: nil) }

  /// Every place is as sharp as at the scale at which it is largest.
  func zoomed(to scale: Double, sharpAs spread: PointSpread) -> Picture {
    zoomed(to: scale, spread: spread)
  }

  private func zoomed(to scale: Double, spread: PointSpread?) -> Picture {
    guard let axes = axes(scale), let first = self.axes(scales[0]),
      let last = self.axes(scales[scales.count - 1])
    else { return photograph.view(view.box) }
    func sampling(
      _ map: RetargetMap, _ least: RetargetMap, _ most: RetargetMap, from origin: Double
    ) -> AxisSampling {
      let edges = (0...view.size).map { map.source(of: Double($0) / view.magnification) }
      let blur = spread.map { spread in
        zip(edges, edges.dropFirst()).map { edge, next in
          let middle = (edge + next) / 2
          return spread.blur(
            at: map.magnification(at: middle),
            largest: max(least.magnification(at: middle), most.magnification(at: middle)))
        }
      }
      return AxisSampling(edges: edges.map { origin + $0 }, blur: blur ?? [])
    }
    return photograph.composited(
      photograph.resampled(
        columns: sampling(axes.columns, first.columns, last.columns, from: view.box.left),
        rows: sampling(axes.rows, first.rows, last.rows, from: view.box.top)))
  }

  func replacing(_ photograph: Photograph) -> any Scene {
    RetargetScene(photograph, like: self, part: part)
  }

  /// The same photograph with another part magnified, as large as the target.
  func magnifying(_ part: Box) -> RetargetScene {
    RetargetScene(photograph, like: self, part: part)
  }

  private init(_ photograph: Photograph, like other: RetargetScene, part: Box) {
    self.photograph = photograph
    view = other.view
    target = other.target
    scales = other.scales
    self.part = part
  }
}
