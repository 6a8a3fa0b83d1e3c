/// An encoded picture whose rows come upright and in order, so that views of it are made without ever
/// holding the whole.
///
/// Goals in order: the pixels of `Picture.resampled` of the decoded picture; memory of a row, and of the
/// view's width times the source's height.
package struct PictureRows {
  /// Columns.
  package let width: Int
  /// Rows.
  package let height: Int
  private let channels: Int
  private let name: String
  private let read: (any RowTaker) throws(DecodingFault) -> Void

  /// Looks at the bytes of a JPEG or PNG file.
  ///
  /// - Returns: Nil for what is turned, or is or may be interlaced: it has to be decoded whole.
  /// - Throws: `PictureError` as decoding does, for what the header alone shows.
  package init?(
    _ bytes: [UInt8], named name: String, limits: DecodingLimits
  ) throws(PictureError) {
    self.name = name
    do throws(DecodingFault) {
      switch try EncodedFormat(of: bytes) {
      case .png:
        let header = try bytes.withUnsafeBufferPointer { bytes throws(DecodingFault) in
          PNG.mayBeTurned(bytes) ? nil : try PNG.header(bytes, limits: limits)
        }
        guard let header, header.isInterlaced == 0 else { return nil }
        (width, height) = (Int(header.width), Int(header.height))
        channels = Int(header.channels)
        read = { taker throws(DecodingFault) in
          _ = try bytes.withUnsafeBufferPointer { bytes throws(DecodingFault) in
            try PNG.read(bytes, header, rowsTo: taker)
          }
        }
      case .jpeg:
        let header = try bytes.withUnsafeBufferPointer { bytes throws(DecodingFault) in
          Orientation(JPEG.metadata(bytes)) == .upright
            ? try JPEG.header(bytes, limits: limits) : nil
        }
        guard let header else { return nil }
        (width, height) = (Int(header.width), Int(header.height))
        channels = 3
        try limits.check(decoded: 0, held: Int(header.heldBytes))
        read = { taker throws(DecodingFault) in
          try bytes.withUnsafeBufferPointer { bytes throws(DecodingFault) in
            try JPEG.read(bytes, header, limits: limits, rowsTo: taker)
          }
        }
      }
    } catch {
      throw PictureError(path: name, reason: error.reason)
    }
  }

  /// The whole picture.
  package var bounds: Box { Box(left: 0, top: 0, right: Double(width), bottom: Double(height)) }

  /// Decodes the picture and resamples parts of it.
  ///
  /// - Parameters:
  ///   - boxes: The parts; each shares some area with the picture.
  ///   - size: Side of the views in pixels.
  ///   - filter: Antialiased resampling filter.
  /// - Returns: The views, `[size, size, 3]`; if any pixel of the picture lets something behind it
  ///   through, `[size, size, 4]`, colours multiplied by alpha.
  /// - Throws: `PictureError` as decoding does.
  package func views(
    _ boxes: [Box], size: Int, filter: Picture.Filter
  ) throws(PictureError) -> [Picture] {
    let views = ViewSampler(
      boxes.map {
        RowResampler(
          sourceWidth: width, sourceHeight: height, channels: channels, width: size, height: size,
          box: $0, filter: filter)
      })
    do throws(DecodingFault) {
      try read(views)
    } catch {
      throw PictureError(path: name, reason: error.reason)
    }
    return views.pictures
  }
}

/// Resamples parts of one picture side by side.
private final class ViewSampler: RowTaker {
  private var parts: [RowResampler]
  private var row = 0
  private var isTransparent = false

  init(_ parts: [RowResampler]) { self.parts = parts }

  func take(_ pixels: UnsafeMutableRawBufferPointer) {
    if parts.first?.channels == 4 {
      isTransparent = isTransparent || pixels.isTransparent
      pixels.premultiply()
    }
    for i in parts.indices { parts[i].take(row, UnsafeRawBufferPointer(pixels)) }
    row += 1
  }

  var pictures: [Picture] { parts.map { isTransparent ? $0.picture : $0.picture.withoutAlpha } }
}

/// Resamples a part of a picture whose rows come one by one.
private struct RowResampler {
  let channels: Int
  private let columns: ResamplingWeights
  private let rows: ResamplingWeights
  private let used: Range<Int>
  private var pairs: RowPairs
  /// A row whose neighbour has not come yet.
  private var upper: [UInt8] = []

  init(
    sourceWidth: Int, sourceHeight: Int, channels: Int, width: Int, height: Int, box: Box,
    filter: Picture.Filter
  ) {
    self.channels = channels
    (columns, rows) = ResamplingWeights.of(
      box, in: (sourceWidth, sourceHeight), to: (width, height), filter: filter)
    used = rows.used
    pairs = RowPairs(rows: used, channels: channels, weighedBy: columns)
  }

  mutating func take(_ row: Int, _ pixels: UnsafeRawBufferPointer) {
    guard used.contains(row) else { return }
    if (row - used.lowerBound) % 2 == 1 {
      upper.withUnsafeBytes { pairs.take(row - 1, $0, pixels) }
    } else if row + 1 < used.upperBound {
      upper.removeAll(keepingCapacity: true)
      upper.append(contentsOf: pixels)
    } else {
      pairs.take(row, pixels, nil)
    }
  }

  var picture: Picture {
    Picture(
      width: columns.starts.count, height: rows.starts.count, channels: channels,
      pixels: pairs.weighed(by: rows))
  }
}
