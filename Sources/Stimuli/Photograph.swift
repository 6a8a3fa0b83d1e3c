import Pictures

/// A photograph from which views are taken, each resampled once.
struct Photograph {
  /// Colours multiplied by alpha, if it has one.
  let picture: Picture
  /// What shines through, `[size, size, 3]`; not enlarged with the photograph.
  let backdrop: Picture?
  let size: Int
  let filter: Picture.Filter

  init(
    _ picture: Picture, backdrop: @autoclosure () -> Picture, _ specification: StimulusSpecification
  ) {
    self.picture = picture.isTransparent ? picture.premultiplied() : picture.withoutAlpha
    self.backdrop = picture.isTransparent ? backdrop() : nil
    size = specification.size
    filter = specification.filter
  }

  /// The part within a box, at the stimuli's size.
  func view(_ box: Box) -> Picture {
    let view = picture.resampled(width: size, height: size, box: box, filter: filter)
    guard let backdrop else { return view }
    return view.premultipliedComposite(over: backdrop)
  }
}

extension Picture {
  /// The largest central square, its side multiplied by `share`.
  package func centralSquare(share: Double) -> Box {
    let side = Double(min(width, height)) * share
    return Box(
      centerX: Double(width) / 2, centerY: Double(height) / 2, width: side, height: side)
  }

  /// A square of level 128.
  static func gray(size: Int) -> Picture {
    Picture(width: size, height: size, color: (128, 128, 128))
  }
}
