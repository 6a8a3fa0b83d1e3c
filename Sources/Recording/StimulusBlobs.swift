import Foundation
import GRDB

/// What to read beside the means.
public struct RowParts: OptionSet, Sendable {
  /// The bits.
  public let rawValue: Int
  /// Makes a set of parts.
  public init(rawValue: Int) { self.rawValue = rawValue }
  /// The network's outputs.
  public static let logits = RowParts(rawValue: 1)
  /// Means of successive channels.
  public static let profiles = RowParts(rawValue: 2)
  /// Every channel, where kept.
  public static let channels = RowParts(rawValue: 4)
}

/// Rows of the tables `stimulus` and `attention`.
struct StimulusBlobs {
  let store: RunDatabase
  let shape: RowShape

  static func insert(
    _ stimulus: StimulusRow, image: Int, ordinal: Int, into database: Database
  ) throws {
    let statement = try database.cachedStatement(
      sql: "INSERT INTO stimulus VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    try statement.execute(arguments: [
      image, ordinal, stimulus.scale, stimulus.control, stimulus.isUndersampled,
      stimulus.visibleShare, stimulus.sourceSide, stimulus.rank, blob(stimulus.logits),
      stimulus.dose, stimulus.ownMove,
    ])
    let attention = try database.cachedStatement(
      sql: "INSERT INTO attention VALUES (?, ?, ?, ?, ?, ?, ?)")
    for (index, unit) in stimulus.units.enumerated() {
      try attention.execute(arguments: [
        image, ordinal, index, blob(unit.means), blob(unit.profile), unit.channels.map(blob),
        unit.channelsUp,
      ])
    }
  }

  /// A photograph's stimuli with all their units.
  func fetch(image: Int, _ parts: RowParts, from database: Database) throws -> [StimulusRow] {
    let logits = parts.contains(.logits) ? "logits" : "NULL AS logits"
    // Runs of before have no doses.
    let hasDoses = try database.columns(in: "stimulus").contains { $0.name == "dose" }
    let doses = hasDoses ? "dose, ownMove" : "NULL AS dose, NULL AS ownMove"
    let statement = try database.cachedStatement(
      sql: """
        SELECT ordinal, scale, control, isUndersampled, visibleShare, sourceSide, rank, \(logits),
          \(doses)
        FROM stimulus WHERE image = ? ORDER BY ordinal
        """)
    var stimuli: [StimulusRow] = []
    let rows = try Row.fetchCursor(statement, arguments: [image])
    while let row = try rows.next() {
      stimuli.append(try stimulus(row, image: image, place: stimuli.count, parts))
    }
    try fetchUnits(of: &stimuli, image: image, parts, from: database)
    return stimuli
  }

  private func stimulus(_ row: Row, image: Int, place: Int, _ parts: RowParts) throws -> StimulusRow
  {
    let row = StoreRow(row, in: store, "table stimulus, photograph \(image), stimulus \(place)")
    _ = try row.integer("ordinal", in: place...place)
    return StimulusRow(
      scale: try row.number("scale", in: Self.scale),
      control: try row.optionalText("control", atMost: 256),
      isUndersampled: try row.integer("isUndersampled", in: 0...1) == 1,
      visibleShare: try row.number("visibleShare", in: Self.size),
      sourceSide: try row.number("sourceSide", in: Self.size),
      rank: try row.optionalInteger(
        "rank", in: 0...max(0, (shape.classCount ?? RowShape.mostClasses) - 1)),
      logits: parts.contains(.logits) ? try row.floats("logits", count: shape.classCount) : [],
      units: [], dose: try row.optionalNumber("dose", in: Self.dose),
      ownMove: try row.optionalNumber("ownMove", in: Self.dose))
  }

  private func fetchUnits(
    of stimuli: inout [StimulusRow], image: Int, _ parts: RowParts, from database: Database
  ) throws {
    let profile = parts.contains(.profiles) ? "profile" : "NULL AS profile"
    let channels = parts.contains(.channels) ? "channels" : "NULL AS channels"
    let statement = try database.cachedStatement(
      sql: """
        SELECT ordinal, unit, means, \(profile), \(channels), channelsUp FROM attention
        WHERE image = ? ORDER BY ordinal, unit
        """)
    let unitCount = shape.unitChannels.count
    var count = 0
    let rows = try Row.fetchCursor(statement, arguments: [image])
    while let row = try rows.next() {
      let (place, unit) = unitCount > 0 ? count.quotientAndRemainder(dividingBy: unitCount) : (0, 0)
      let row = StoreRow(
        row, in: store, "table attention, photograph \(image), stimulus \(place), unit \(unit)")
      guard place < stimuli.count, unitCount > 0 else {
        throw row.error("belongs to no stimulus or unit of the run")
      }
      _ = try row.integer("ordinal", in: place...place)
      _ = try row.integer("unit", in: unit...unit)
      stimuli[place].units.append(try self.unit(row, unit, parts))
      count += 1
    }
    guard count == stimuli.count * unitCount else {
      throw RecordingError.damaged(
        folder: store.folder,
        reason: "table attention, photograph \(image): \(count) rows, expected"
          + " \(stimuli.count * unitCount), the rows of all units")
    }
  }

  private func unit(_ row: StoreRow, _ unit: Int, _ parts: RowParts) throws -> UnitRow {
    let attention = Self.attention
    return UnitRow(
      means: try row.doubles("means", count: shape.branchCount, in: RowShape.attention),
      profile: parts.contains(.profiles)
        ? try row.floats("profile", count: shape.profileCount(unit), in: attention) : [],
      channels: try row.optionalFloats(
        "channels", count: shape.branchCount * shape.unitChannels[unit], in: attention),
      channelsUp: try row.optionalNumber("channelsUp", in: 0...1))
  }

  static let attention = Float(RowShape.attention.lowerBound)...Float(RowShape.attention.upperBound)
  static let scale = Double.leastNonzeroMagnitude...Double.greatestFiniteMagnitude
  private static let size = 0...Double.greatestFiniteMagnitude
  private static let dose = 0...RowShape.attention.upperBound

  private static func blob(_ values: [Float]) -> Data {
    values.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }
  }

  static func blob(_ values: [Double]) -> Data {
    values.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }
  }
}
