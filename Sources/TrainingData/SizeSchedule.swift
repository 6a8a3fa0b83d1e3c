/// The side of the training pictures at every step of a run.
public struct SizeSchedule: Codable, Hashable, Sendable {
  /// A part of the run with pictures of one size.
  public struct Phase: Codable, Hashable, Sendable {
    /// Side in pixels.
    public var size: Int
    /// How long; nil for the rest of the run.
    public var span: Span?

    /// Describes a part.
    public init(size: Int, span: Span? = nil) {
      self.size = size
      self.span = span
    }
  }

  /// The parts in their order; the last takes what the others leave.
  public var phases: [Phase]

  /// Describes a schedule of at least one part.
  public init(_ phases: [Phase]) {
    precondition(!phases.isEmpty)
    self.phases = phases
  }

  /// The side at a step, from 0.
  public func size(step: Int, of run: RunLength) -> Int {
    for (index, end) in ends(of: run).enumerated() where step < end { return phases[index].size }
    return phases[phases.count - 1].size
  }

  /// Steps of each part.
  public func steps(of run: RunLength) -> [Int] {
    var start = 0
    return ends(of: run).map { end in
      defer { start = end }
      return end - start
    }
  }

  /// The step at which each part has ended.
  private func ends(of run: RunLength) -> [Int] {
    var end = 0.0
    var ends = phases.dropLast().map { phase in
      end += phase.span?.steps(in: run) ?? 0
      return min(run.steps, Int(end.rounded()))
    }
    ends.append(run.steps)
    return ends
  }
}
