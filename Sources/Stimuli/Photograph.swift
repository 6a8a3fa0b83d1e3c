import Pictures

/// A photograph from which views are taken, each resampled once.
struct Photograph {
  /// Colours multiplied by alpha, if it has one.
  let picture: Picture
  /// What shines through, `[size, size, 3]`; not enlarged with the photograph.
  let backdrop: Picture?
  let size: Int
  let filter: Picture.Filter
  /// Standard deviation of the Gaussian that goes before the resampling, in source pixels.
  private(set) var blur = 0.0

  init(
    _ picture: Picture, backdrop: @autoclosure () -> Picture, _ specification: StimulusSpecification
  ) {
    self.picture = picture.isTransparent ? picture.premultiplied() : picture.withoutAlpha
    self.backdrop = picture.isTransparent ? backdrop() : nil
    size = specification.size
    filter = specification.filter
  }

  private init(_ picture: Picture, backdrop: Picture?, like other: Photograph) {
    self.picture = picture
    self.backdrop = backdrop
    size = other.size
    filter = other.filter
  }

  /// Another picture with as many channels, to be shown as this one is.
  func showing(_ picture: Picture) -> Photograph {
    Photograph(picture, backdrop: picture.hasAlpha ? backdrop : nil, like: self)
  }

  /// The same, filtered by a Gaussian before it is resampled.
  func blurred(by sigma: Double) -> Photograph {
    var blurred = self
    blurred.blur = sigma
    return blurred
  }

  /// The part within a box, at the stimuli's size.
  func view(_ box: Box) -> Picture {
    composited(resampled(width: size, height: size, box: box))
  }

  /// The part within a box; colours stay multiplied by alpha.
  func resampled(width: Int, height: Int, box: Box) -> Picture {
    guard blur > 0 else {
      return picture.resampled(width: width, height: height, box: box, filter: filter)
    }
    return resampled(
      columns: AxisSampling(from: box.left, to: box.right, result: width, blur: blur),
      rows: AxisSampling(from: box.top, to: box.bottom, result: height, blur: blur))
  }

  /// A warped part; colours stay multiplied by alpha.
  func resampled(columns: AxisSampling, rows: AxisSampling) -> Picture {
    picture.resampled(columns: columns, rows: rows, filter: filter)
  }

  /// A view of it, laid over what shines through.
  func composited(_ view: Picture) -> Picture {
    guard let backdrop else { return view }
    return view.premultipliedComposite(over: backdrop)
  }
}

extension Box {
  /// The largest central square, its side multiplied by `share`.
  func centralSquare(share: Double) -> Box {
    let side = min(width, height) * share
    return Box(centerX: centerX, centerY: centerY, width: side, height: side)
  }
}

extension Picture {
  /// The largest central square, its side multiplied by `share`.
  package func centralSquare(share: Double) -> Box { bounds.centralSquare(share: share) }

  /// A square of level 128.
  static func gray(size: Int) -> Picture {
    Picture(width: size, height: size, color: (128, 128, 128))
  }

  /// The pixels of a rectangle within the picture.
  func cropped(to rectangle: PixelRectangle) -> Picture {
    var cropped: [UInt8] = []
    cropped.reserveCapacity(rectangle.rows.count * rectangle.columns.count * channels)
    for row in rectangle.rows {
      let start = row * width
      cropped +=
        pixels[
          (start + rectangle.columns.lowerBound) * channels..<(start + rectangle.columns.upperBound)
            * channels]
    }
    return Picture(
      width: rectangle.columns.count, height: rectangle.rows.count, channels: channels,
      pixels: cropped)
  }

  /// Root mean square of the differences of levels from a picture of the same size.
  func rootMeanSquareDifference(from other: Picture) -> Double {
    var sum = 0
    for (a, b) in zip(pixels, other.pixels) {
      let difference = Int(a) - Int(b)
      sum += difference * difference
    }
    return (Double(sum) / Double(pixels.count)).squareRoot()
  }
}
