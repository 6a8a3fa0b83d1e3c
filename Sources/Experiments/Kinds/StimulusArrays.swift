import Analysis
import Checkpoints
import Files
import Recording

extension RunStore {
  /// `unfinished`, a text such as `17 of 200 photographs`, to stand beside arrays; empty of a finished run.
  func unfinishedLists() throws -> [(name: String, texts: [String])] {
    try unfinished().map { [("unfinished", [$0.words])] } ?? []
  }
}

/// What a run recorded as arrays over photographs and scales.
///
/// Photographs are those that could be used, in the order of their paths. NaN stands for a stimulus
/// that was not recorded. Values are read when they are written.
struct StimulusArrays {
  let store: RunStore
  /// The photographs that could be used.
  let images: [RecordedImage]
  let scales: [Double]
  private let rows: [Int: Int]

  init(_ store: RunStore, scales: [Double]) throws {
    self.store = store
    self.scales = scales
    let done = try store.recordedImages()
    images = try store.images().filter { $0.error == nil && done.contains($0.index) }
    rows = Dictionary(uniqueKeysWithValues: images.enumerated().map { ($1.index, $0) })
  }

  /// An array `[images, scales]` of values of one shape.
  ///
  /// - Parameters:
  ///   - name: Its name in the file.
  ///   - shape: Shape of the value of one stimulus.
  ///   - fill: Hands over the photograph's index, the scale and the value of each stimulus.
  /// - Returns: `[images, scales] + shape`.
  func array(
    _ name: String, of shape: [Int],
    _ fill: @escaping (_ put: (Int, Double, [Float]) -> Void) throws -> Void
  ) -> NamedArray {
    NamedArray(
      name, shape: [images.count, scales.count] + shape,
      floats: try gather(width: shape.reduce(1, *), fill))
  }

  /// The network's output to the stimuli of a kind, `[images, scales, classes]`.
  func logits(_ name: String, control: String?, classes: Int) -> NamedArray {
    array(name, of: [classes]) { put in
      try store.forEachOutput(control: control) { put($0, $1, $2) }
    }
  }

  private func gather(width: Int, _ fill: (_ put: (Int, Double, [Float]) -> Void) throws -> Void)
    throws -> [Float]
  {
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

  /// Writes arrays with what describes them: scales, photographs and classes, and lists of names.
  ///
  /// These are arrays in npz; in safetensors, which has no texts, JSON in the metadata beside model,
  /// specification and architecture.
  ///
  /// - Parameters:
  ///   - arrays: The values.
  ///   - lists: More names by what they are.
  ///   - numbers: More numbers by what they are; nil is NaN in npz and null in safetensors.
  ///   - format: npz or safetensors.
  ///   - path: Replaced at once when all is written.
  /// - Throws: One-line errors naming the file.
  func write(
    _ arrays: [NamedArray], lists: [(name: String, texts: [String])],
    numbers: [(name: String, values: [Double?])] = [], as format: ExportFormat,
    toFile path: String
  ) throws {
    let classes = images.map { $0.classIndex ?? -1 }
    let lists = lists + [("class_ids", images.map { $0.classID ?? "" })]
    let paths = images.map(\.path.text)
    if format == .npz {
      let describing =
        [NamedArray("scales", shape: [scales.count], doubles: scales)]
        + (lists + [("images", paths)]).map { NamedArray($0.name, texts: $0.texts) }
        + numbers.map { list in
          NamedArray(list.name, shape: [list.values.count], doubles: list.values.map { $0 ?? .nan })
        }
        + [NamedArray("classes", shape: [images.count], integers: classes)]
      try NPZWriter.write(arrays + describing, toFile: path)
    } else {
      let run = try store.description()
      var metadata = [
        "model": run.modelName, "sha256": run.modelSHA256, "specification": run.specification,
        "architecture": run.architecture, "scales": try JSONText.line(scales),
        "images": try JSONText.line(paths), "classes": try JSONText.line(classes),
      ]
      for list in lists { metadata[list.name] = try JSONText.line(list.texts) }
      for list in numbers { metadata[list.name] = try JSONText.line(list.values) }
      try SafetensorsWriter.write(arrays, metadata: metadata, toFile: path)
    }
  }
}
