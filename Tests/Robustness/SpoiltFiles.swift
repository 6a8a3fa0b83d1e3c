import Foundation

extension Session {
  /// Photographs: many spoilt ones in each run, which must go on with the others.
  func spoilPictures(_ random: inout RandomSource) throws {
    while hasTime(.pictures) {
      let folder = fresh("pictures")
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for number in 0..<40 {
        let path = material.pictures[random.below(material.pictures.count)]
        let bytes = random.spoiled(Material.bytes(path))
        let ending = (path as NSString).pathExtension
        try Data(bytes).write(to: URL(filePath: "\(folder)/\(number).\(ending)"))
      }
      try FileManager.default.copyItem(
        atPath: material.photographs + "/n01882714_koala.JPEG", toPath: folder + "/sound.jpg")
      let trial = try attempt(
        .pictures,
        [
          "zoom", folder, "--controls", random.below(4) == 0 ? "all" : "none", "--scales", "1,2",
          "--include-undersampled", "--quiet", "--json", "--out", fresh("run"),
        ], input: folder, limit: 120)
      if trial.fault == nil, !trial.isDone {
        report(
          .pictures, "one sound photograph among spoilt ones: \(trial.error)", arguments: [],
          input: folder)
      }
    }
  }

  func spoilCheckpoints(_ random: inout RandomSource) throws {
    while hasTime(.checkpoints) {
      let path = material.checkpoints[random.below(material.checkpoints.count)]
      let isText = path.hasSuffix(".json")
      let target = fresh("checkpoint." + (path as NSString).pathExtension)
      try Data(random.spoiled(Material.bytes(path), isText: isText)).write(
        to: URL(filePath: target))
      try attempt(.checkpoints, ["inspect", target, "--json"], input: target, limit: 30)
    }
  }

  /// ONNX files, which are listed, run or measured.
  func spoilNetworks(_ random: inout RandomSource) throws {
    while hasTime(.networks) {
      let path = material.networks[random.below(material.networks.count)]
      let target = fresh("network.onnx")
      try Data(random.spoiled(Material.bytes(path))).write(to: URL(filePath: target))
      let command: [String] =
        switch random.below(4) {
        case 0:
          ["probe", target, "--input", material.pictures[0], "--out", fresh("probe.safetensors")]
        case 1:
          ["fields", target, "--noise", "1", "--size", "64", "--quiet", "--out", fresh("run")]
        default: ["inspect", target, "--json"]
        }
      try attempt(.networks, command, input: target, limit: 60)
    }
  }

  func spoilBoxes(_ random: inout RandomSource) throws {
    let tabular = Array("a.jpg\tn01443537\t0\t3\t40\t50\nb.jpg\tn01443537\t1\t2\t30\t60\n".utf8)
    while hasTime(.boxes) {
      let isTabular = random.below(4) == 0
      let sound = isTabular ? tabular : Material.bytes(material.photographs + "/boxes.csv")
      let boxes = fresh("boxes.csv")
      try Data(random.spoiled(sound, isText: true)).write(to: URL(filePath: boxes))
      try attempt(
        .boxes,
        [
          "zoom", material.photographs + "/n01882714_koala.JPEG", "--boxes", boxes, "--protocol",
          "target", "--controls", "none", "--scales", "1,1.5", "--quiet", "--out", fresh("run"),
        ], input: boxes)
    }
  }

  /// Experiment files, whose pictures do not exist: what is read right is refused right after.
  func spoilYAML(_ random: inout RandomSource) throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: "Experiments").sorted()
      .filter { $0.hasSuffix(".yaml") }
    while hasTime(.yaml) {
      let file = files[random.below(files.count)]
      let command = file.hasPrefix("train") ? "train" : file.hasPrefix("abl") ? "ablate" : "run"
      let yaml = fresh("experiment.yaml")
      var bytes = random.spoiled(Material.bytes("Experiments/" + file), isText: true)
      if random.below(20) == 0 { bytes += Self.aliasBomb(random.below(2) == 0) }
      try Data(bytes).write(to: URL(filePath: yaml))
      try attempt(.yaml, [command, yaml, "--out", fresh("run"), "--quiet"], input: yaml, limit: 30)
    }
  }

  /// Nine levels of nine aliases each, as a value or as a key.
  private static func aliasBomb(_ isKey: Bool) -> [UInt8] {
    var text = "\na0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      text += isKey && level == 9 ? "? [\(aliases)]\n: 1\n" : "a\(level): &a\(level) [\(aliases)]\n"
    }
    return Array(text.utf8)
  }

  /// A training's checkpoint, from which it is to go on.
  func spoilTrainings(_ random: inout RandomSource) throws {
    let sound = fresh("training-sound")
    let first = try attempt(
      .trainings, ["train", material.toyTraining, "--out", sound, "--quiet", "--workers", "2"],
      limit: 120, sending: (SIGTERM, 1.5), mayEnd: [.signal(SIGTERM), .status(75)])
    let bytes = Material.bytes(sound + "/checkpoint.safetensors")
    guard first.fault == nil || first.end == .signal(SIGTERM), !bytes.isEmpty else {
      return note(.trainings, "no checkpoint within 1.5 s")
    }
    let headerEnd = 8 + bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    while hasTime(.trainings) {
      let folder = fresh("training")
      try FileManager.default.copyItem(atPath: sound, toPath: folder)
      let text = spoilNumbers(Array(bytes[8..<headerEnd]), &random)
      let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
      var whole = length + text + bytes[headerEnd...]
      if random.below(4) == 0 { whole = random.spoiled(whole) }
      try Data(whole).write(to: URL(filePath: folder + "/checkpoint.safetensors"))
      try attempt(
        .trainings,
        ["train", material.toyTraining, "--out", folder, "--resume", "--quiet", "--workers", "2"],
        input: folder, limit: 120)
    }
  }

  /// A header with one or two of its numbers replaced by ones that no training has.
  private func spoilNumbers(_ text: [UInt8], _ random: inout RandomSource) -> [UInt8] {
    var text = text
    // None that a long training may have: going on with that would be no hang.
    let extremes = [
      "-1", "0", "9223372036854775807", "-9223372036854775808", "1e308", "0.5", "null",
    ]
    for _ in 0...random.below(2) {
      // The description, not the tensors' table: their offsets are the format's own trials.
      let digits = text.indices.filter {
        (0x30...0x39).contains(text[$0]) && $0 > 0 && [0x3A, 0x2C, 0x5B].contains(text[$0 - 1])
      }
      guard let start = digits.randomElement(using: &random) else { break }
      let end =
        text[start...].firstIndex { !(0x30...0x39).contains($0) && $0 != 0x2E } ?? text.count
      text.replaceSubrange(start..<end, with: extremes[random.below(extremes.count)].utf8)
    }
    return text
  }
}
