import Foundation

/// How large a measured field is and where it lies, every size by mass.
public struct FieldSizes: Equatable, Sendable {
  /// The shares of the mass whose squares and areas are told.
  public static let shares = [0.2, 0.3, 0.5, 0.9, 0.99]

  /// Sides of the smallest squares about the theoretical centre, for each share, in pixels.
  public var sides: [Double]
  /// Their areas within the picture over the picture's.
  public var ratios: [Double]
  /// Pixels of the smallest sets, for each share.
  public var pixels: [Double]
  /// Standard deviations about the centre of mass, down and across, in pixels.
  public var sigma: [Double]
  /// The centre of mass minus the theoretical centre, down and across, in pixels.
  public var offset: [Double]

  /// The sizes of a map; nil of one without mass.
  ///
  /// - Parameters:
  ///   - map: Of one position, as it lies on the picture, or an average.
  ///   - centre: The position's theoretical centre on the map.
  public init?(_ map: FieldMap, centre: FieldMap.Point) {
    guard let moments = map.moments, let areas = map.areas(holding: Self.shares),
      let squares = map.squares(holding: Self.shares, about: centre)
    else { return nil }
    sides = squares.map { Double($0.side) }
    ratios = squares.map(\.ratio)
    pixels = areas.map(Double.init)
    sigma = [moments.sigma.row, moments.sigma.column]
    offset = [moments.centre.row - centre.row, moments.centre.column - centre.column]
  }

  /// The sizes of numbers in the order of `numbers`.
  private init(numbers: [Double]) {
    let count = Self.shares.count
    sides = Array(numbers[..<count])
    ratios = Array(numbers[count..<2 * count])
    pixels = Array(numbers[2 * count..<3 * count])
    sigma = Array(numbers[3 * count..<3 * count + 2])
    offset = Array(numbers[(3 * count + 2)...])
  }

  /// How many numbers there are.
  package static let numberCount = 3 * shares.count + 4
  /// Those of none.
  package static let noNumbers = [Double](repeating: .nan, count: numberCount)

  /// All numbers in the order of their declaration.
  package var numbers: [Double] { sides + ratios + pixels + sigma + offset }

  /// The means of several positions' sizes; nil of none.
  public init?(meanOf sizes: [FieldSizes]) {
    guard let first = sizes.first else { return nil }
    self.init(
      numbers: first.numbers.indices.map { place in
        sizes.reduce(0) { $0 + $1.numbers[place] } / Double(sizes.count)
      })
  }

  /// The root of the mean of both axes' variances: what a decomposition is of.
  public var spread: Double { sigma.rootMeanSquare }

  /// What numbers keep; nil of none.
  package static func kept(_ numbers: [Double]) -> FieldSizes? {
    numbers.contains(where: \.isNaN) ? nil : FieldSizes(numbers: numbers)
  }
}

extension [Double] {
  /// The root of the mean of their squares; 0 of none.
  package var rootMeanSquare: Double {
    (reduce(0) { $0 + $1 * $1 } / Double(Swift.max(count, 1))).squareRoot()
  }
}
