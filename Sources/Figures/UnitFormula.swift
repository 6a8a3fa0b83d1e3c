import Networks

/// A unit as table 1 writes it: `[1×1, 128 · SK[2, 32, 16], 128 · 1×1, 256]`; where the branches are
/// not joined by a softmax a channel, with what joins them: `SK[2, 32, 16] sigmoid shared`.
struct UnitFormula: CustomStringConvertible {
  let description: String

  init(_ architecture: Architecture, _ unit: NetworkSummary.UnitSummary) {
    let branches = unit.branches
    let groups = branches.map { "\($0.groups)" }
    let cardinality = Set(groups).count == 1 ? groups[0] : groups.joined(separator: "/")
    let middle: String
    if unit.attentionWidth != nil {
      let gate = [
        architecture.gate == .softmax ? nil : architecture.gate?.rawValue,
        architecture.attentionScope?.rawValue,
      ]
      middle =
        (["SK[\(branches.count), \(cardinality), \(architecture.reduction)]"]
        + gate.compactMap { $0 }).joined(separator: " ")
    } else if branches.count > 1 {
      middle = "sum of \(branches.count)"
    } else {
      middle = branches.first.map { "\($0.kernel)×\($0.kernel)" } ?? ""
    }
    let isBottleneck = architecture.block != .basic
    let made = architecture.block == .shuffle ? unit.output.channels / 2 : unit.output.channels
    let parts =
      (isBottleneck ? ["1×1, \(unit.width)"] : []) + ["\(middle), \(unit.width)"]
      + ["\(isBottleneck ? "1×1" : "3×3"), \(made)"]
      + (architecture.squeezeExcitation.map { ["SE, r \($0.reduction)"] } ?? [])
    description = "[" + parts.joined(separator: " · ") + "]"
  }
}
