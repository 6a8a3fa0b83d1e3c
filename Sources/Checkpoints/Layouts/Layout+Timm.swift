import Networks

extension Layout {
  /// timm's networks of bottlenecks: `skresnext50_32x4d` (the paper's SKNet-50) and `skresnet50`.
  ///
  /// - SeeAlso: `timm/models/sknet.py` and `timm/layers/selective_kernel.py`.
  static let timmBottleneck = timm(
    title: "timm's bottleneck layout", kernelModule: "conv2",
    parts: [
      "reduce.conv": "conv1.conv", "reduce.bn": "conv1.bn",
      "expand.conv": "conv3.conv", "expand.bn": "conv3.bn",
    ],
    attentionWidths: [(16, 32), (16, 8)]
  ) { architecture in
    guard architecture.stages.map(\.units) == [3, 4, 6, 3] else { return nil }
    switch (architecture.splitInput, architecture.stages[0].width) {
    case (false, 128): return "skresnext50_32x4d"
    case (true, 64): return "skresnet50"
    default: return nil
    }
  }

  /// timm's networks of basic blocks: `skresnet18` and `skresnet34`.
  static let timmBasic = timm(
    title: "timm's basic-block layout", kernelModule: "conv1",
    parts: ["expand.conv": "conv2.conv", "expand.bn": "conv2.bn"], attentionWidths: [(8, 16)]
  ) { architecture in
    switch architecture.stages.map(\.units) {
    case [2, 2, 2, 2]: "skresnet18"
    case [3, 4, 6, 3]: "skresnet34"
    default: nil
    }
  }

  private static func timm(
    title: String, kernelModule: String, parts: [String: String],
    attentionWidths: [(reduction: Int, minimum: Int)],
    variant: @escaping @Sendable (Architecture) -> String?
  ) -> Layout {
    let selective = [
      "branches.0.conv": "paths.0.conv", "branches.0.bn": "paths.0.bn",
      "branches.1.conv": "paths.1.conv", "branches.1.bn": "paths.1.bn",
      "fuse.conv": "attn.fc_reduce", "fuse.bn": "attn.bn",
      "select.0": "attn.fc_select", "select.1": "attn.fc_select",
    ].mapValues { kernelModule + "." + $0 }
    let shortcut = ["shortcut.conv": "downsample.0", "shortcut.bn": "downsample.1"]
    return Layout(
      title: title,
      mark: "layer1.0.\(kernelModule).paths.0.conv.weight",
      name: names(
        unit: { "layer\($0.stage + 1).\($0.unit)." },
        parts: parts.merging(selective) { first, _ in first }.merging(shortcut) { first, _ in first
        },
        outer: ["stem.conv": "conv1", "stem.bn": "bn1", "classifier": "fc"]),
      joinsSelect: true,
      conventions: Conventions(
        pool: { _ in .padded },
        // Kernel "5" is replaced by 3 dilated by 2.
        dilation: { branch, _ in branch + 1 },
        maySplitInput: true,
        attentionWidths: attentionWidths,
        preprocessing: { _ in .imageNet(.bicubic) }),
      variant: variant)
  }
}
