import Foundation
import GRDB
import Wording

extension RunStore {
  /// Hands over one unit's attention for every stimulus of a kind, by photograph, then scale.
  ///
  /// - Parameters:
  ///   - unit: Index among the recorded units.
  ///   - control: A control's name; nil for the zoom.
  ///   - body: Receives the photograph's index, the scale, the means `[M]`, and every channel
  ///     `[M, C]` where kept.
  /// - Throws: `RecordingError`, and what `body` throws.
  public func forEachAttention(
    ofUnit unit: Int, control: String?,
    _ body: (_ image: Int, _ scale: Double, _ means: [Double], _ channels: [Float]?) throws -> Void
  ) throws {
    let shape = RowShape(try description(), classCount: classCount)
    guard shape.unitChannels.indices.contains(unit) else { return }
    try database.read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT stimulus.image, scale, means, channels FROM stimulus
          JOIN attention USING (image, ordinal)
          WHERE control IS ? AND unit = ? ORDER BY stimulus.image, scale
          """, arguments: [control, unit])
      while let row = try rows.next() {
        let key = row["image"] as DatabaseValue
        let row = StoreRow(
          row, in: self.database,
          "table attention, photograph \(abbreviated("\(key)")), unit \(unit)")
        try body(
          row.integer("image", in: 0...Int.max), row.number("scale", in: StimulusBlobs.scale),
          row.doubles("means", count: shape.branchCount, in: RowShape.attention),
          row.optionalFloats(
            "channels", count: shape.branchCount * shape.unitChannels[unit],
            in: StimulusBlobs.attention))
      }
    }
  }

  /// Hands over the network's output for every stimulus of a kind, by photograph, then scale.
  ///
  /// - Parameters:
  ///   - control: A control's name; nil for the zoom.
  ///   - body: Receives the photograph's index, the scale and the logits.
  /// - Throws: `RecordingError`, and what `body` throws.
  public func forEachOutput(
    control: String?, _ body: (_ image: Int, _ scale: Double, _ logits: [Float]) throws -> Void
  ) throws {
    try database.read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT image, scale, logits FROM stimulus WHERE control IS ? ORDER BY image, scale
          """, arguments: [control])
      while let row = try rows.next() {
        let key = row["image"] as DatabaseValue
        let row = StoreRow(
          row, in: self.database, "table stimulus, photograph \(abbreviated("\(key)"))")
        try body(
          row.integer("image", in: 0...Int.max), row.number("scale", in: StimulusBlobs.scale),
          row.floats("logits", count: classCount))
      }
    }
  }
}
