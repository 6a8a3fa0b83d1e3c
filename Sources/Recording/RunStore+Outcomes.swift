import GRDB

extension RunStore {
  /// Hands over every photograph that is done as it was recorded, in order, whatever the run's kind.
  ///
  /// One photograph is in memory at a time. `body` must not ask this store for anything else.
  ///
  /// - Parameter body: Receives what became of a photograph.
  /// - Throws: `RecordingError` for what could not have been recorded, and what `body` throws.
  public func forEachOutcome(_ body: (ImageOutcome) throws -> Void) throws {
    let blobs = StimulusBlobs(
      store: database, shape: RowShape(try description(), classCount: classCount))
    try database.read { database in
      let hasNumbers = try database.tableExists("measurement")
      try forEachRecord(database) { record in
        guard record.isDone else { return }
        let image = record.image.index
        let stimuli = try blobs.fetch(
          image: image, [.logits, .profiles, .channels], from: database)
        let arrays = hasNumbers ? try numbers(of: image, counts: nil, from: database) : []
        guard record.image.error == nil || (stimuli.isEmpty && arrays.isEmpty),
          stimuli.isEmpty || arrays.isEmpty
        else {
          throw RecordingError.damaged(
            folder: folder, reason: "photograph \(image) has rows that do not go together")
        }
        let result: ImageOutcome.Result =
          record.image.error.map { .failed($0) }
          ?? (arrays.isEmpty ? .stimuli(stimuli) : .numbers(arrays))
        try body(ImageOutcome(imageIndex: image, result: result))
      }
    }
  }
}
