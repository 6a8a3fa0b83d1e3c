import Networks

extension Layout {
  /// PytorchInsight's `sk_resnet50` and `sk_resnet101`, by the paper's first author: the branches
  /// are a dense and a grouped 3×3 of the same size.
  ///
  /// - SeeAlso: github.com/implus/PytorchInsight.
  static let pytorchInsight = Layout(
    title: "PytorchInsight's layout",
    marks: ["layer1.0.conv2g.weight"],
    name: names(
      unit: { "layer\($0.stage + 1).\($0.unit)." },
      parts: [
        "reduce.conv": "conv1", "reduce.bn": "bn1",
        "branches.0.conv": "conv2", "branches.0.bn": "bn2",
        "branches.1.conv": "conv2g", "branches.1.bn": "bn2g",
        "fuse.conv": "conv_fc1", "fuse.bn": "bn_fc1",
        "select.0": "conv_fc2", "select.1": "conv_fc2",
        "expand.conv": "conv3", "expand.bn": "bn3",
        "shortcut.conv": "downsample.0", "shortcut.bn": "downsample.1",
      ],
      outer: ["stem.conv": "conv1", "stem.bn": "bn1", "classifier": "fc"]),
    joinsSelect: true,
    conventions: Conventions(
      pool: { _ in .padded },
      dilation: { _, _ in 1 },
      attentionWidths: [(16, 1)],
      preprocessing: { _ in .imageNet(.bilinear) }),
    variant: { architecture in
      switch architecture.stages.map(\.units) {
      case [3, 4, 6, 3]: "sk_resnet50"
      case [3, 4, 23, 3]: "sk_resnet101"
      default: nil
      }
    })
}
