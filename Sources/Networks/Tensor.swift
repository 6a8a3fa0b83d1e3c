/// Numbers with a shape, row-major.
public struct Tensor: Hashable, Sendable {
  /// Extent of each dimension, outermost first; empty for a scalar.
  public var shape: [Int]
  /// The values, as many as the product of the shape.
  public var values: [Float]

  /// Joins a shape and its values.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "a tensor's values must fill its shape")
    self.shape = shape
    self.values = values
  }
}

/// A network's tensors by name.
///
/// Names are this project's layout: `stem.conv.weight`, `stages.0.0.branches.1.bn.running_var`,
/// `classifier.bias`. Convolutions are `[O, C/G, K, K]`.
public struct Weights: Sendable {
  /// The tensors.
  public var tensors: [String: Tensor]

  /// Collects tensors.
  public init(_ tensors: [String: Tensor] = [:]) { self.tensors = tensors }

  /// The tensor of a name, if there is one.
  public subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set { tensors[name] = newValue }
  }
}
