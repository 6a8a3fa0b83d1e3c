import Networks

extension Layout {
  /// A model's tensors under this layout's names, the select layers of a unit joined if it joins them.
  ///
  /// Batch norms get no `num_batches_tracked`: nothing depends on it, and PyTorch fills it in for a
  /// state dict without version notes, as safetensors are, however strictly it loads.
  ///
  /// - Throws: `CheckpointError` if the layout has no name for a tensor.
  func arrays(of model: Model, file path: String) throws(CheckpointError) -> [NamedArray] {
    let weights = model.weights
    let branches = model.architecture.branches.count
    var members: [String: [String]] = [:]
    var places: [Place] = []
    for parameter in model.architecture.parameters {
      guard let place = place(of: parameter, branches: branches) else {
        throw CheckpointError(
          file: path, place: "tensor '\(parameter.name)'", problem: "has no name in \(title)")
      }
      if members[place.name] == nil { places.append(place) }
      members[place.name, default: []].append(parameter.name)
    }
    return places.map { place in
      let members = members[place.name] ?? []
      return NamedArray(
        place.name, shape: place.shape, floats: members.flatMap { weights[$0]?.values ?? [] })
    }
  }

  /// timm's layout for a network, if timm's code can build it.
  ///
  /// - Throws: `CheckpointError` that names what timm has no place for.
  static func timm(
    for architecture: Architecture, file path: String
  ) throws(CheckpointError) -> Layout {
    if let obstacle = timmObstacle(architecture) {
      throw CheckpointError(
        file: path, problem: obstacle,
        advice: "write this project's own layout")
    }
    return timm(
      architecture.block, hasDeepStem: architecture.stem.hidden != nil,
      poolsShortcuts: architecture.shortcutPool != nil)
  }

  /// What keeps timm from building a network; nil if nothing does.
  ///
  /// - SeeAlso: `timm/models/sknet.py`: both branches are 3×3 of the same groups, the second dilated
  ///   by 2 in place of a 5×5; `timm/models/resnet.py` for the rest.
  private static func timmObstacle(_ architecture: Architecture) -> String? {
    let branches = architecture.branches
    func list(_ parts: [String]) -> String { parts.joined(separator: ", ") }
    // What timm's networks have, whether this one has it, and what it has instead.
    let rules: [(timm: String, holds: Bool, found: String)] = [
      (
        "bottlenecks or basic blocks", [.bottleneck, .basic].contains(architecture.block),
        "units of the kind '\(architecture.block.rawValue)'"
      ),
      (
        "two branches under attention", branches.count == 2 && architecture.hasAttention,
        "\(branches.count) \(architecture.hasAttention ? "under" : "without") attention"
      ),
      (
        "a softmax for every channel",
        architecture.gate == .softmax && architecture.attentionScope == nil,
        [architecture.gate?.rawValue, architecture.attentionScope?.rawValue].compactMap { $0 }
          .joined(separator: " ")
      ),
      (
        "branches of 3×3 and 3×3 dilated by 2",
        branches.map(\.kernel) == [3, 3] && branches.map(\.dilation) == [1, 2],
        list(branches.map { "\($0.kernel)×\($0.kernel) dilated by \($0.dilation)" })
      ),
      (
        "branches of equal groups", Set(branches.map(\.groups)).count == 1,
        list(branches.map { "\($0.groups)" }) + " groups"
      ),
      ("select layers without biases", !architecture.selectBias, "biases"),
      (
        "no squeeze-and-excitation beside attention", architecture.squeezeExcitation == nil,
        "it"
      ),
      stemRule(architecture.stem),
      (
        "shortcuts without padded means", architecture.shortcutPool != .padded, "them"
      ),
      (
        "four stages of strides 1, 2, 2, 2", architecture.stages.map(\.stride) == [1, 2, 2, 2],
        list(architecture.stages.map { "\($0.stride)" })
      ),
      (
        "1e-05 added to variances", architecture.epsilon == 1e-5, "\(architecture.epsilon)"
      ),
    ]
    return rules.first { !$0.holds }
      .map { "timm's layout has \($0.timm), this network \($0.found)" }
  }

  private static func stemRule(
    _ stem: Architecture.Stem
  ) -> (timm: String, holds: Bool, found: String) {
    let isPooled = stem.stride == 2 && stem.pool == .padded
    let found =
      "\(stem.kernel)×\(stem.kernel), stride \(stem.stride), pool '\(stem.pool.rawValue)'"
    guard let hidden = stem.hidden else {
      return ("a stem of 7×7, stride 2 and a padded pool", stem.kernel == 7 && isPooled, found)
    }
    let channels = hidden + [stem.channels]
    // `deep` has w, w and 2w, `deep_tiered` 3 (w / 4) at first.
    let isBuilt =
      channels.count == 3 && channels[2] == 2 * channels[1]
      && [channels[1], 3 * (channels[1] / 4)].contains(channels[0])
    return (
      "deep stems of three 3×3 with w, w and 2w channels, stride 2 and a padded pool",
      stem.kernel == 3 && isPooled && isBuilt,
      found + " and " + channels.map(String.init).joined(separator: ", ") + " channels"
    )
  }
}
