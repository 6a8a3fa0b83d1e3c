/// The pixels along one axis of the picture that the positions of a node can depend on, by arithmetic.
///
/// Position p looks at pixels `start + stride · p` to `start + stride · p + size − 1`, pixel centres at
/// whole numbers; they may lie beyond the picture, where there are only zeros.
public struct AxisField: Codable, Hashable, Sendable {
  /// Pixels, the hull of all paths.
  public var size: Int
  /// Pixels between the fields of neighbouring positions.
  public var stride: Int
  /// The first pixel of position 0's field.
  public var start: Int
  /// Pixels along the smallest path.
  public var smallest: Int
  /// The first pixel of position 0's field along that path.
  var smallestStart: Int
  /// Twice the centres of the paths that lie lowest and highest: equal where all paths look at one
  /// centre.
  var doubledCentres: ClosedRange<Int>

  /// A picture's own pixels.
  static let pixel = AxisField(
    size: 1, stride: 1, start: 0, smallest: 1, smallestStart: 0, doubledCentres: 0...0)

  /// Pixels that the centres of the paths lie apart: 0 unless a pool or a padding is uneven.
  public var misalignment: Double {
    Double(doubledCentres.upperBound - doubledCentres.lowerBound) / 2
  }

  /// The middle of a position's field, in pixels.
  public func centre(at position: Int) -> Double {
    Double(start + stride * position) + Double(size - 1) / 2
  }

  /// After windows of a kernel; nil where a number is too large to be one.
  func after(kernel: Int, stride step: Int, dilation: Int, padding: Int) -> AxisField? {
    let reach = dilation.multipliedReportingOverflow(by: kernel - 1)
    let grown = reach.partialValue.multipliedReportingOverflow(by: stride)
    let shifted = padding.multipliedReportingOverflow(by: stride)
    let stride = stride.multipliedReportingOverflow(by: step)
    let bound = 1 << 40
    guard !reach.overflow, !grown.overflow, !shifted.overflow, !stride.overflow,
      size + grown.partialValue < bound, abs(start) + abs(shifted.partialValue) < bound,
      stride.partialValue < bound
    else { return nil }
    let shift = grown.partialValue - 2 * shifted.partialValue
    return AxisField(
      size: size + grown.partialValue, stride: stride.partialValue,
      start: start - shifted.partialValue, smallest: smallest + grown.partialValue,
      smallestStart: smallestStart - shifted.partialValue,
      doubledCentres: doubledCentres.lowerBound + shift...doubledCentres.upperBound + shift)
  }

  /// The field of all of some positions together, as one.
  func joined(positions: Int) -> AxisField {
    let more = stride * (positions - 1)
    return AxisField(
      size: size + more, stride: stride, start: start, smallest: smallest + more,
      smallestStart: smallestStart,
      doubledCentres: doubledCentres.lowerBound + more...doubledCentres.upperBound + more)
  }

  /// Where two paths meet; nil if their positions are differently far apart.
  func merged(with other: AxisField, positions: Int) -> AxisField? {
    guard stride == other.stride || positions == 1 else { return nil }
    let first = min(start, other.start)
    return AxisField(
      size: max(start + size, other.start + other.size) - first, stride: max(stride, other.stride),
      start: first, smallest: min(smallest, other.smallest),
      smallestStart: smallest < other.smallest ? smallestStart : other.smallestStart,
      doubledCentres: min(
        doubledCentres.lowerBound, other.doubledCentres.lowerBound)...max(
          doubledCentres.upperBound, other.doubledCentres.upperBound))
  }
}

/// The theoretical receptive field of a node.
public struct TheoreticalField: Hashable, Sendable {
  /// What is known of it.
  public enum Status: String, Codable, Hashable, Sendable {
    /// Positions look at the pixels that `rows` and `columns` say.
    case local
    /// Values depend on the whole picture, by a mean over positions or the like; `rows` and `columns`
    /// say what is seen with such paths left out, if anything is left.
    case whole
    /// An operation on the way is not understood.
    case unknown
    /// The value does not depend on the picture.
    case none
  }

  /// What is known.
  public var status: Status
  /// Along the picture's height; nil where only the whole or nothing is seen.
  public var rows: AxisField?
  /// Along the picture's width.
  public var columns: AxisField?

  /// Axis of the value along which its rows lie; nil if they were joined.
  var rowAxis: Int?
  /// Axis of the value along which its columns lie.
  var columnAxis: Int?

  static let unknown = TheoreticalField(status: .unknown)
  static let none = TheoreticalField(status: .none)
}
