import Foundation

/// Receptive fields of a network's nodes, theoretical and measured: the content of a fields run's `results.json`,
/// format version 1.
public struct FieldResults: ResultsDocument, Equatable {
  /// The highest format version that this code reads.
  public static let currentFormatVersion = 1

  /// Version of this format; readers refuse a higher one.
  public var formatVersion = currentFormatVersion
  /// Seed of noise, of positions and of initial weights.
  public var seed: UInt64
  /// Seed of the bootstrap; nil in results of before, where it is `seed`.
  public var analysisSeed: UInt64?
  /// The network's name.
  public var model: String
  /// SHA-256 of its file, hexadecimal; empty for weights by formula.
  public var sha256: String
  /// Rows and columns of the picture that goes in.
  public var input: [Int]
  /// What the network was shown: `photographs`, or `noise`.
  public var shown: Shown
  /// How the target grows, as `--protocol` names it; nil with noise.
  public var `protocol`: String?
  /// What of the gradient counts.
  public var measure: FieldMap.Measure
  /// Positions of each node that were measured in each picture.
  public var positions: Int
  /// The only channel of each node that counts, from 0; nil for the sum over channels.
  public var channel: Int?
  /// Pictures that were measured.
  public var images: Int
  /// Photographs that could not be used, with the reason.
  public var failed: [FailedPhotograph]
  /// The nodes in the order in which a picture passes them.
  public var nodes: [Node]
  /// How much of the run this rests on; nil of a finished one.
  public var unfinished: Unfinished?

  /// What a network is shown.
  public enum Shown: String, Codable, Equatable, Sendable {
    case photographs, noise
  }

  /// A node's fields.
  public struct Node: Codable, Equatable, Sendable {
    /// As `sknet inspect` names it.
    public var name: String
    /// By arithmetic.
    public var theoretical: Theoretical
    /// Standard deviations down and across that arithmetic expects at the attention of the smallest scale, in
    /// pixels; see `Scale.expectedSigma`.
    public var expectedSigma: [Estimate]?
    /// Measured, at every scale, ascending.
    public var byScale: [Scale]
    /// What it is held against; nil where nothing was asked for.
    public var nulls: [Null]?
    /// RepLKNet's and OpenERF's numbers at the smallest scale.
    public var published: Published?
  }

  /// The field that the graph allows.
  public struct Theoretical: Codable, Equatable, Sendable {
    /// What is known of it: `local`, or `whole` where a mean over the picture is among the paths.
    public var status: String
    /// Pixels down and across, such paths left out.
    public var size: [Int]
    /// Pixels between the fields of neighbouring positions.
    public var stride: [Int]
    /// The first pixel of the first position's field.
    public var start: [Int]
    /// Share of the measured positions' fields that lies within the picture, on average.
    public var inside: Double

    /// Describes a field.
    public init(status: String, size: [Int], stride: [Int], start: [Int], inside: Double) {
      self.status = status
      self.size = size
      self.stride = stride
      self.start = start
      self.inside = inside
    }
  }

  /// A node's field at a scale.
  public struct Scale: Codable, Equatable, Sendable {
    /// The scale; 1 of noise.
    public var scale: Double
    /// Pictures whose gradient was not zero everywhere; what follows is over them.
    public var images: Int
    /// Standard deviations down and across that arithmetic expects, in pixels: kernels are taken as uniform, gates
    /// weigh their branches' variances as they did for each picture, and of paths that meet the one with most
    /// convolutions counts alone.
    public var expectedSigma: [Estimate]?
    /// The same, but shortcuts count by the mean magnitudes of what meets in each sum, over the first pictures.
    public var expectedSigmaWithShortcuts: [Estimate]?
    /// Σ attention × size over the branches of the unit that the node is; nil of others.
    public var attentionKernelSize: Estimate?
    /// The measured field; nil where every gradient was zero.
    public var effective: Effective?
    /// What changed since the smallest scale; nil there, and in networks without gates.
    public var decomposition: Decomposition?
    /// Share of the gradient that passes the gates, 0…1; nil in networks without gates.
    public var gateShare: Estimate?
  }

  /// Sizes of a measured field: means over photographs of each one's own.
  public struct Effective: Codable, Equatable, Sendable {
    /// Smallest squares about the theoretical centre.
    public var squares: [Square]
    /// Smallest sets of pixels.
    public var areas: [Area]
    /// Standard deviations about the centre of mass, down and across, in pixels.
    public var sigma: [Estimate]
    /// The root of the mean of both axes' variances over that of a field that is uniform over what of the theoretical
    /// one lies within the picture; nil of a theoretical field of one pixel.
    public var shareOfTheory: Estimate?
    /// Of the Gaussian nearest to the average map, down and across, in pixels; nil where none fits.
    ///
    /// Intervals by the jackknife, of ten photographs and more.
    public var gaussianSigma: [Estimate]?
    /// Centre of mass minus theoretical centre, down and across, in pixels.
    public var offset: [Estimate]
    /// The theoretical centre, averaged over positions, plus the offset.
    public var centreOfMass: [Estimate]
    /// Standard deviations of the average map, which an offset that varies widens.
    public var averageSigma: [Double]
  }

  /// A square that holds a share of the mass.
  public struct Square: Codable, Equatable, Sendable {
    /// The share.
    public var mass: Double
    /// Pixels.
    public var side: Estimate
    /// Its area within the picture over the picture's.
    public var ratio: Estimate
  }

  /// The smallest set of pixels that holds a share of the mass.
  public struct Area: Codable, Equatable, Sendable {
    /// The share.
    public var mass: Double
    /// Pixels.
    public var pixels: Estimate
    /// The radius of a disc as large: √(pixels / π), averaged over photographs.
    public var radius: Estimate
  }

  /// A difference over photographs, each paired with itself.
  public struct Difference: Codable, Equatable, Sendable {
    /// Pixels.
    public var mean: Double
    /// 95 % interval over photographs; empty of fewer than three.
    public var interval: [Double]
    /// The smallest mean that a two-sided test at 5 % finds with 80 % power; nil of fewer than two.
    public var smallestDetectable: Double?
  }

  /// What the field's spread (the root of the mean of both axes' variances) changes by since the smallest scale,
  /// and through what; total = selection + content + gate.
  public struct Decomposition: Codable, Equatable, Sendable {
    /// Of the field with the gates live.
    public var total: Difference
    /// By the attention, the content held: the mean of both orders.
    public var selection: Difference
    /// The attention changed under this scale's content, and under the smallest scale's.
    public var selectionOrders: [Difference]
    /// What the orders differ by.
    public var interaction: Difference
    /// By the content, the attention held.
    public var content: Difference
    /// By the gradient through the gates.
    public var gate: Difference
  }

  /// Whose gradient it is: `the sum over channels`, or `channel 3`.
  public var scalar: String { channel.map { "channel \($0)" } ?? "the sum over channels" }

  /// The content of `results.json`: sorted keys, one value a line.
  public func json() throws -> String { try JSONText.of(self) }
}
