/// What every row of a run must look like, which recorded and read rows are held against.
struct RowShape {
  let branchCount: Int
  let unitChannels: [Int]
  /// Length of every output, where that is known.
  let classCount: Int?

  /// The longest output that is read: more classes than any network has.
  static let mostClasses = 1_000_000
  /// What attention may be; sums of rounded numbers may pass 1 by a little.
  static let attention = 0.0...1.001

  init(_ run: RunDescription, classCount: Int?) {
    branchCount = run.branchCount
    unitChannels = run.unitChannels
    self.classCount = classCount
  }

  /// Points of a unit's profile, all branches together.
  func profileCount(_ unit: Int) -> Int {
    branchCount * UnitRow.points(channels: unitChannels[unit])
  }

  /// What keeps a row from being recorded, since it could not be read again; nil if nothing does.
  func problem(of row: StimulusRow) -> String? {
    let attention = StimulusBlobs.attention
    guard StimulusBlobs.scale.contains(row.scale),
      row.visibleShare.isFinite, row.visibleShare >= 0, row.sourceSide.isFinite,
      row.sourceSide >= 0,
      row.logits.allSatisfy(\.isFinite), row.logits.count <= Self.mostClasses,
      classCount.map({ $0 == row.logits.count }) ?? true
    else { return "its stimulus or output is not finite, or has another size than the network's" }
    guard [row.dose, row.ownMove].allSatisfy({ $0.map(Self.attention.contains) ?? true }) else {
      return "its dose is not within 0 and 1"
    }
    guard row.units.count == unitChannels.count else { return "\(row.units.count) units" }
    for (index, unit) in row.units.enumerated() {
      guard unit.means.count == branchCount, unit.profile.count == profileCount(index),
        unit.channels.map({ $0.count == branchCount * unitChannels[index] }) ?? true
      else { return "the attention of unit \(index) has another size than the network's" }
      guard unit.means.allSatisfy(Self.attention.contains),
        unit.profile.allSatisfy(attention.contains),
        unit.channels?.allSatisfy(attention.contains) ?? true,
        unit.channelsUp.map((0...1).contains) ?? true
      else { return "the attention of unit \(index) is not within 0 and 1" }
    }
    return nil
  }
}
