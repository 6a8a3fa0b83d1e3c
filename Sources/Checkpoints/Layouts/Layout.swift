import Networks

/// How a published checkpoint names the tensors of a network, and what its writer took for granted.
///
/// Shapes give channels, kernels, groups and numbers of units; they never give strides, dilation,
/// pooling or how pictures are prepared. Those are the conventions of whoever wrote the network.
struct Layout: Sendable {
  /// A layer of a network by its place in this project's layout.
  struct Layer: Hashable, Sendable {
    /// Stage and unit, from 0; nil for the stem and the classifier.
    var unit: UnitIndex?
    /// `reduce.conv`, `branches.0.bn`, `select.1`; outside the units `stem.conv` or `classifier`.
    var part: String
  }

  /// A unit's place in the network, from 0.
  struct UnitIndex: Hashable, Sendable {
    var stage: Int
    var unit: Int
  }

  /// What the shapes do not say.
  struct Conventions: Sendable {
    /// What follows the stem's convolution, by the side of its kernel.
    var pool: @Sendable (_ kernel: Int) -> Architecture.Pool
    /// What stands before the shortcuts' convolutions.
    var shortcutPool: Architecture.ShortcutPool?
    /// Distance between a branch's taps, by the branch's number and the side of its kernel.
    var dilation: @Sendable (_ branch: Int, _ kernel: Int) -> Int
    /// Whether M-fold fewer input channels mean that the branches split the input, not groups.
    var maySplitInput = false
    /// r and L of equation 4, those most likely first.
    var attentionWidths: [(reduction: Int, minimum: Int)] = [(16, 32)]
    /// How pictures become the input.
    var preprocessing: @Sendable (Architecture) -> Preprocessing
    /// Whether 1,000 outputs are ImageNet's classes sorted by id.
    var sortsClassesByID = true
    /// Replaces what was inferred by a known network that the shapes fit as well.
    var known: @Sendable (Architecture) -> Architecture = { $0 }
  }

  /// Whose layout it is, for messages: `timm's bottleneck layout`.
  var title: String
  /// Tensors that this layout has together, and none of those that are tried after it.
  var marks: [String]
  /// The foreign name of a layer; nil if the layout has no such layer.
  var name: @Sendable (Layer) -> String?
  /// Whether one tensor holds the rows of all select layers, one branch after the other.
  var joinsSelect: Bool
  /// The same of a unit's branches.
  var joinsBranches = false
  /// What the shapes do not say.
  var conventions: Conventions
  /// The name under which an architecture was published in this layout.
  var variant: @Sendable (Architecture) -> String?

  /// Where a parameter of ours lies in a foreign file.
  struct Place: Hashable, Sendable {
    /// The foreign tensor's name.
    var name: String
    /// The foreign tensor's shape.
    var shape: [Int]
    /// The first of its rows that belong to the parameter.
    var firstRow = 0
  }

  /// The place of a parameter.
  ///
  /// - Parameters:
  ///   - parameter: A parameter of a network in this project's layout.
  ///   - branches: M, the number of branches of a unit.
  /// - Returns: Tensor and rows; nil if the layout has no such layer.
  func place(of parameter: Parameter, branches: Int) -> Place? {
    guard let name = foreignName(of: parameter.name) else { return nil }
    let components = parameter.name.split(separator: ".")
    let joined = (joinsSelect ? ["select"] : []) + (joinsBranches ? ["branches"] : [])
    guard let index = components.firstIndex(where: { joined.contains(String($0)) }),
      let branch = Int(components[index + 1])
    else { return Place(name: name, shape: parameter.shape) }
    let rows = parameter.shape[0]
    return Place(
      name: name, shape: [branches * rows] + parameter.shape.dropFirst(), firstRow: branch * rows)
  }

  /// The foreign name of a tensor of ours, `stages.0.1.reduce.conv.weight`.
  func foreignName(of name: String) -> String? {
    var components = name.split(separator: ".").map(String.init)
    let field = components.removeLast()
    var layer = Layer(part: "")
    if components.first == "stages", components.count > 3, let stage = Int(components[1]),
      let unit = Int(components[2])
    {
      layer.unit = UnitIndex(stage: stage, unit: unit)
      components.removeFirst(3)
    }
    layer.part = components.joined(separator: ".")
    return self.name(layer).map { $0 + "." + field }
  }
}

extension Layout {
  /// A layout with a name for each layer of a unit.
  ///
  /// - Parameters:
  ///   - unit: What the names of a unit's tensors start with.
  ///   - parts: Foreign names by ours, within a unit.
  ///   - outer: Foreign names by ours, outside the units.
  /// - Returns: What `name` asks for.
  static func names(
    unit: @escaping @Sendable (UnitIndex) -> String, parts: [String: String],
    outer: [String: String]
  ) -> @Sendable (Layer) -> String? {
    { layer in
      guard let index = layer.unit else { return outer[layer.part] }
      return parts[layer.part].map { unit(index) + $0 }
    }
  }
}

extension Preprocessing {
  /// ImageNet's: the shorter side to 256 pixels, then the central 224 × 224.
  static func imageNet(_ interpolation: Interpolation) -> Preprocessing {
    Preprocessing(size: 224, crop: 0.875, interpolation: interpolation)
  }
}
