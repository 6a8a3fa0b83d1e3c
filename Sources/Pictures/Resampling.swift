extension Picture {
  /// Resamples a part of the picture, with the integers of Pillow's `resize((width, height), box=…)`.
  ///
  /// Rows first, then columns, each rounded to 8 bits. An alpha is multiplied into the colours
  /// before and divided out after, as Pillow does, so that invisible colours do not bleed.
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
    if hasAlpha {
      return premultiplied().resampled(width: width, height: height, box: box, filter: filter)
        .unpremultiplied()
    }
    return resampled(width: width, height: height, box: box, filter: filter)
  }

  /// Resamples each channel by itself, as a picture wants whose colours carry its alpha already.
  package func resampled(width: Int, height: Int, box: Box, filter: Filter) -> Picture {
    let box = box.clipped(to: bounds)
    precondition(width > 0 && height > 0 && box.width > 0 && box.height > 0)
    let rows = ResamplingWeights(
      source: self.height, from: box.top, to: box.bottom, result: height, filter: filter)
    let columns = ResamplingWeights(
      source: self.width, from: box.left, to: box.right, result: width, filter: filter)
    let narrow = resampledColumns(columns, rows: rows.used)
    return Picture(
      width: width, height: height, channels: channels,
      pixels: resampledRows(rows, of: narrow, rowBytes: width * channels))
  }

  /// The horizontal pass over the rows that the vertical one needs: `[rows, columns, channels]`.
  private func resampledColumns(_ columns: ResamplingWeights, rows: Range<Int>) -> [UInt8] {
    let channels = channels
    let rowBytes = width * channels
    let count = rows.count * columns.starts.count * channels
    return [UInt8](unsafeUninitializedCapacity: count) { out, initialized in
      pixels.withUnsafeBufferPointer { pixels in
        var to = 0
        for row in rows {
          for (i, start) in columns.starts.enumerated() {
            for c in 0..<channels {
              var sum: Int32 = 1 << Int32(ResamplingWeights.precision - 1)
              var from = row * rowBytes + start * channels + c
              for j in i * columns.taps..<i * columns.taps + columns.counts[i] {
                sum &+= Int32(pixels[from]) &* columns.weights[j]
                from += channels
              }
              out[to + c] = UInt8(clamping: sum >> Int32(ResamplingWeights.precision))
            }
            to += channels
          }
        }
      }
      initialized = count
    }
  }

  /// The vertical pass over what the horizontal one left.
  private func resampledRows(
    _ rows: ResamplingWeights, of narrow: [UInt8], rowBytes: Int
  ) -> [UInt8] {
    let count = rows.starts.count * rowBytes
    let origin = rows.used.lowerBound
    return [UInt8](unsafeUninitializedCapacity: count) { out, initialized in
      narrow.withUnsafeBufferPointer { narrow in
        for (i, start) in rows.starts.enumerated() {
          for column in 0..<rowBytes {
            var sum: Int32 = 1 << Int32(ResamplingWeights.precision - 1)
            var from = (start - origin) * rowBytes + column
            for j in i * rows.taps..<i * rows.taps + rows.counts[i] {
              sum &+= Int32(narrow[from]) &* rows.weights[j]
              from += rowBytes
            }
            out[i * rowBytes + column] = UInt8(clamping: sum >> Int32(ResamplingWeights.precision))
          }
        }
      }
      initialized = count
    }
  }
}
