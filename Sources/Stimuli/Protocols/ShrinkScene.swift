import Pictures

/// The shrink protocol: the whole view at a scale of 1 or less, going on as its own mirror image.
struct ShrinkScene: Scene {
  let photograph: Photograph
  let view: View
  let target: Box?
  /// The view alone, in whole pixels.
  private let canvas: Photograph
  /// Where the view lies on it.
  private let box: Box

  init(_ photograph: Photograph, view: View, target: Box?) {
    self.photograph = photograph
    self.view = view
    self.target = target
    let picture = photograph.picture
    let pixels = PixelRectangle(
      touching: view.box, width: picture.width, height: picture.height)
    canvas = photograph.showing(picture.cropped(to: pixels))
    let (x, y) = (Double(pixels.columns.lowerBound), Double(pixels.rows.lowerBound))
    box = Box(
      left: view.box.left - x, top: view.box.top - y, right: view.box.right - x,
      bottom: view.box.bottom - y)
  }

  func zoomed(to scale: Double) -> Picture { zoomed(to: scale, blur: 0) }

  func zoomed(to scale: Double, sharpAs spread: PointSpread) -> Picture {
    zoomed(to: scale, blur: spread.blur(at: scale))
  }

  private func zoomed(to scale: Double, blur: Double) -> Picture {
    let shown = box.scaled(by: 1 / scale)
    func sampling(_ from: Double, _ to: Double) -> AxisSampling {
      AxisSampling(from: from, to: to, result: view.size, blur: blur, isMirrored: true)
    }
    return photograph.composited(
      canvas.resampled(
        columns: sampling(shown.left, shown.right), rows: sampling(shown.top, shown.bottom)))
  }

  func replacing(_ photograph: Photograph) -> any Scene {
    ShrinkScene(photograph, view: view, target: target)
  }
}
