import Foundation

/// Sound files that the trials spoil, and runs that they disturb.
struct Material {
  let options: TrialOptions
  let photographs = "Experiments/samples"
  let pictures: [String]
  let checkpoints: [String]
  let networks: [String]
  let toyTraining: String

  /// Collects them from the repository, which the session is started in.
  init(_ options: TrialOptions) throws {
    self.options = options
    func files(_ folder: String, _ endings: [String]) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        .filter { name in endings.contains { name.hasSuffix($0) } }.map { folder + "/" + $0 }
    }
    pictures =
      try files("Tests/Fixtures/pictures", [".jpg", ".png"])
      + files(photographs, [".JPEG"]).prefix(3)
    checkpoints =
      try files("Tests/Fixtures/foreign", [".pth", ".ckpt", ".caffemodel", ".json"])
      + files("Tests/Fixtures/foreign", [".safetensors"]).filter { $0.contains("shards") }
    networks = try files("Tests/Fixtures/onnx", [".onnx"])
    toyTraining = try Self.writeToyTraining(options.folder)
  }

  static func bytes(_ path: String) -> [UInt8] {
    FileManager.default.contents(atPath: path).map(Array.init) ?? []
  }

  /// A small network on sixteen photographs as two classes, an epoch a second or so.
  private static func writeToyTraining(_ folder: String) throws -> String {
    let files = try FileManager.default.contentsOfDirectory(atPath: "Experiments/samples").sorted()
      .filter { $0.hasSuffix(".JPEG") }
    for (index, file) in files.enumerated() {
      let part = index < 12 ? "train" : "val"
      let place = "\(folder)/data/\(part)/class-\(index % 2)"
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      try? FileManager.default.copyItem(
        atPath: "Experiments/samples/" + file, toPath: "\(place)/\(file.dropFirst(10))")
    }
    let path = folder + "/toy.yaml"
    try """
    name: toy
    model:
      base: sknet26-tiny
      stem: {channels: 8}
      units: [1, 1]
      widths: [8, 16]
      outputs: [16, 32]
      strides: [1, 2]
      branches: [{kernel: 3, groups: 2}, {kernel: 3, dilation: 2, groups: 2}]
      minimum: 8
    data: \(folder)/data
    seed: 1
    recipe:
      batch: 4
      epochs: 30
      learningRate: 0.05
      schedule: oneCycle
      sizes: [{size: 16, for: 50 %}, {size: 32}]
      average: 0.9
      labelSmoothing: 0.1
      checkpointMinutes: 0.0002
      augmentation: {area: [0.5, 1], flip: true, brightness: 0.2}

    """.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }
}
