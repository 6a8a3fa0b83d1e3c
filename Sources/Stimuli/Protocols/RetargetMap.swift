import Foundation

/// A smooth, monotone map of a side onto itself that magnifies a part and compresses the rest.
///
/// The magnification is the scale within the part. Beyond it, it falls along the cubic smoothstep to the same
/// floor on either side, which is chosen so that the ends stay where they are. The fall takes half of what
/// lies beside the part, less where the floor would come below half of the background's mean magnification.
package struct RetargetMap {
  /// The background's mean magnification may not be less.
  package static let leastBackground = 1.0 / 8

  private let length: Double
  private let start: Double
  private let end: Double
  private let scale: Double
  private let floor: Double
  /// How far the magnification falls to the left and to the right of the part.
  private let falls: (left: Double, right: Double)

  /// Maps the side 0…`length`, of which the part `start`…`end` is magnified.
  ///
  /// - Returns: Nil where the part would leave less than an eighth of the background's length to it.
  package init?(length: Double, start: Double, end: Double, scale: Double) {
    self.length = length
    self.start = start
    self.end = end
    self.scale = scale
    let background = length - (end - start)
    let mean = background > 0 ? (length - scale * (end - start)) / background : 1
    guard mean >= Self.leastBackground, background > 0 || scale == 1 else { return nil }
    let fall = min(0.5, mean / scale)
    floor = (mean - scale * fall / 2) / (1 - fall / 2)
    falls = (fall * start, fall * (length - end))
  }

  /// The largest scale that a part of a side allows.
  package static func largestScale(length: Double, start: Double, end: Double) -> Double {
    (length - leastBackground * (length - (end - start))) / (end - start)
  }

  /// Magnification at a place of the source.
  package func magnification(at source: Double) -> Double {
    let isLeft = source < start
    let distance = isLeft ? start - source : source - end
    let fall = isLeft ? falls.left : falls.right
    guard distance > 0 else { return scale }
    guard distance < fall else { return floor }
    let t = distance / fall
    return scale + (floor - scale) * t * t * (3 - 2 * t)
  }

  /// Where a place of the source goes.
  package func callAsFunction(_ source: Double) -> Double {
    let left = extent(start, fall: falls.left)
    if source < start { return left - extent(start - source, fall: falls.left) }
    if source <= end { return left + scale * (source - start) }
    return left + scale * (end - start) + extent(source - end, fall: falls.right)
  }

  /// Where a place of the result comes from, by bisection.
  package func source(of result: Double) -> Double {
    var (lower, upper) = (0.0, length)
    guard result > 0 else { return lower }
    guard result < length else { return upper }
    while true {
      let middle = (lower + upper) / 2
      guard middle > lower, middle < upper else { return middle }
      if self(middle) < result { lower = middle } else { upper = middle }
    }
  }

  /// Length that the first so many pixels beside the part get: the magnification's integral.
  private func extent(_ distance: Double, fall: Double) -> Double {
    guard fall > 0 else { return floor * distance }
    let t = min(distance / fall, 1)
    return floor * distance + (scale - floor) * fall * (t - t * t * t + t * t * t * t / 2)
  }
}
