import Networks
import Wording

extension Architecture {
  /// Refuses values that describe no network.
  func check() throws(EngineError) {
    func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws(EngineError) {
      if !condition { throw .architecture(problem()) }
    }
    let numbers =
      [stem.kernel, stem.stride, stem.channels, head ?? 1, classes, reduction, minimum]
      + (stem.hidden ?? [])
      + stages.flatMap { [$0.units, $0.width, $0.output, $0.stride, $0.attentionWidth ?? 1] }
      + branches.flatMap { [$0.kernel, $0.dilation, $0.groups] }
    // Far beyond any network, and small enough that no product of a few overflows.
    if let large = numbers.first(where: { $0 > 65_536 }) {
      throw .architecture("it says \(large) where no network has more than 65536")
    }
    // The same bounds as of an architecture that a file holds, so that no count overflows.
    if let large = ([stem.kernel] + branches.map(\.kernel)).first(where: {
      $0 > Limits.kernel.upperBound
    }) {
      throw .architecture(
        "it has a kernel of \(large) × \(large); \(Limits.kernel.upperBound) is the largest")
    }
    let units = stages.reduce(0) { $0 + max(0, $1.units) }
    if units > Limits.units.upperBound || stages.count > Limits.units.upperBound {
      throw .architecture("it has \(units) units; \(Limits.units.upperBound) are the most")
    }
    if branches.count > Limits.branches.upperBound {
      throw .architecture(
        "it has \(branches.count) branches; \(Limits.branches.upperBound) are the most")
    }
    try require(!stages.isEmpty, "it has no stages")
    try require(!branches.isEmpty, "its units have no branches")
    try require(classes >= 0, "it has \(counted(classes, "class"))")
    try require(epsilon >= 0 && epsilon.isFinite, "epsilon is \(epsilon)")
    try require(
      stem.kernel > 0 && stem.kernel % 2 == 1 && stem.stride > 0 && stem.channels > 0,
      "the stem is \(stem.kernel)×\(stem.kernel)/\(stem.stride) with \(counted(stem.channels, "channel")); "
        + "expected an odd kernel and positive numbers")
    try require(
      stem.hidden.map { !$0.isEmpty && $0.allSatisfy { $0 > 0 } } ?? true,
      "the stem's first convolutions have \(stem.hidden ?? []) channels; expected positive numbers")
    try require(
      shortcutPool == nil || block != .shuffle, "shuffle units have no shortcut to pool for")
    for (index, stage) in stages.enumerated() {
      try require(
        stage.units > 0 && stage.width > 0 && stage.output > 0 && stage.stride > 0,
        "stage \(index + 2) has units, width, output and stride of \(stage.units), \(stage.width), "
          + "\(stage.output), \(stage.stride); expected positive numbers")
    }
    for (m, branch) in branches.enumerated() {
      try require(
        branch.kernel > 0 && branch.kernel % 2 == 1 && branch.dilation > 0 && branch.groups > 0,
        "branch \(m) has kernel \(branch.kernel), dilation \(branch.dilation), groups "
          + "\(branch.groups); expected an odd kernel and positive numbers")
    }
    try require(
      branches.count == 1 || gate != nil, "\(branches.count) branches need a gate to join them")
    try require(head ?? 1 > 0, "the head has \(counted(head ?? 0, "channel"))")
    try require(reduction > 0 && minimum >= 0, "reduction and minimum are \(reduction), \(minimum)")
    for unit in self.units {
      try require(
        unit.attentionWidth > 0, "\(unit.name) has attention width \(unit.attentionWidth)")
      try require(
        block != .shuffle || unit.output % 2 == 0,
        "\(unit.name) cannot put out two halves of \(counted(unit.output, "channel"))")
      let input = block == .basic ? unit.input : unit.width
      let branches = unit.branches
      try require(
        !splitInput || input % branches.count == 0,
        "\(unit.name) cannot split \(counted(input, "channel")) between \(branches.count) branches")
      let share = splitInput ? input / branches.count : input
      for (m, branch) in branches.enumerated() {
        let groups = min(branch.groups, share)
        try require(
          share % groups == 0 && unit.width % groups == 0,
          "\(unit.name) branch \(m) cannot divide \(share) and \(counted(unit.width, "channel")) into "
            + "\(groups) groups")
      }
      if let excitation = squeezeExcitation {
        try require(
          excitation.reduction > 0 && unit.pathOutput / max(excitation.reduction, 1) > 0,
          "\(unit.name) cannot reduce \(counted(unit.pathOutput, "channel")) by \(excitation.reduction)"
        )
      }
    }
    if excitesHead, let reduction = squeezeExcitation?.reduction {
      try require(
        features >= reduction,
        "the head cannot reduce \(counted(features, "channel")) by \(reduction)")
    }
  }
}
