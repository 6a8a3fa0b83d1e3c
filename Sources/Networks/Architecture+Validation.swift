import Foundation
import Wording

/// A value of an architecture that no network can have.
public struct ArchitectureError: Error, Hashable, Sendable, CustomStringConvertible,
  LocalizedError
{
  /// Where it stands, as in the JSON form: `stages[1].width`.
  public var field: String
  /// What was expected, and what was found.
  public var problem: String

  /// Says what is wrong with a field.
  package init(field: String, problem: String) {
    self.field = field
    self.problem = problem
  }

  /// One line: the field and the problem.
  public var description: String { "architecture, \(field): \(problem)" }
  /// The same line.
  public var errorDescription: String? { description }
}

extension Architecture {
  /// Bounds on what a file may ask for.
  ///
  /// They leave room for every published network of this kind several times over, and keep all
  /// counts within an `Int`: 2³¹ parameters on 2³⁰ positions are fewer than 2⁶³ multiply-adds.
  public enum Limits {
    /// Channels of any layer.
    public static let channels = 1...65_536
    /// Units of the whole network.
    public static let units = 1...1024
    /// Branches of a unit.
    public static let branches = 1...16
    /// Side of a kernel, always odd.
    public static let kernel = 1...31
    /// Convolutions of the stem before its last.
    public static let hidden = 1...8
    /// Distance between taps.
    public static let dilation = 1...64
    /// Stride of the stem or of a stage.
    public static let stride = 1...8
    /// Classes; 0 for a network without a classifier.
    public static let classes = 0...1_000_000
    /// Values of all tensors together.
    public static let values = 1 << 31
    /// Side of the input in pixels.
    public static let inputSide = 1...32_768

    /// Refuses a picture that is empty or too large to count on.
    static func check(_ input: SpatialSize) throws(ArchitectureError) {
      let sides = inputSide
      guard sides.contains(input.height), sides.contains(input.width) else {
        throw ArchitectureError(
          field: "input",
          problem: "expected sides of \(sides.lowerBound) to \(sides.upperBound) pixels, found"
            + " \(input)")
      }
    }
  }

  /// Checks a value that comes from a file.
  ///
  /// Everything else in the package takes an architecture at its word: one that passes here
  /// overflows nothing and divides evenly.
  ///
  /// - Throws: `ArchitectureError` for the first field that no network can have.
  public func validate() throws(ArchitectureError) {
    try check("stem.kernel", stem.kernel, Limits.kernel)
    try checkOdd("stem.kernel", stem.kernel)
    try check("stem.stride", stem.stride, Limits.stride)
    try check("stem.channels", stem.channels, Limits.channels)
    if let hidden = stem.hidden {
      try check("stem.hidden (count)", hidden.count, Limits.hidden)
      for (index, channels) in hidden.enumerated() {
        try check("stem.hidden[\(index)]", channels, Limits.channels)
      }
    }
    if let shortcutPool, block == .shuffle {
      throw ArchitectureError(
        field: "shortcutPool",
        problem: "expected none in shuffle units, whose shortcut is a depthwise 3×3, found"
          + " \(shortcutPool.rawValue)")
    }
    try check("reduction", reduction, Limits.channels)
    try check("minimum", minimum, Limits.channels)
    if let head {
      try check("head", head, Limits.channels)
      if excitesHead, let excitation = squeezeExcitation {
        try check("squeezeExcitation.reduction", excitation.reduction, 1...head)
      }
    }
    try check("classes", classes, Limits.classes)
    guard epsilon.isFinite, epsilon > 0, epsilon < 1 else {
      throw ArchitectureError(
        field: "epsilon", problem: "expected between 0 and 1, found \(epsilon)")
    }
    try checkBranches()
    try checkStages()
    try checkTotal()
  }

  private func checkBranches() throws(ArchitectureError) {
    try check("branches (count)", branches.count, Limits.branches)
    for (index, branch) in branches.enumerated() {
      try check("branches[\(index)].kernel", branch.kernel, Limits.kernel)
      try checkOdd("branches[\(index)].kernel", branch.kernel)
      try check("branches[\(index)].dilation", branch.dilation, Limits.dilation)
      try check("branches[\(index)].groups", branch.groups, Limits.channels)
    }
    if let attentionScope, !hasAttention {
      throw ArchitectureError(
        field: "attentionScope",
        problem: "expected none without attention, found \(attentionScope.rawValue)")
    }
    if branches.count > 1, gate == nil {
      throw ArchitectureError(
        field: "gate",
        problem:
          "expected softmax, sigmoid or sum for \(counted(branches.count, "branch")), found none")
    }
  }

  private func checkStages() throws(ArchitectureError) {
    try check("stages (count)", stages.count, Limits.units)
    var input = stem.channels
    var unitCount = 0
    for (index, stage) in stages.enumerated() {
      let field = "stages[\(index)]"
      try check(field + ".units", stage.units, Limits.units)
      unitCount += stage.units
      try check("stages (units together)", unitCount, Limits.units)
      try check(field + ".width", stage.width, Limits.channels)
      try check(field + ".output", stage.output, Limits.channels)
      if block == .shuffle, stage.output % 2 != 0 {
        throw ArchitectureError(
          field: field + ".output",
          problem: "expected an even number for two halves, found \(stage.output)")
      }
      try check(field + ".stride", stage.stride, Limits.stride)
      if let width = stage.attentionWidth {
        try check(field + ".attentionWidth", width, Limits.channels)
      }
      if let excitation = squeezeExcitation {
        let excited = block == .shuffle ? stage.output / 2 : stage.output
        try check("squeezeExcitation.reduction", excitation.reduction, 1...excited)
      }
      // In a basic block the first unit's branches see the previous stage's channels.
      var inputs = [block == .basic ? input : stage.width]
      if block == .basic, stage.units > 1 { inputs.append(stage.output) }
      for channels in inputs { try checkGroups(field, channels: channels, width: stage.width) }
      input = stage.output
    }
  }

  private func checkGroups(
    _ field: String, channels: Int, width: Int
  ) throws(ArchitectureError) {
    if splitInput, channels % branches.count != 0 {
      throw ArchitectureError(
        field: field,
        problem:
          "\(counted(channels, "channel")) do not split evenly over \(counted(branches.count, "branch"))"
      )
    }
    let input = splitInput ? channels / branches.count : channels
    for (m, branch) in branches.enumerated() {
      let groups = min(branch.groups, input)
      guard input % groups == 0, width % groups == 0 else {
        throw ArchitectureError(
          field: field + ".width",
          problem: "branch \(m) has \(groups) groups, which do not divide its \(input) input"
            + " and \(width) output channels")
      }
    }
  }

  /// The fields' own bounds keep this sum within an `Int`: fewer than 2⁶² values.
  private func checkTotal() throws(ArchitectureError) {
    let total: Int
    do throws(ArchitectureError) {
      total = try countedParameters().reduce(0) { $0 + $1.count }
    } catch {
      throw ArchitectureError(field: "stages", problem: error.problem)
    }
    if total > Limits.values {
      throw ArchitectureError(
        field: "stages",
        problem: "\(counted(total, "value")), more than the \(Limits.values) allowed")
    }
  }

  private func check(
    _ field: String, _ value: Int, _ allowed: ClosedRange<Int>
  ) throws(ArchitectureError) {
    if !allowed.contains(value) {
      throw ArchitectureError(
        field: field,
        problem: "expected \(allowed.lowerBound) to \(allowed.upperBound), found \(value)")
    }
  }

  private func checkOdd(_ field: String, _ value: Int) throws(ArchitectureError) {
    if value % 2 == 0 {
      throw ArchitectureError(
        field: field, problem: "expected an odd size, found \(value): an even kernel has no centre")
    }
  }
}

extension Preprocessing {
  /// Checks a value that comes from a file.
  ///
  /// - Throws: `ArchitectureError` for the first field that no picture could be prepared with.
  public func validate() throws(ArchitectureError) {
    func fail(_ field: String, _ problem: String) -> ArchitectureError {
      ArchitectureError(field: "input." + field, problem: problem)
    }
    let sides = Architecture.Limits.inputSide
    guard sides.contains(size) else {
      throw fail(
        "size", "expected \(sides.lowerBound) to \(sides.upperBound) pixels, found \(size)")
    }
    guard mean.count == 3, mean.allSatisfy(\.isFinite) else {
      throw fail("mean", "expected three finite numbers, found \(mean.count) numbers")
    }
    guard std.count == 3, std.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw fail("std", "expected three positive numbers")
    }
    guard scale.isFinite, scale > 0 else {
      throw fail("scale", "expected a positive number, found \(scale)")
    }
    guard crop > 0, crop <= 1 else {
      throw fail("crop", "expected above 0 and at most 1, found \(crop)")
    }
  }
}
