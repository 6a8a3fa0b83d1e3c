import Networks

extension Layout {
  /// syt2's PyTorch version of SKNet-50, whose select layers have biases.
  ///
  /// - SeeAlso: github.com/syt2/SKNet.
  static let syt2 = Layout(
    title: "syt2's layout",
    marks: ["stage_1.0.conv2.convs.0.0.weight"],
    name: names(
      unit: { "stage_\($0.stage + 1).\($0.unit)." },
      parts: [
        "reduce.conv": "conv1.0", "reduce.bn": "conv1.1",
        "branches.0.conv": "conv2.convs.0.0", "branches.0.bn": "conv2.convs.0.1",
        "branches.1.conv": "conv2.convs.1.0", "branches.1.bn": "conv2.convs.1.1",
        "fuse.conv": "conv2.fc.0", "fuse.bn": "conv2.fc.1",
        "select.0": "conv2.fcs.0", "select.1": "conv2.fcs.1",
        "expand.conv": "conv3.0", "expand.bn": "conv3.1",
        "shortcut.conv": "shortcut.0", "shortcut.bn": "shortcut.1",
      ],
      outer: [
        "stem.conv": "basic_conv.0", "stem.bn": "basic_conv.1", "classifier": "classifier",
      ]),
    joinsSelect: false,
    conventions: Conventions(
      pool: { _ in .padded },
      dilation: { branch, _ in branch + 1 },
      preprocessing: { _ in .imageNet(.bicubic) }),
    variant: { $0.stages.map(\.units) == [3, 4, 6, 3] ? "syt2-sknet50" : nil })
}
