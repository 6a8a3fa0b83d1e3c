import Checkpoints
import Foundation
import Recording

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
    let images = try store.images().filter { $0.error == nil }
    let done = try store.recordedImages()
    let usable = images.filter { done.contains($0.index) }
    switch format {
    case .csv: try exportCSV(usable, toFile: path)
    case .npz: try NPZWriter.write(arrays(usable) + describing(usable), toFile: path)
    case .safetensors:
      try SafetensorsWriter.write(
        arrays(usable), metadata: try metadata(usable), toFile: path)
    }
  }

  private var controls: [String?] {
    [nil] + specification.controls.map(\.rawValue)
  }

  private func arrays(_ images: [RecordedImage]) -> [NamedArray] {
    let scales = specification.stimuli.scales
    let rows = Dictionary(uniqueKeysWithValues: images.enumerated().map { ($1.index, $0) })
    let head = [images.count, scales.count]
    let keepsChannels = specification.keep == ZoomExperiment.Detail.channels.rawValue
    var arrays: [NamedArray] = []
    for control in controls {
      let prefix = control.map { "control.\($0)." } ?? ""
      for (unit, name) in description.unitNames.enumerated() {
        let branches = description.branchCount
        let channels = description.unitChannels[unit]
        let shape = head + (keepsChannels ? [branches, channels] : [branches])
        let width = keepsChannels ? branches * channels : branches
        arrays.append(
          NamedArray(
            prefix + "attention." + name, shape: shape,
            floats: try Self.gather(rows, scales, width: width) { put in
              try store.forEachAttention(ofUnit: unit, control: control) {
                put($0, $1, $3 ?? $2.map { Float($0) })
              }
            }))
      }
      let classes = architecture.classes
      arrays.append(
        NamedArray(
          prefix + "logits", shape: head + [classes],
          floats: try Self.gather(rows, scales, width: classes) { put in
            try store.forEachOutput(control: control) { put($0, $1, $2) }
          }))
    }
    return arrays
  }

  /// Lays values out by photograph and scale; what nobody puts stays NaN.
  private static func gather(
    _ rows: [Int: Int], _ scales: [Double], width: Int,
    _ fill: (_ put: (Int, Double, [Float]) -> Void) throws -> Void
  ) throws -> [Float] {
    var values = [Float](repeating: .nan, count: rows.count * scales.count * width)
    try fill { image, scale, row in
      guard let i = rows[image], let s = scales.firstIndex(of: scale), row.count == width else {
        return
      }
      let start = (i * scales.count + s) * width
      values.replaceSubrange(start..<start + width, with: row)
    }
    return values
  }

  private func describing(_ images: [RecordedImage]) -> [NamedArray] {
    [
      NamedArray(
        "scales", shape: [specification.stimuli.scales.count],
        doubles: specification.stimuli.scales),
      NamedArray("units", texts: description.unitNames),
      NamedArray("images", texts: images.map(\.path)),
      NamedArray(
        "classes", shape: [images.count], integers: images.map { $0.classIndex ?? -1 }),
    ]
  }

  private func metadata(_ images: [RecordedImage]) throws -> [String: String] {
    [
      "model": description.modelName, "sha256": description.modelSHA256,
      "specification": description.specification, "architecture": description.architecture,
      "scales": try JSONText.line(specification.stimuli.scales),
      "units": try JSONText.line(description.unitNames),
      "images": try JSONText.line(images.map(\.path)),
      "classes": try JSONText.line(images.map { $0.classIndex ?? -1 }),
    ]
  }

  private func exportCSV(_ images: [RecordedImage], toFile path: String) throws {
    let header = [
      "image", "class", "control", "scale", "undersampled", "visible_share", "source_side", "rank",
      "unit", "branch", "mean_attention",
    ]
    try CSVWriter.write(header: header, toFile: path) { emit in
      try store.forEachImage { image, stimuli in
        for stimulus in stimuli {
          for (name, unit) in zip(description.unitNames, stimulus.units) {
            for (branch, mean) in unit.means.enumerated() {
              try emit([
                image.path, image.classID ?? "", stimulus.control ?? "", "\(stimulus.scale)",
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
