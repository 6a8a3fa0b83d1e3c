extension Architecture.Stem {
  /// One of the stem's convolutions, followed by batch norm and ReLU.
  package struct Convolution: Hashable, Sendable {
    /// What the names of its tensors start with: `stem`, of those before it `stem.hidden.0`.
    package var name: String
    /// Channels that come in.
    package var input: Int
    /// Channels that go out.
    package var output: Int
    /// Distance between outputs in positions of the input.
    package var stride: Int
  }

  /// The convolutions in the order in which a picture meets them: the first has the stem's stride.
  package var convolutions: [Convolution] {
    let outputs = (hidden ?? []) + [channels]
    return outputs.indices.map { index in
      Convolution(
        name: index < outputs.count - 1 ? "stem.hidden.\(index)" : "stem",
        input: index == 0 ? 3 : outputs[index - 1], output: outputs[index],
        stride: index == 0 ? stride : 1)
    }
  }
}
