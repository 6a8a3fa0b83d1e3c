import Analysis
import Checkpoints
import Foundation
import Recording
import Wording

extension RecordedZoom {
  /// Writes what was recorded for use elsewhere.
  ///
  /// Arrays are `attention.UNIT` [images, scales, M] of means, or [images, scales, M, C] where the
  /// run kept channels; `logits` [images, scales, classes]; controls the same under `control.NAME.`.
  /// Images are those that could be used, in the order of their paths. NaN stands for a stimulus
  /// that a control lacks. Scales, units, paths and classes are arrays in npz and JSON texts in the
  /// metadata of safetensors, and so is all else that the headline needs: `counted` and `undersampled`
  /// (1 or 0 for each image), `branch_sizes`, `primary` with its `smallest_effects` and `direction`,
  /// `deciding_controls` with their `deciding_roles`.
  ///
  /// - Parameters:
  ///   - format: The file's format.
  ///   - path: Replaced at once when all is written.
  /// - Throws: One-line errors naming the file.
  public func write(_ format: ExportFormat, toFile path: String) throws {
    guard format != .csv else { return try exportCSV(toFile: path) }
    // Arrays are as large as the specification says: what is recorded has to be so before.
    try forEachImage { _, _ in }
    let table = try StimulusArrays(store, scales: specification.stimuli.scales)
    let headline = try ExportedHeadline(self)
    try table.write(
      arrays(table),
      lists: [("units", description.unitNames)] + headline.lists + store.unfinishedLists(),
      numbers: headline.numbers, as: format, toFile: path)
  }

  private func arrays(_ table: StimulusArrays) -> [NamedArray] {
    let keepsChannels = specification.keep == ZoomExperiment.Detail.channels.rawValue
    let controls = [nil] + specification.controls.map(\.rawValue)
    return controls.flatMap { control in
      let prefix = control.map { "control.\($0)." } ?? ""
      let attention = description.unitNames.enumerated().map { unit, name in
        let branches = description.branchCount
        let shape = keepsChannels ? [branches, description.unitChannels[unit]] : [branches]
        return table.array(prefix + "attention." + name, of: shape) { put in
          try store.forEachAttention(ofUnit: unit, control: control) {
            put($0, $1, $3 ?? $2.map { Float($0) })
          }
        }
      }
      return attention + [
        table.logits(prefix + "logits", control: control, classes: architecture.classes)
      ]
    }
  }

  private func exportCSV(toFile path: String) throws {
    let header = [
      "image", "class", "control", "scale", "undersampled", "visible_share", "source_side", "rank",
      "unit", "branch", "mean_attention", "branch_size", "counted", "primary",
    ]
    let headline = try ExportedHeadline(self)
    let unfinished = try store.unfinished().map { [$0.words] } ?? []
    try CSVWriter.write(
      header: header + unfinished.map { _ in "unfinished" }, toFile: path
    ) { emit in
      try forEachImage { image, stimuli in
        for stimulus in stimuli {
          for (name, unit) in zip(description.unitNames, stimulus.units) {
            for (branch, mean) in unit.means.enumerated() {
              let cells: [String] = [
                spreadsheetPath(image.path.text), image.classID.map(spreadsheetName) ?? "",
                stimulus.control ?? "", "\(stimulus.scale)",
                stimulus.isUndersampled ? "1" : "0", "\(stimulus.visibleShare)",
                "\(stimulus.sourceSide)", stimulus.rank.map { "\($0)" } ?? "", name, "\(branch)",
                "\(mean)", "\(architecture.branches[branch].size)",
                headline.counted.contains(image.path.text) ? "1" : "0",
                headline.isPrimary(name) ? "1" : "0",
              ]
              try emit(cells + unfinished)
            }
          }
        }
      }
    }
  }
}

/// What an export needs beside the attention for others to get the headline from it.
private struct ExportedHeadline {
  /// Paths of the photographs that count.
  let counted: Set<String>
  private let family: PrimaryFamily
  private let selection: HeadlineSelection
  private let controls: [(name: String, role: ControlRole)]
  private let branchSizes: [Int]

  init(_ run: RecordedZoom) throws {
    let (photographs, _) = try run.photographs()
    let scales = run.specification.stimuli.scales
    selection = HeadlineSelection(
      photographs, scales: scales, includesUndersampled: run.specification.includesUndersampled)
    counted = Set(selection.photographs.map(\.path))
    family = PrimaryFamily(
      run.primary, run.architecture, recorded: run.description.unitNames)
    branchSizes = run.architecture.branches.map(\.size)
    controls = ControlRole.counting(
      in: selection.photographs, branches: run.architecture.branches, scales: scales
    ).map { ($0, ControlRole(of: $0)) }
  }

  func isPrimary(_ unit: String) -> Bool { family.units.contains(unit) }

  var lists: [(name: String, texts: [String])] {
    [
      ("primary", family.units), ("direction", [family.direction.rawValue]),
      ("deciding_controls", controls.map(\.name)),
      ("deciding_roles", controls.map(\.role.rawValue)),
    ]
  }

  var numbers: [(name: String, values: [Double?])] {
    func flags(_ flags: [Bool]) -> [Double?] { flags.map { $0 ? 1 : 0 } }
    return [
      ("counted", flags(selection.counts)), ("undersampled", flags(selection.undersampled)),
      ("branch_sizes", branchSizes.map(Double.init)), ("smallest_effects", family.smallestEffects),
    ]
  }
}
