import Foundation

/// A sinusoidal grating on mean grey, in a disc or outside of one, by formula:
/// ½ (1 + contrast · sin(2π f (x cos θ + y sin θ) + φ)), x and y from the centre, pixel centres at whole numbers.
public struct Grating: Hashable, Sendable {
  /// Where the grating is to be seen.
  public enum Aperture: Hashable, Sendable {
    /// Everywhere.
    case full
    /// Up to a radius in pixels.
    case disc(radius: Double)
    /// From a radius on.
    case annulus(inner: Double)
  }

  /// How an aperture ends.
  public enum Edge: String, Codable, CaseIterable, Sendable {
    /// From one pixel to the next, as published; it adds spatial frequencies of its own.
    case hard
    /// By a raised cosine of two pixels about the radius.
    case cosine
  }

  /// Cycles a pixel.
  public var frequency: Double
  /// θ in radians: the direction in which luminance changes, from the rows' towards the columns' axis.
  public var orientation: Double
  /// φ in radians.
  public var phase: Double
  /// Michelson contrast, 0 to 1.
  public var contrast: Double
  /// Where it is to be seen.
  public var aperture: Aperture
  /// How that ends.
  public var edge: Edge
  /// The centre's row, in pixels.
  public var row: Double
  /// The centre's column.
  public var column: Double

  /// Describes a grating.
  public init(
    frequency: Double, orientation: Double, phase: Double, contrast: Double = 1,
    aperture: Aperture = .full, edge: Edge = .hard, row: Double, column: Double
  ) {
    self.frequency = frequency
    self.orientation = orientation
    self.phase = phase
    self.contrast = contrast
    self.aperture = aperture
    self.edge = edge
    self.row = row
    self.column = column
  }

  /// The luminances, row by row, black 0 and white 1.
  public func luminances(height: Int, width: Int) -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(height * width)
    let (across, down) = (cos(orientation), sin(orientation))
    for i in 0..<height {
      let y = Double(i) - row
      for j in 0..<width {
        let x = Double(j) - column
        let seen = share(atDistance: (x * x + y * y).squareRoot())
        let wave = sin(2 * .pi * frequency * (x * across + y * down) + phase)
        values.append((1 + seen * contrast * wave) / 2)
      }
    }
    return values
  }

  /// How much of the grating there is at a distance from the centre, 0 to 1.
  private func share(atDistance distance: Double) -> Double {
    switch aperture {
    case .full: 1
    case .disc(let radius): within(radius, distance)
    case .annulus(let inner): 1 - within(inner, distance)
    }
  }

  private func within(_ radius: Double, _ distance: Double) -> Double {
    switch edge {
    case .hard: distance <= radius ? 1 : 0
    case .cosine: (1 + cos(.pi * min(max((distance - radius + 1) / 2, 0), 1))) / 2
    }
  }
}
