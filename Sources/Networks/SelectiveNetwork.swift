import Foundation

/// What a recording and its analysis know of a network: the units that choose between branches.
///
/// The JSON form of a network of residual units is its architecture's, as runs of before have it; of any other
/// it lists units and branches.
public struct SelectiveNetwork: Codable, Hashable, Sendable {
  /// One of the branches that every unit chooses between.
  public struct Branch: Codable, Hashable, Sendable {
    /// Side of the kernel in taps, where the branch is one convolution.
    public var kernel: Int?
    /// Distance between its taps.
    public var dilation: Int?
    /// Its groups.
    public var groups: Int?
    /// Side of the square that it spans, in positions of what all branches share.
    public var size: Int
  }

  /// A unit, or another place where branches are chosen between.
  public struct Unit: Codable, Hashable, Sendable {
    /// Its name, `SK_3_4`, or that of the node that holds its weights.
    public var name: String
    /// The paper's stage number, from 2; of other networks log₂ of the stride.
    public var stage: Int
    /// Channels that have weights of their own.
    public var width: Int
    /// Whether there is attention to record.
    public var hasAttention: Bool
  }

  /// The branches, the same in every unit, in the order of their attention.
  public private(set) var branches: [Branch]
  /// The units in the order in which a picture passes them.
  public private(set) var units: [Unit]
  /// Values that go out; 0 without a classifier.
  public private(set) var classes: Int
  /// The short description, where the network is one of residual units.
  public private(set) var architecture: Architecture?

  /// A network of residual units.
  public init(_ architecture: Architecture) {
    self.architecture = architecture
    classes = architecture.classes
    branches = architecture.branches.map {
      Branch(kernel: $0.kernel, dilation: $0.dilation, groups: $0.groups, size: $0.size)
    }
    units = architecture.units.map {
      Unit(name: $0.name, stage: $0.stage, width: $0.width, hasAttention: $0.hasAttention)
    }
  }

  /// The gates of any other network, all of as many branches of the same sizes.
  init(units: [Unit], sizes: [Int], classes: Int) {
    self.units = units
    self.classes = classes
    branches = sizes.map { Branch(size: $0) }
  }

  private enum CodingKeys: CodingKey { case branches, units, classes, stages }

  /// Decodes either form.
  ///
  /// - Throws: If it is none, or counts are beyond an architecture's limits.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    guard !values.contains(.stages) else {
      self = SelectiveNetwork(try Architecture(from: decoder))
      return
    }
    branches = try values.decode([Branch].self, forKey: .branches)
    units = try values.decode([Unit].self, forKey: .units)
    classes = try values.decode(Int.self, forKey: .classes)
    let limits = Architecture.Limits.self
    guard limits.branches.contains(branches.count), limits.units.contains(units.count),
      limits.classes.contains(classes), Set(units.map(\.name)).count == units.count,
      branches.allSatisfy({ (1...1 << 40).contains($0.size) }),
      units.allSatisfy({ limits.channels.contains($0.width) && (0...64).contains($0.stage) })
    else {
      throw ArchitectureError(field: "units", problem: "no network has such units and branches")
    }
  }

  /// Encodes the architecture, or units and branches.
  public func encode(to encoder: any Encoder) throws {
    if let architecture { return try architecture.encode(to: encoder) }
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(branches, forKey: .branches)
    try values.encode(units, forKey: .units)
    try values.encode(classes, forKey: .classes)
  }
}
