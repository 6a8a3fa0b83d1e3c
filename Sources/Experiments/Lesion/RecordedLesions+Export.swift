import Analysis
import Checkpoints
import Recording
import Wording

extension RecordedLesions {
  /// Writes what was recorded for use elsewhere.
  ///
  /// Arrays are `logits` [images, scales, classes] of the intact network, and the same of every lesion
  /// under `lesion.NAME.PLACE.`, such as `lesion.frozen.SK_3_2.logits`; the stages up to one are
  /// `stages_2-3`, and pictures with the attention of a scale `lesion.scale-1.5.stages_2-5.logits`. `lesions` lists
  /// the names. What the verdicts need goes with them: `classes`, `primary_lesions`, `primary_measures`, `bounds` in
  /// the measures' order, `frozen_scale`, `reverse_scale`, and `counted`, 1 for each photograph behind the numbers.
  /// CSV has a line a stimulus and network.
  ///
  /// - Parameters:
  ///   - format: The file's format.
  ///   - path: Replaced at once when all is written.
  /// - Throws: One-line errors naming the file.
  public func write(_ format: ExportFormat, toFile path: String) throws {
    guard format != .csv else { return try exportCSV(toFile: path) }
    let conditions = try conditions()
    // Arrays are as large as the specification says: what is recorded has to be so before.
    var counted: [Double] = []
    try forEachImage(conditions) { image, rows in
      guard image.error == nil else { return }
      let isSharp = rows.allSatisfy { !$0.isUndersampled }
      counted.append(isSharp || specification.zoom.includesUndersampled ? 1 : 0)
    }
    let primary = specification.primary ?? LesionDeclaration()
    let table = try StimulusArrays(store, scales: specification.zoom.stimuli.scales)
    let classes = architecture.classes
    let arrays =
      [table.logits("logits", control: nil, classes: classes)]
      + conditions.map {
        table.logits($0.exportName + ".logits", control: $0.control, classes: classes)
      }
    try table.write(
      arrays,
      lists: [
        ("lesions", conditions.map(\.exportName)),
        ("primary_lesions", primary.lesions ?? LesionDeclaration.defaultLesions),
        ("primary_measures", (primary.measures ?? LesionMeasure.allCases).map(\.rawValue)),
        ("measures", LesionMeasure.allCases.map(\.rawValue)),
      ] + store.unfinishedLists(),
      numbers: [
        ("bounds", LesionMeasure.allCases.map { primary.bounds[$0] }),
        ("frozen_scale", [specification.frozenScale]),
        ("reverse_scale", [specification.reverseScale]), ("counted", counted),
      ], as: format, toFile: path)
  }

  private func exportCSV(toFile path: String) throws {
    let header = [
      "image", "class", "lesion", "place", "scale", "undersampled", "visible_share", "source_side",
      "rank", "nll", "agrees", "divergence", "dose", "own_move",
    ]
    let all = try conditions()
    let conditions = Dictionary(
      all.map { ($0.control, $0) }, uniquingKeysWith: { first, _ in first })
    let unfinished = try store.unfinished().map { [$0.words] } ?? []
    try CSVWriter.write(
      header: header + unfinished.map { _ in "unfinished" }, toFile: path
    ) { emit in
      try forEachImage(all) { image, rows in
        let intact = Dictionary(
          rows.filter { $0.control == nil }.map { ($0.scale, $0.logits) },
          uniquingKeysWith: { first, _ in first })
        for row in rows {
          let condition = row.control.flatMap { conditions[$0] }
          guard let logits = intact[row.scale], logits.count == row.logits.count else { continue }
          let comparison = OutputComparison(row.logits, to: logits)
          let cells: [String] = [
            spreadsheetPath(image.path.text), image.classID.map(spreadsheetName) ?? "",
            condition?.lesion ?? "", condition?.place ?? "",
            "\(row.scale)", row.isUndersampled ? "1" : "0", "\(row.visibleShare)",
            "\(row.sourceSide)", row.rank.map { "\($0)" } ?? "",
            image.classIndex.flatMap {
              OutputComparison.negativeLogLikelihood(of: $0, in: row.logits)
            }.map { "\($0)" } ?? "", comparison.agrees ? "1" : "0",
            "\(comparison.divergence)", row.dose.map { "\($0)" } ?? "",
            row.ownMove.map { "\($0)" } ?? "",
          ]
          try emit(cells + unfinished)
        }
      }
    }
  }
}

extension LesionCondition {
  /// The scope in letters that every keyboard has: `SK_3_2`, `stages_2-3`.
  fileprivate var place: String {
    scope.replacing(" ", with: "_").replacing("–", with: "-")
  }

  /// What an exported array's name begins with.
  fileprivate var exportName: String { "lesion.\(lesion).\(place)" }
}
