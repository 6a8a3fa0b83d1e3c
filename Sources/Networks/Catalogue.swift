/// The networks that need no description: the paper's, those it compares with, and the tiny one.
///
/// Variants of SKNet-50 are named after their branches, in the order of their attention:
/// - `kN`: a 3×3 convolution that spans N × N pixels, dilated by (N − 1) / 2, 32 groups;
/// - `NxNgG`: a dense N×N convolution with G groups;
/// - `-sum` at the end: the branches are added, without attention.
///
/// So `sknet50-k3-k7` selects between 3×3 and 3×3 dilated by 3. `sknet50-k3` is ResNeXt-50, and
/// `sknet50-k3-k5` SKNet-50 itself.
public enum Catalogue {
  /// A network of the catalogue.
  public struct Entry: Hashable, Sendable {
    /// Name on the command line, lower case: `sknet50`.
    public var name: String
    /// Name as the paper writes it: `SKNet-50`.
    public var title: String
    /// Other names that lead here.
    public var aliases: [String] = []
    /// The network.
    public var architecture: Architecture
    /// Side of the input that the network was designed for, in pixels.
    public var inputSize = 224
    /// What the paper prints about its size, where anything is known of it.
    public var printed: PrintedFigures?
    /// How the network is read here where the paper leaves it open; nil where it does not.
    public var reading: String?
  }

  /// Every network of residual units, in the order in which to list them; no two have the same
  /// architecture.
  public static let entries =
    imageNetEntries + ablationEntries + shuffleEntries + cifarEntries + resNetEntries + [tinyEntry]

  /// The two branches of SK[2, G, 16]: 3×3, and 3×3 dilated by 2 in place of 5×5.
  static func twoBranches(groups: Int) -> [Architecture.Branch] {
    [3, 5].map { spanning($0, groups: groups) }
  }

  /// A 3×3 branch that spans `size` × `size` pixels by dilation.
  static func spanning(_ size: Int, groups: Int = 32) -> Architecture.Branch {
    Architecture.Branch(kernel: 3, dilation: (size - 1) / 2, groups: groups)
  }

  /// Stages of bottlenecks whose channels double and whose resolution halves from one to the next.
  static func stages(units: [Int], width: Int, output: Int) -> [Architecture.Stage] {
    units.enumerated().map { index, count in
      Architecture.Stage(
        units: count, width: width << index, output: output << index,
        stride: index == 0 ? 1 : 2)
    }
  }

  /// SKNet-26 for 64 × 64 pictures: a quarter as wide, so that groups have as many channels as the
  /// paper's, and no pooling after a 3×3 stem.
  private static let tinyEntry = Entry(
    name: "sknet26-tiny", title: "SKNet-26 tiny", aliases: ["tiny"],
    architecture: Architecture(
      stem: Architecture.Stem(kernel: 3, stride: 2, channels: 32, pool: .none),
      stages: stages(units: [2, 2, 2, 2], width: 32, output: 64),
      branches: twoBranches(groups: 8), classes: 200),
    inputSize: 64)
}
