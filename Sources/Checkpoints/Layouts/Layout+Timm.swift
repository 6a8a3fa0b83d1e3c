import Networks

extension Layout {
  /// timm's networks: bottlenecks (`skresnext50_32x4d`, the paper's SKNet-50, and `skresnet50`) and
  /// basic blocks (`skresnet18`, `skresnet34`), either with a deep stem, with pooled shortcuts or with
  /// both (`skresnet50d`).
  ///
  /// - SeeAlso: `timm/models/sknet.py` and `timm/layers/selective_kernel.py`.
  static let timmLayouts = [Architecture.Block.bottleneck, .basic].flatMap { block in
    [(true, true), (true, false), (false, true), (false, false)].map {
      timm(block, hasDeepStem: $0.0, poolsShortcuts: $0.1)
    }
  }

  /// timm's names for a kind of networks.
  static func timm(
    _ block: Architecture.Block, hasDeepStem: Bool, poolsShortcuts: Bool
  ) -> Layout {
    let isBottleneck = block == .bottleneck
    let kernelModule = isBottleneck ? "conv2" : "conv1"
    var parts = [
      "branches.0.conv": "paths.0.conv", "branches.0.bn": "paths.0.bn",
      "branches.1.conv": "paths.1.conv", "branches.1.bn": "paths.1.bn",
      "fuse.conv": "attn.fc_reduce", "fuse.bn": "attn.bn",
      "select.0": "attn.fc_select", "select.1": "attn.fc_select",
    ].mapValues { kernelModule + "." + $0 }
    let expand = isBottleneck ? "conv3" : "conv2"
    for part in ["conv", "bn"] {
      if isBottleneck { parts["reduce." + part] = "conv1." + part }
      parts["expand." + part] = expand + "." + part
    }
    // The pool, or an identity in its place where the stride is 1, is number 0.
    let first = poolsShortcuts ? 1 : 0
    parts["shortcut.conv"] = "downsample.\(first)"
    parts["shortcut.bn"] = "downsample.\(first + 1)"
    var title = "timm's \(isBottleneck ? "bottleneck" : "basic-block") layout"
    var marks = ["layer1.0.\(kernelModule).paths.0.conv.weight"]
    if hasDeepStem {
      title += ", deep stem"
      marks.append("conv1.0.weight")
    }
    if poolsShortcuts {
      title += ", pooled shortcuts"
      marks.append("layer2.0.downsample.2.weight")
    }
    return Layout(
      title: title, marks: marks,
      name: names(
        unit: { "layer\($0.stage + 1).\($0.unit)." }, parts: parts,
        outer: hasDeepStem ? deepStem : plainStem),
      joinsSelect: true,
      conventions: Conventions(
        pool: { _ in .padded },
        shortcutPool: poolsShortcuts ? .average : nil,
        // Kernel "5" is replaced by 3 dilated by 2.
        dilation: { branch, _ in branch + 1 },
        maySplitInput: true,
        attentionWidths: isBottleneck ? [(16, 32), (16, 8)] : [(8, 16)],
        preprocessing: { _ in .imageNet(.bicubic) }),
      variant: timmName)
  }

  private static let plainStem = ["stem.conv": "conv1", "stem.bn": "bn1", "classifier": "fc"]

  /// Convolutions and norms alternate with ReLUs, which have no tensors; the last norm stands outside.
  private static let deepStem = [
    "stem.hidden.0.conv": "conv1.0", "stem.hidden.0.bn": "conv1.1",
    "stem.hidden.1.conv": "conv1.3", "stem.hidden.1.bn": "conv1.4",
    "stem.conv": "conv1.6", "stem.bn": "bn1", "classifier": "fc",
  ]

  /// The name that a network has in timm.
  @Sendable private static func timmName(_ architecture: Architecture) -> String? {
    let hasDeepStem = architecture.stem.hidden != nil
    guard hasDeepStem == (architecture.shortcutPool != nil) else { return nil }
    let units = architecture.stages.map(\.units)
    if architecture.block == .basic {
      return hasDeepStem
        ? nil : units == [2, 2, 2, 2] ? "skresnet18" : units == [3, 4, 6, 3] ? "skresnet34" : nil
    }
    guard units == [3, 4, 6, 3] else { return nil }
    switch (architecture.splitInput, architecture.stages[0].width) {
    case (false, 128): return hasDeepStem ? nil : "skresnext50_32x4d"
    case (true, 64): return hasDeepStem ? "skresnet50d" : "skresnet50"
    default: return nil
    }
  }
}
