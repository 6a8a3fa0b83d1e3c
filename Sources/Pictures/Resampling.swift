extension Picture {
  /// Resamples a part of the picture, with the integers of Pillow's `resize((width, height), box=…)`.
  ///
  /// Along the rows first, then along the columns, each rounded to 8 bits. (Pillow 13 takes the columns
  /// first where width grows and height shrinks, which moves some pixels by a level.) An alpha is
  /// multiplied into the colours before and divided out after, so that invisible colours do not
  /// bleed.
  ///
  /// - Parameters:
  ///   - width: Columns of the result, at least 1.
  ///   - height: Rows of the result, at least 1.
  ///   - box: The part, within the picture (it is clipped to it); its edges need not be whole.
  ///   - filter: Antialiased resampling filter.
  /// - Returns: A picture of `width` × `height` with as many channels.
  /// - Precondition: The box shares some area with the picture.
  /// - Complexity: `box.width·box.height·support/scaleX + width·height·support·scaleY`, where scale is
  ///   source pixels a result pixel, at least 1.
  public func resized(width: Int, height: Int, box: Box, filter: Filter = .bicubic) -> Picture {
    if width == self.width && height == self.height && box == bounds { return self }
    if hasAlpha {
      return premultiplied().resampled(width: width, height: height, box: box, filter: filter)
        .unpremultiplied()
    }
    return resampled(width: width, height: height, box: box, filter: filter)
  }

  /// Resamples each channel by itself, as a picture wants whose colours carry its alpha already.
  package func resampled(width: Int, height: Int, box: Box, filter: Filter) -> Picture {
    let (columns, rows) = ResamplingWeights.of(
      box, in: (self.width, self.height), to: (width, height), filter: filter)
    return resampled(columns: columns, rows: rows)
  }

  /// Weighs rows' pixels, then columns'.
  func resampled(columns: ResamplingWeights, rows: ResamplingWeights) -> Picture {
    let narrow = RowPairs(of: self, rows: rows.used, weighedBy: columns)
    return Picture(
      width: columns.starts.count, height: rows.starts.count, channels: channels,
      pixels: narrow.weighed(by: rows))
  }
}

extension ResamplingWeights {
  /// Weights of both sides for a part of a picture.
  static func of(
    _ box: Box, in source: (width: Int, height: Int), to result: (width: Int, height: Int),
    filter: Picture.Filter
  ) -> (columns: ResamplingWeights, rows: ResamplingWeights) {
    let bounds = Box(
      left: 0, top: 0, right: Double(source.width), bottom: Double(source.height))
    let box = box.clipped(to: bounds)
    precondition(result.width > 0 && result.height > 0 && box.width > 0 && box.height > 0)
    return (
      ResamplingWeights(
        source: source.width, from: box.left, to: box.right, result: result.width, filter: filter),
      ResamplingWeights(
        source: source.height, from: box.top, to: box.bottom, result: result.height, filter: filter)
    )
  }
}
