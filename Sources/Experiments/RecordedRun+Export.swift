import Checkpoints
import Foundation
import Recording
import Wording

extension RecordedRun {
  /// Writes what was recorded for use elsewhere.
  ///
  /// Arrays are `attention.UNIT` [images, scales, M] of means, or [images, scales, M, C] where the
  /// run kept channels; `logits` [images, scales, classes]; controls the same under `control.NAME.`.
  /// Images are those that could be used, in the order of their paths. NaN stands for a stimulus
  /// that a control lacks. Scales, units, paths and classes are arrays in npz and JSON texts in the
  /// metadata of safetensors.
  ///
  /// - Parameters:
  ///   - format: The file's format.
  ///   - path: Replaced at once when all is written.
  /// - Throws: One-line errors naming the file.
  public func export(_ format: ExportFormat, toFile path: String) throws {
    let path = try OutputFile.checked(path, inputs: [folder + "/" + RunStore.fileName])
    guard format != .csv else { return try exportCSV(toFile: path) }
    // Arrays are as large as the specification says: what is recorded has to be so before.
    try forEachImage { _, _ in }
    let table = try StimulusArrays(store, scales: specification.stimuli.scales)
    try table.write(
      arrays(table), lists: [("units", description.unitNames)], as: format, toFile: path)
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
      "unit", "branch", "mean_attention",
    ]
    try CSVWriter.write(header: header, toFile: path) { emit in
      try forEachImage { image, stimuli in
        for stimulus in stimuli {
          for (name, unit) in zip(description.unitNames, stimulus.units) {
            for (branch, mean) in unit.means.enumerated() {
              try emit([
                spreadsheetPath(image.path.text), image.classID.map(spreadsheetName) ?? "",
                stimulus.control ?? "", "\(stimulus.scale)",
                stimulus.isUndersampled ? "1" : "0", "\(stimulus.visibleShare)",
                "\(stimulus.sourceSide)", stimulus.rank.map { "\($0)" } ?? "", name, "\(branch)",
                "\(mean)",
              ])
            }
          }
        }
      }
    }
  }
}
