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
enum StimulusBlobs {
  static func insert(
    _ stimulus: StimulusRow, image: Int, ordinal: Int, into database: Database
  ) throws {
    let statement = try database.cachedStatement(
      sql: "INSERT INTO stimulus VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
    try statement.execute(arguments: [
      image, ordinal, stimulus.scale, stimulus.control, stimulus.isUndersampled,
      stimulus.visibleShare, stimulus.sourceSide, stimulus.rank, blob(stimulus.logits),
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

  static func fetch(image: Int, _ parts: RowParts, from database: Database) throws
    -> [StimulusRow]
  {
    let logits = parts.contains(.logits) ? "logits" : "NULL AS logits"
    let profile = parts.contains(.profiles) ? "profile" : "NULL AS profile"
    let channels = parts.contains(.channels) ? "channels" : "NULL AS channels"
    var units: [Int: [UnitRow]] = [:]
    let attention = try database.cachedStatement(
      sql: """
        SELECT ordinal, means, \(profile), \(channels), channelsUp FROM attention
        WHERE image = ? ORDER BY ordinal, unit
        """)
    let attentionRows = try Row.fetchCursor(attention, arguments: [image])
    while let row = try attentionRows.next() {
      let unit = try UnitRow(
        means: doubles(row.decode(forColumn: "means")),
        profile: floats(row.decode(forColumn: "profile")),
        channels: row.decode(Data?.self, forColumn: "channels").map(floats),
        channelsUp: row.decode(forColumn: "channelsUp"))
      try units[row.decode(forColumn: "ordinal"), default: []].append(unit)
    }
    let stimuli = try database.cachedStatement(
      sql: """
        SELECT ordinal, scale, control, isUndersampled, visibleShare, sourceSide, rank, \(logits)
        FROM stimulus WHERE image = ? ORDER BY ordinal
        """)
    return try Row.fetchAll(stimuli, arguments: [image]).map { row in
      try StimulusRow(
        scale: row.decode(forColumn: "scale"), control: row.decode(forColumn: "control"),
        isUndersampled: row.decode(forColumn: "isUndersampled"),
        visibleShare: row.decode(forColumn: "visibleShare"),
        sourceSide: row.decode(forColumn: "sourceSide"), rank: row.decode(forColumn: "rank"),
        logits: floats(row.decode(forColumn: "logits")),
        units: units[row.decode(forColumn: "ordinal")] ?? [])
    }
  }

  private static func blob(_ values: [Float]) -> Data {
    values.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }
  }

  private static func blob(_ values: [Double]) -> Data {
    values.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }
  }

  static func floats(_ data: Data?) -> [Float] {
    guard let data else { return [] }
    return data.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map {
        Float(
          bitPattern: UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
      }
    }
  }

  static func doubles(_ data: Data) -> [Double] {
    data.withUnsafeBytes { bytes in
      (0..<bytes.count / 8).map {
        Double(
          bitPattern: UInt64(
            littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)))
      }
    }
  }
}
