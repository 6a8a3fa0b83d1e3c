/// What was measured of a photograph at a node and a scale.
///
/// Content and attention come from the photograph at this scale, or from that at the smallest. A gradient
/// that is held does not pass the gates: what is left is what their weights, as they are, let through.
public struct FieldObservation: Equatable, Sendable {
  /// Gates live: this scale's content and attention, and the gradient through the gates.
  public var full: FieldSizes
  /// This scale's content and attention, gates held; nil where the network has none.
  public var held: FieldSizes?
  /// This scale's content, the smallest scale's attention, held.
  public var clamped: FieldSizes?
  /// The smallest scale's content, this scale's attention, held.
  public var reversed: FieldSizes?
  /// Σ|g_gate| / (Σ|g_gate| + Σ|g_held|), g_gate being what the gates add to the gradient.
  public var gateShare: Double?

  /// Joins what was measured; terms that a network without gates, or the smallest scale, has not are nil.
  public init(
    full: FieldSizes, held: FieldSizes? = nil, clamped: FieldSizes? = nil,
    reversed: FieldSizes? = nil, gateShare: Double? = nil
  ) {
    self.full = full
    self.held = held
    self.clamped = clamped
    self.reversed = reversed
    self.gateShare = gateShare
  }
}

extension FieldObservation {
  /// What a field's spread changes by from the smallest scale to this one, in pixels, and through what.
  struct Change {
    /// Of the field with the gates live: selection + content + gate.
    var total: Double
    /// By the attention alone: the mean of both orders.
    var selection: Double
    /// The attention changed under this scale's content, and under the smallest scale's.
    var orders: [Double]
    /// What the orders differ by.
    var interaction: Double
    /// By the content alone, under either attention, on average.
    var content: Double
    /// By what the gradient through the gates adds.
    var gate: Double

    /// Compares two scales; nil where terms are missing.
    ///
    /// - Parameters:
    ///   - here: At this scale.
    ///   - start: At the smallest scale.
    init?(_ here: FieldObservation, from start: FieldObservation) {
      guard let held = here.held, let clamped = here.clamped, let reversed = here.reversed,
        let base = start.held
      else { return nil }
      total = here.full.spread - start.full.spread
      orders = [held.spread - clamped.spread, reversed.spread - base.spread]
      selection = (orders[0] + orders[1]) / 2
      interaction = orders[0] - orders[1]
      content = (held.spread - reversed.spread + clamped.spread - base.spread) / 2
      gate = (here.full.spread - held.spread) - (start.full.spread - base.spread)
    }
  }
}

extension FieldObservation {
  /// How many numbers keep an observation.
  package static let numberCount = 4 * FieldSizes.numberCount + 1
  /// Those of none.
  package static let noNumbers = [Double](repeating: .nan, count: numberCount)

  /// The terms one after another, then the share of the gates; NaN for what is nil.
  package var numbers: [Double] {
    [full, held, clamped, reversed].flatMap { $0?.numbers ?? FieldSizes.noNumbers }
      + [gateShare ?? .nan]
  }

  /// The observation that numbers keep; nil of none.
  package init?(numbers: [Double]) {
    precondition(numbers.count == Self.numberCount)
    func sizes(_ term: Int) -> FieldSizes? {
      let count = FieldSizes.numberCount
      return FieldSizes.kept(Array(numbers[term * count..<(term + 1) * count]))
    }
    guard let full = sizes(0) else { return nil }
    let share = numbers[Self.numberCount - 1]
    self.init(
      full: full, held: sizes(1), clamped: sizes(2), reversed: sizes(3),
      gateShare: share.isNaN ? nil : share)
  }
}
