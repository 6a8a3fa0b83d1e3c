import Recording

extension RunStore {
  /// What a run says of itself, and what was asked of it.
  ///
  /// - Parameter decode: Reads the kind's specification.
  /// - Returns: Both.
  /// - Throws: `RecordingError.damaged` if there is no such specification.
  func opened<Specification>(
    _ decode: (String) throws -> Specification
  ) throws -> (description: RunDescription, specification: Specification) {
    let description = try description()
    return (
      description, try decoded("specification") { try decode(description.specification) }
    )
  }

  /// Hands over every photograph that is done, as `forEachImage` does, once its stimuli are found to be those
  /// that the specification asks for; failed ones have none.
  ///
  /// - Parameters:
  ///   - parts: What to read beside the means.
  ///   - variants: What rows tell beside their scales, in the plural: `controls`.
  ///   - areAsked: Whether a photograph's stimuli are those of the specification.
  ///   - body: Receives a photograph.
  /// - Throws: `RecordingError`, and what `body` throws.
  func forEachImage(
    reading parts: RowParts, varying variants: String, areAsked: ([StimulusKey]) -> Bool,
    _ body: (RecordedImage, [StimulusRow]) throws -> Void
  ) throws {
    try forEachImage(reading: parts) { image, rows in
      let keys = rows.map { StimulusKey(control: $0.control, scale: $0.scale) }
      guard image.error != nil || areAsked(keys) else {
        throw RecordingError.damaged(
          folder: folder,
          reason:
            "table stimulus, photograph \(image.index): its scales and \(variants) are not those"
            + " of the run's specification")
      }
      try body(image, rows)
    }
  }
}

/// Which of a photograph's stimuli a row is.
struct StimulusKey: Hashable {
  /// The control or lesion; nil for the zoom itself.
  let control: String?
  let scale: Double
}
