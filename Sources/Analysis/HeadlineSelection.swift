/// The photographs that the headline rests on.
struct HeadlineSelection {
  let photographs: [RecordedPhotograph]
  let headline: Results.Headline

  /// Leaves out photographs with an undersampled zoom at any scale, so that every scale is compared
  /// over the same photographs; if none is left, all are used and the headline says so.
  ///
  /// - Parameters:
  ///   - photographs: With a zoom at every scale; others are left out uncounted.
  ///   - scales: The scales.
  ///   - includesUndersampled: Whether undersampled photographs count.
  init(_ photographs: [RecordedPhotograph], scales: [Double], includesUndersampled: Bool) {
    let all = photographs.filter { photograph in
      let zooms = photograph.stimuli.filter { $0.control == nil }.map(\.scale)
      return scales.allSatisfy(zooms.contains)
    }
    let sharp = all.filter { photograph in
      !photograph.stimuli.contains { $0.control == nil && $0.isUndersampled }
    }
    let undersampled = all.count - sharp.count
    let usesAll = includesUndersampled || sharp.isEmpty
    self.photographs = usesAll ? all : sharp
    headline = Results.Headline(
      images: self.photographs.count, undersampled: undersampled,
      isConfounded: usesAll && undersampled > 0)
  }
}
