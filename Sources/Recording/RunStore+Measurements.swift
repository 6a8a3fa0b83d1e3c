import Foundation
import GRDB

/// Rows of the table `measurement`.
enum MeasurementRows {
  static func insert(
    _ numbers: [Double], image: Int, ordinal: Int, into database: Database
  ) throws {
    let statement = try database.cachedStatement(sql: "INSERT INTO measurement VALUES (?, ?, ?)")
    try statement.execute(arguments: [image, ordinal, StimulusBlobs.blob(numbers)])
  }
}

extension RunStore {
  /// The longest array of a photograph: what a cell holds, and a little less.
  public static let mostNumbers = (64 << 20) / 8 - 1024

  /// Hands over every photograph that is done, in order, with its numbers.
  ///
  /// One photograph is in memory at a time. `body` must not ask this store for anything else.
  ///
  /// - Parameters:
  ///   - counts: How many numbers each array of a photograph has; nil where the numbers themselves tell.
  ///   - body: Receives a photograph and its arrays; failed ones have none.
  /// - Throws: `RecordingError` for what has another length, and what `body` throws.
  public func forEachMeasurement(
    counts: [Int]? = nil, _ body: (RecordedImage, [[Double]]) throws -> Void
  ) throws {
    try database.read { database in
      try forEachRecord(database) { record in
        guard record.isDone else { return }
        let image = record.image.index
        let arrays = try numbers(of: image, counts: counts, from: database)
        let expected = record.image.error == nil ? counts?.count ?? arrays.count : 0
        guard arrays.count == expected else {
          throw RecordingError.damaged(
            folder: folder,
            reason: "table measurement, photograph \(image): has \(arrays.count) arrays, expected"
              + " \(expected)")
        }
        try body(record.image, arrays)
      }
    }
  }

  /// A photograph's arrays.
  ///
  /// - Parameters:
  ///   - image: The photograph.
  ///   - counts: How many numbers each has; nil for whatever is there.
  ///   - database: What is read.
  /// - Returns: The arrays in their order.
  /// - Throws: `RecordingError` for arrays that are not those.
  func numbers(of image: Int, counts: [Int]?, from database: Database) throws -> [[Double]] {
    let statement = try database.cachedStatement(
      sql: "SELECT ordinal, numbers FROM measurement WHERE image = ? ORDER BY ordinal")
    let rows = try Row.fetchCursor(statement, arguments: [image])
    var arrays: [[Double]] = []
    while let row = try rows.next() {
      let row = StoreRow(
        row, in: self.database, "table measurement, photograph \(image), array \(arrays.count)")
      guard counts?.indices.contains(arrays.count) ?? true else {
        throw row.error("is none that the run's specification asks for")
      }
      _ = try row.integer("ordinal", in: arrays.count...arrays.count)
      arrays.append(try row.numbers("numbers", count: counts?[arrays.count]))
    }
    return arrays
  }
}
