import Networks

/// What a unit's branches are weighed by instead of its attention.
///
/// Applied after the softmax, before the branches are joined (between equations 5 and 6).
public enum Intervention: Hashable, Sendable {
  /// The branch of that index alone, as it is.
  case branch(Int)
  /// The same weight 1/M for every branch.
  case uniform
  /// Given weights `[M, C]`: another picture's attention, a mean over pictures, an earlier one.
  case weights([Float])
  /// The attention with the order of the branches reversed; of two branches, each has the other's.
  case swapped
}

extension Intervention {
  /// Why it cannot be done to a unit, as the end of a sentence; nil if it can.
  func problem(width: Int, branches: Int) -> String? {
    switch self {
    case .uniform, .swapped: return nil
    case .branch(let branch):
      return (0..<branches).contains(branch)
        ? nil : "branch \(branch) was asked for; the unit has 0 to \(branches - 1)"
    case .weights(let values):
      guard values.count == branches * width else {
        return "\(values.count) weights were given; expected \(branches) × \(width)"
      }
      return values.allSatisfy(\.isFinite) ? nil : "a weight is not a finite number"
    }
  }

  /// Writes the weights that do not depend on the attention; `swapped` writes none.
  ///
  /// - Parameters:
  ///   - target: `[M, padded]`; what is beyond the width stays.
  ///   - width: Channels.
  ///   - padded: Distance between branches in numbers.
  ///   - branches: M.
  func fill(_ target: UnsafeMutablePointer<Float>, width: Int, padded: Int, branches: Int) {
    for m in 0..<branches {
      let row = target + m * padded
      switch self {
      case .branch(let branch): row.update(repeating: m == branch ? 1 : 0, count: width)
      case .uniform: row.update(repeating: 1 / Float(branches), count: width)
      case .weights(let values):
        for c in 0..<width { row[c] = values[m * width + c] }
      case .swapped: break
      }
    }
  }
}
