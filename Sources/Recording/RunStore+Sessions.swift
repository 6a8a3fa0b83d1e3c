import Foundation
import GRDB

extension RunStore {
  /// How a process recorded photographs.
  public struct Session: Equatable, Sendable {
    /// Seconds between its first batch and its last.
    public var seconds: Double
    /// Photographs of all batches but the first, which took those seconds.
    public var photographs: Int
    /// When the last batch was recorded.
    public var last: Date
  }

  /// How the last process that recorded anything went on; nil in runs that did not take it down.
  ///
  /// - Throws: `RecordingError` if the store cannot be read.
  public func lastSession() throws -> Session? {
    try database.read { database in
      guard try database.tableExists("session"),
        let row = try Row.fetchOne(
          database,
          sql: "SELECT began, ended, photographs FROM session ORDER BY id DESC LIMIT 1")
      else { return nil }
      let session = StoreRow(row, in: self.database, "table session, last row")
      let moments = 0...1e12
      let began = try session.number("began", in: moments)
      let ended = try session.number("ended", in: moments)
      return Session(
        seconds: max(0, ended - began),
        photographs: try session.integer("photographs", in: 0...Int(Int32.max)),
        last: Date(timeIntervalSince1970: ended))
    }
  }

  /// Takes down that so many photographs are recorded now, in the transaction that records them.
  ///
  /// - Parameters:
  ///   - count: Photographs of the batch.
  ///   - session: The process's own row, once there is one.
  ///   - database: Where to.
  /// - Returns: The process's own row.
  /// - Throws: What SQLite says.
  func noteSession(_ count: Int, _ session: Int64?, in database: Database) throws -> Int64 {
    let now = Date().timeIntervalSince1970
    guard let session else {
      try database.execute(
        sql: "INSERT INTO session (began, ended, photographs) VALUES (?, ?, 0)",
        arguments: [now, now])
      return database.lastInsertedRowID
    }
    try database.execute(
      sql: "UPDATE session SET ended = ?, photographs = photographs + ? WHERE id = ?",
      arguments: [now, count, session])
    return session
  }
}
