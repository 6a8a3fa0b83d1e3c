import Pictures

/// A photograph scaled about a point and resampled once, as far as it covers some pixels of a view.
struct ScaledLayer {
  /// The pixels of the stimulus that it covers.
  let covered: PixelRectangle
  /// `[covered.rows, covered.columns]`.
  let picture: Picture

  /// Scales a photograph about the centre of a box in source pixels.
  ///
  /// - Returns: Nil if nothing of it lies within the rectangle.
  init?(
    of photograph: Photograph, scale: Double, aboutCenterOf part: Box,
    within rectangle: PixelRectangle, view: View
  ) {
    let center = view.toStimulus(part)
    // Only what the photograph has can be resampled.
    let whole = view.toStimulus(photograph.picture.bounds)
      .scaled(by: scale, aboutCenterOf: center)
    covered = PixelRectangle(inside: whole, size: view.size).clamped(to: rectangle)
    guard !covered.isEmpty else { return nil }
    let source = view.toSource(covered.box.scaled(by: 1 / scale, aboutCenterOf: center))
    picture = photograph.resampled(
      width: covered.columns.count, height: covered.rows.count, box: source)
  }

  /// Scales a photograph's mirror image, left and right exchanged about the centre of a box; beyond its
  /// edges it goes on as its own mirror image.
  init?(
    turning photograph: Photograph, scale: Double, aboutCenterOf part: Box,
    within rectangle: PixelRectangle, view: View
  ) {
    covered = rectangle
    guard !covered.isEmpty else { return nil }
    let center = view.toStimulus(part)
    let source = view.toSource(covered.box.scaled(by: 1 / scale, aboutCenterOf: center))
    func sampling(_ from: Double, _ to: Double, _ count: Int) -> AxisSampling {
      AxisSampling(from: from, to: to, result: count, blur: photograph.blur, isMirrored: true)
    }
    picture = photograph.resampled(
      columns: sampling(
        2 * part.centerX - source.left, 2 * part.centerX - source.right, covered.columns.count),
      rows: sampling(source.top, source.bottom, covered.rows.count))
  }

  private init(covered: PixelRectangle, picture: Picture) {
    self.covered = covered
    self.picture = picture
  }

  /// The same layer, its detail reduced by a factor.
  func blurred(by factor: Double, filter: Picture.Filter) -> ScaledLayer {
    ScaledLayer(covered: covered, picture: picture.blurred(by: factor, filter: filter))
  }

  /// Where a pixel of the stimulus lies in the layer's levels; beyond its edge, the nearest one.
  func index(column: Int, row: Int) -> Int {
    let x = min(max(column, covered.columns.lowerBound), covered.columns.upperBound - 1)
    let y = min(max(row, covered.rows.lowerBound), covered.rows.upperBound - 1)
    return picture.channels
      * ((y - covered.rows.lowerBound) * picture.width + x - covered.columns.lowerBound)
  }
}
