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
  /// pixels, of the terms `full`, `held`, `clamped`, `reversed`, `expected` and those of the nulls; NaN stands for
  /// what a network without gates, or the smallest scale, has not. `replknet.NODE` and `openerf.NODE` [H, W] are the
  /// maps that these tools take of the same gradients; with `replknet.square.NODE` [threshold, side and ratio] and
  /// `openerf.mass.NODE` [radius, share], the numbers that they read off them. CSV has a line a picture, node, scale
  /// and term. An unfinished run says `unfinished`: 17 of 200 photographs.
  public func write(_ format: ExportFormat, toFile path: String) throws {
    guard format != .csv else { return try exportCSV(toFile: path) }
    var names: [String] = []
    var spreads = specification.targets.map { _ in [Double]() }
    try forEachPicture { image, picture in
      guard image.error == nil else { return }
      names.append(image.path.text)
      for place in specification.targets.indices {
        spreads[place] += specification.scales.indices.flatMap { step in
          terms(of: picture, place, step).map(\.spread)
        }
      }
    }
    let termNames = termNames
    let unfinished = try store.unfinishedLists()
    let shape = [names.count, specification.scales.count, termNames.count]
    let arrays =
      try averages() + publishedMaps() + publishedNumbers()
      + zip(specification.targets, spreads).map {
        NamedArray("spread.\($0.name)", shape: shape, doubles: $1)
      }
    if format == .npz {
      try NPZWriter.write(
        arrays + [
          NamedArray("scales", shape: [specification.scales.count], doubles: specification.scales),
          NamedArray("images", texts: names), NamedArray("terms", texts: termNames),
        ] + unfinished.map { NamedArray($0.name, texts: $0.texts) }, toFile: path)
    } else {
      try SafetensorsWriter.write(
        arrays,
        metadata: metadata().merging([
          "sha256": description.modelSHA256, "specification": description.specification,
          "scales": try JSONText.line(specification.scales), "images": try JSONText.line(names),
          "terms": try JSONText.line(termNames),
        ]) { first, _ in first }
        .merging(unfinished.map { ($0.name, try JSONText.line($0.texts)) }) { first, _ in first },
        toFile: path)
    }
  }

  private var termNames: [String] {
    ["full", "held", "clamped", "reversed", "expected"] + (specification.nulls ?? []).map(\.title)
  }

  /// A picture's terms at a node and a scale, in the order of their names; expected ones have a spread alone.
  private func terms(
    of picture: RecordedPicture, _ place: Int, _ step: Int
  ) -> [(sizes: FieldSizes?, spread: Double)] {
    let observation = picture.observations[place][step]
    let expected = picture.expected.isEmpty ? nil : picture.expected[place][step]
    let sizes =
      [observation?.full, observation?.held, observation?.clamped, observation?.reversed, nil]
      + picture.nulls.map { $0[place][step] }
    return sizes.enumerated().map { term, sizes in
      let spread = term == 4 ? expected?.spread : sizes?.spread
      return (sizes, spread ?? .nan)
    }
  }

  /// The published tools' numbers.
  private func publishedNumbers() throws -> [NamedArray] {
    try measured().nodes.flatMap { node -> [NamedArray] in
      guard let published = node.published else { return [] }
      return [
        NamedArray(
          "replknet.square.\(node.name)", shape: [published.replknet.count, 3],
          doubles: published.replknet.flatMap {
            [$0.threshold, $0.side.map(Double.init) ?? .nan, $0.ratio ?? .nan]
          }),
        NamedArray(
          "openerf.mass.\(node.name)", shape: [published.openERF.count, 2],
          doubles: published.openERF.flatMap { [$0.radius, $0.mass] }),
      ]
    }
  }

  private func exportCSV(toFile path: String) throws {
    let shares = FieldSizes.shares.map { "\(Int((100 * $0).rounded()))" }
    let header =
      ["image", "node", "scale", "term", "spread", "sigma_rows", "sigma_columns"]
      + ["offset_rows", "offset_columns"] + shares.map { "square_\($0)" }
      + shares.map { "pixels_\($0)" } + ["gate_share", "kernel_size"]
    let unfinished = try store.unfinished().map { [$0.words] } ?? []
    let names = termNames
    try CSVWriter.write(
      header: header + (unfinished.isEmpty ? [] : ["unfinished"]), toFile: path
    ) { emit in
      try forEachPicture { image, picture in
        guard image.error == nil else { return }
        for (place, target) in specification.targets.enumerated() {
          for (step, scale) in specification.scales.enumerated() {
            let observation = picture.observations[place][step]
            let expected = picture.expected.isEmpty ? nil : picture.expected[place][step]
            for (name, term) in zip(names, terms(of: picture, place, step))
            where !term.spread.isNaN {
              let sigma = name == "expected" ? expected?.sigma : term.sizes?.sigma
              let numbers =
                [term.spread] + (sigma ?? [.nan, .nan])
                + (term.sizes.map { $0.offset + $0.sides + $0.pixels }
                  ?? [Double](repeating: .nan, count: 2 + 2 * shares.count))
              try emit(
                [
                  spreadsheetPath(image.path.text), spreadsheetName(target.name), "\(scale)",
                  spreadsheetName(name),
                ] + numbers.map { $0.isNaN ? "" : "\($0)" }
                  + [
                    observation?.gateShare.map { "\($0)" } ?? "",
                    expected?.kernelSize.map { "\($0)" } ?? "",
                  ] + unfinished)
            }
          }
        }
      }
    }
  }
}
