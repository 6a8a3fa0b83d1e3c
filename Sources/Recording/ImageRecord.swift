import GRDB

/// A row of the table `image`.
struct ImageRecord {
  let image: RecordedImage
  let isDone: Bool

  /// Bytes of the longest path: Linux opens none that is longer.
  static let longestPath = 4096
  /// Characters of the longest error.
  static let longestError = 16_384

  /// Checks a row.
  ///
  /// - Parameters:
  ///   - row: What was read.
  ///   - place: How many rows came before it, which its id has to say too.
  ///   - store: Where from.
  ///   - classCount: Number of the network's classes, where that is known.
  /// - Throws: `RecordingError.damaged` naming the row.
  init(_ row: Row, place: Int, in store: RunDatabase, classCount: Int?) throws {
    let row = StoreRow(row, in: store, "table image, row \(place)")
    // Also keeps pages that lead in circles from being read again and again.
    let index = try row.integer("id", in: place...place)
    isDone = try row.integer("isDone", in: 0...1) == 1
    image = RecordedImage(
      index: index, path: try row.path("path", atMost: Self.longestPath),
      sha256: try row.text("sha256", atMost: 64),
      classIndex: try row.optionalInteger(
        "classIndex", in: 0...max(0, (classCount ?? RowShape.mostClasses) - 1)),
      classID: try row.optionalText("classID", atMost: Self.longestPath),
      error: try row.optionalText("error", atMost: 4 * Self.longestError))
  }
}
