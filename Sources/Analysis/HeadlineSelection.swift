/// The photographs that the headline rests on.
package struct HeadlineSelection {
  package let photographs: [RecordedPhotograph]
  package let headline: Headline
  /// Whether each photograph counts, in their order.
  package let counts: [Bool]
  /// Whether each photograph is undersampled at any scale.
  package let undersampled: [Bool]

  /// Leaves out photographs with an undersampled zoom at any scale, so that every scale is compared
  /// over the same photographs: some or all of them, unless they are asked for.
  ///
  /// - Parameters:
  ///   - photographs: With a zoom at every scale; others are left out uncounted.
  ///   - scales: The scales.
  ///   - includesUndersampled: Whether undersampled photographs count.
  package init(
    _ photographs: [RecordedPhotograph], scales: [Double], includesUndersampled: Bool
  ) {
    let isComplete = photographs.map { photograph in
      scales.allSatisfy { scale in
        photograph.stimuli.contains { $0.control == nil && $0.scale == scale }
      }
    }
    undersampled = photographs.map { photograph in
      photograph.stimuli.contains { $0.control == nil && $0.isUndersampled }
    }
    counts = zip(isComplete, undersampled).map { $0 && (includesUndersampled || !$1) }
    self.photographs = zip(photographs, counts).filter(\.1).map(\.0)
    let undersampled = zip(isComplete, undersampled).count { $0 && $1 }
    headline = Headline(
      images: self.photographs.count, undersampled: undersampled,
      isConfounded: includesUndersampled && undersampled > 0)
  }
}
