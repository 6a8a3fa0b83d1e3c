import Analysis
import Checkpoints
import Foundation
import Recording
import Wording

extension RecordedFields {
  /// Writes what was recorded for use elsewhere.
  ///
  /// Arrays are the average maps `map.NODE.SCALE` [rows, columns] with `error.NODE.SCALE`, their standard
  /// errors, and `spread.NODE` [images, scales, terms], the root of the mean of both axes' variances in
  /// pixels, of the terms `full`, `held`, `clamped` and `reversed`; NaN stands for what a network without
  /// gates, or the smallest scale, has not. CSV has a line a picture, node, scale and term.
  public func write(_ format: ExportFormat, toFile path: String) throws {
    guard format != .csv else { return try exportCSV(toFile: path) }
    var names: [String] = []
    var spreads = specification.targets.map { _ in [Double]() }
    try forEachPicture { image, observations, _ in
      guard image.error == nil else { return }
      names.append(image.path.text)
      for (place, scales) in observations.enumerated() {
        spreads[place] += scales.flatMap { scale in
          Self.terms(of: scale).map { $0.sizes?.spread ?? .nan }
        }
      }
    }
    let shape = [names.count, specification.scales.count, 4]
    let arrays =
      try averages()
      + zip(specification.targets, spreads).map {
        NamedArray("spread.\($0.name)", shape: shape, doubles: $1)
      }
    if format == .npz {
      try NPZWriter.write(
        arrays + [
          NamedArray("scales", shape: [specification.scales.count], doubles: specification.scales),
          NamedArray("images", texts: names),
          NamedArray("terms", texts: Self.terms(of: nil).map(\.name)),
        ], toFile: path)
    } else {
      try SafetensorsWriter.write(
        arrays,
        metadata: metadata().merging([
          "sha256": description.modelSHA256, "specification": description.specification,
          "scales": try JSONText.line(specification.scales), "images": try JSONText.line(names),
          "terms": try JSONText.line(Self.terms(of: nil).map(\.name)),
        ]) { first, _ in first }, toFile: path)
    }
  }

  private static func terms(
    of observation: FieldObservation?
  ) -> [(name: String, sizes: FieldSizes?)] {
    [
      ("full", observation?.full), ("held", observation?.held),
      ("clamped", observation?.clamped), ("reversed", observation?.reversed),
    ]
  }

  private func exportCSV(toFile path: String) throws {
    let shares = FieldSizes.shares.map { "\(Int((100 * $0).rounded()))" }
    let header =
      ["image", "node", "scale", "term", "spread", "sigma_rows", "sigma_columns"]
      + ["offset_rows", "offset_columns"] + shares.map { "square_\($0)" }
      + shares.map { "pixels_\($0)" } + ["gate_share"]
    try CSVWriter.write(header: header, toFile: path) { emit in
      try forEachPicture { image, observations, _ in
        for (target, scales) in zip(specification.targets, observations) {
          for (scale, observation) in zip(specification.scales, scales) {
            for case (let term, let sizes?) in Self.terms(of: observation) {
              let numbers =
                [sizes.spread] + sizes.sigma + sizes.offset + sizes.sides + sizes.pixels
              try emit(
                [
                  spreadsheetPath(image.path.text), spreadsheetName(target.name), "\(scale)", term,
                ] + numbers.map { "\($0)" } + [observation?.gateShare.map { "\($0)" } ?? ""])
            }
          }
        }
      }
    }
  }
}
