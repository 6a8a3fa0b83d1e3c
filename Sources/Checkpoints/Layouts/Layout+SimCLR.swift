import Networks

extension Layout {
  /// SimCLRv2's selective-kernel networks as they were converted to PyTorch: two branches of equal size
  /// out of one convolution, so that attention has no kernels to choose between.
  ///
  /// - SeeAlso: Chen et al. 2020, "Big self-supervised models are strong semi-supervised learners".
  static let simCLR = Layout(
    title: "SimCLRv2's layout",
    marks: ["net.1.blocks.0.net.2.main_conv.0.weight"],
    name: names(
      unit: { "net.\($0.stage + 1).blocks.\($0.unit)." },
      parts: [
        "reduce.conv": "net.0", "reduce.bn": "net.1.0",
        "branches.0.conv": "net.2.main_conv.0", "branches.0.bn": "net.2.main_conv.1.0",
        "branches.1.conv": "net.2.main_conv.0", "branches.1.bn": "net.2.main_conv.1.0",
        "fuse.conv": "net.2.mixing_conv.0", "fuse.bn": "net.2.mixing_conv.1.0",
        "select.0": "net.2.mixing_conv.2", "select.1": "net.2.mixing_conv.2",
        "expand.conv": "net.3", "expand.bn": "net.4.0",
        "shortcut.conv": "projection.shortcut.2", "shortcut.bn": "projection.bn.0",
      ],
      outer: [
        "stem.hidden.0.conv": "net.0.0", "stem.hidden.0.bn": "net.0.1.0",
        "stem.hidden.1.conv": "net.0.2", "stem.hidden.1.bn": "net.0.3.0",
        "stem.conv": "net.0.4", "stem.bn": "net.0.5.0", "classifier": "fc",
      ]),
    joinsSelect: true, joinsBranches: true,
    conventions: Conventions(
      pool: { _ in .padded },
      shortcutPool: .padded,
      dilation: { _, _ in 1 },
      preprocessing: { _ in
        Preprocessing(
          size: 224, mean: [0, 0, 0], std: [1, 1, 1], crop: 0.875, interpolation: .bicubic)
      }),
    variant: { architecture in
      let depths = [[3, 4, 6, 3]: 50, [3, 4, 23, 3]: 101, [3, 8, 36, 3]: 152]
      guard let depth = depths[architecture.stages.map(\.units)],
        let width = architecture.stages.first?.width, width % 64 == 0
      else { return nil }
      return "simclr-r\(depth)_\(width / 64)x_sk1"
    })
}
