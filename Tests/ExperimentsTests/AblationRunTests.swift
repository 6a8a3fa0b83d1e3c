import Foundation
import GRDB
import SelectiveKernels
import TestSupport
import Testing

/// An ablation of two variants on the toy data set.
private struct ToyAblation {
  let toy: ToyTraining
  var file: String { toy.scratch.path("ablation.yaml") }

  init(seeds: String = "[1, 2]", epochs: String = "2", more: String = "") throws {
    toy = try ToyTraining(changes: ["epochs": epochs])
    try write(seeds: seeds, more: more)
  }

  /// The training's file with variants in the place of its seed.
  func write(seeds: String = "[1, 2]", more: String = "") throws {
    let training = try String(contentsOfFile: toy.file, encoding: .utf8)
    let text =
      training.replacing("seed: 1\n", with: "seeds: \(seeds)\n") + """
        variants:
          - {name: attention}
          - {name: plain sum, gate: sum, paper: {error: 21.76, certainty: remembered}}
        \(more)
        zoom: {scales: [0.5, 1], protocol: shrink, controls: [spectrum], lesions: [frozen, uniform]}

        """
    try Data(text.utf8).write(to: URL(filePath: file))
  }

  func arguments(_ folder: String) -> [String] {
    ["ablate", file, "--out", folder, "--workers", "2", "--json", "--quiet"]
  }

  func run(_ name: String) throws -> CommandLineRun {
    try CommandLineRun(arguments(toy.folder(name)))
  }

  func results(_ run: CommandLineRun) throws -> AblationResults {
    try JSONDecoder().decode(AblationResults.self, from: Data(run.output.utf8))
  }
}

@Suite("An ablation", .serialized)
struct AblationRunTests {
  @Test("goes on without anybody who hears it")
  func deaf() throws {
    let ablation = try ToyAblation(seeds: "[1]", epochs: "1")
    let heard = try ablation.run("heard")
    #expect(heard.status == 0, "\(heard.error)")
    for (index, script) in StandardStreamTests.deaf.prefix(2).enumerated() {
      let arguments = ablation.arguments(ablation.toy.folder("deaf-\(index)"))
      let run = try ProgramRun(
        URL(filePath: "/bin/sh"), ["-c", script, "sh", CommandLineRun.program.path] + arguments)
      #expect(run.status == 0)
      #expect(run.output.replacing("deaf-\(index)", with: "heard") == heard.output)
    }
  }

  @Test("has the errors, shifts and costs that the single commands give")
  func parts() throws {
    let ablation = try ToyAblation()
    let toy = ablation.toy
    let run = try ablation.run("run")
    #expect(run.status == 0, "\(run.error)")
    let results = try ablation.results(run)
    #expect(results.name == "toy" && results.reference == "attention")
    #expect(results.training.pictures == 48 && results.training.validationPictures == 12)
    #expect(results.training.epochs == 2 && results.training.seeds == [1, 2])
    #expect(results.variants.map(\.name) == ["attention", "plain sum"])

    let attention = results.variants[0]
    for (index, seed) in [1, 2].enumerated() {
      try toy.write(changes: ["epochs": "2"], seed: seed)
      let training = try toy.run("alone-\(seed)", ["--json"])
      let alone = try JSONDecoder().decode(
        TrainingResults.self, from: Data(training.output.utf8))
      let top1 = try #require(alone.epochs.last?.validation?.top1)
      #expect(attention.errors[index] == 1 - top1)
    }
    let contrast = try #require(results.contrasts.first)
    #expect(results.contrasts.count == 1 && contrast.plan == .init("plain sum", minus: "attention"))
    #expect(
      contrast.verdict == nil && contrast.difference.interval.isEmpty, "two seeds are too few")

    // A zoom of one of the models by itself.
    var shifts: [[Double]] = []
    var costs: [Double] = []
    for seed in [1, 2] {
      let model = toy.folder("run/trainings/attention/seed-\(seed)/last.safetensors")
      let options = ["--scales", "0.5,1", "--protocol", "shrink", "--json", "--quiet"]
      let zoom = try CommandLineRun(
        ["zoom", toy.data + "/val", "--model", model, "--controls", "spectrum"]
          + options + ["--out", toy.folder("zoom-\(seed)")])
      let seen = try JSONDecoder().decode(ZoomResults.self, from: Data(zoom.output.utf8))
      shifts.append(seen.units.map(\.shift.mean))
      let lesion = try CommandLineRun(
        ["lesion", model, toy.data + "/val", "--lesions", "uniform"] + options
          + ["--out", toy.folder("lesion-\(seed)")])
      let cost = try JSONDecoder().decode(LesionResults.self, from: Data(lesion.output.utf8))
      costs.append(
        try #require(cost.condition("uniform", "stages 2–3")?.byScale.last).costs.kl.mean)
    }
    #expect(attention.units.map(\.name) == ["SK_2_1", "SK_3_1"])
    for (index, unit) in attention.units.enumerated() {
      #expect(abs(unit.shift.mean - (shifts[0][index] + shifts[1][index]) / 2) < 1e-12)
      #expect(unit.excess != nil)
    }
    let uniform = try #require(attention.lesions.first { $0.name == "uniform" })
    #expect(abs(uniform.divergence.mean - (costs[0] + costs[1]) / 2) < 1e-12)
    #expect(attention.lesions.map(\.name) == ["frozen", "uniform"])

    let sum = results.variants[1]
    #expect(sum.units.isEmpty && sum.lesions.isEmpty && sum.measure == nil)
    #expect(sum.paper == AblationResults.PaperRow(error: 21.76, certainty: .remembered))
    #expect(sum.parameters < attention.parameters && sum.macs < attention.macs)
  }

  @Test("is known by what its networks were shown, not by how that was typed")
  func typed() throws {
    let ablation = try ToyAblation(seeds: "[1]", epochs: "1")
    let toy = ablation.toy
    let out = toy.folder("run")
    let base = toy.folder("")
    try FileManager.default.createDirectory(
      atPath: toy.folder("shown/blue"), withIntermediateDirectories: true)
    for number in [16, 17] {
      try FileManager.default.copyItem(
        atPath: toy.data + "/val/blue/\(number).png",
        toPath: toy.folder("shown/blue/\(number).png"))
    }
    var text = try String(contentsOfFile: ablation.file, encoding: .utf8)
    func write(data: String, images: String) throws {
      text.replace(/data: .*/, with: "data: \(data)")
      text.replace(/zoom: {(images: [^,]*, )?/, with: "zoom: {images: \(images), ")
      try Data(text.utf8).write(to: URL(filePath: ablation.file))
    }
    func run(in place: String, _ file: String) throws -> CommandLineRun {
      try CommandLineRun(
        in: place, ["ablate", file, "--out", out, "--workers", "2", "--json", "--quiet"])
    }
    try write(data: "data", images: "shown")
    let first = try run(in: base, "ablation.yaml")
    #expect(first.status == 0, "\(first.error)")
    for (place, file) in [
      (base, "./ablation.yaml"), ("/", ablation.file), (toy.data, "../ablation.yaml"),
    ] {
      let again = try run(in: place, file)
      #expect(again.status == 0 && again.output == first.output, "\(place) \(file): \(again.error)")
    }
    try write(data: toy.data, images: toy.folder("shown"))
    let absolute = try run(in: "/", ablation.file)
    #expect(absolute.status == 0 && absolute.output == first.output, "\(absolute.error)")
    // Another content is another zoom.
    try FileManager.default.removeItem(atPath: toy.folder("shown/blue/17.png"))
    try FileManager.default.copyItem(
      atPath: toy.data + "/val/red/17.png", toPath: toy.folder("shown/blue/17.png"))
    let changed = try run(in: base, "ablation.yaml")
    #expect(
      changed.status == 1 && changed.error.contains("photographs: "), "\(changed.error)")
  }

  @Test(
    "that an earlier version began, which said in the end of how many, tells how many are recorded")
  func earlier() throws {
    let ablation = try ToyAblation(seeds: "[1]", epochs: "1")
    let whole = try ablation.run("run")
    #expect(whole.status == 0, "\(whole.error)")
    let place = ablation.toy.folder("run")
    func forget(_ keys: String) throws {
      try DatabaseQueue(path: place + "/ablation.sqlite").write {
        try $0.execute(sql: "DELETE FROM outcome WHERE key LIKE '\(keys)'")
      }
    }
    try forget("ablation")
    for command in [
      ["status", place], ["results", place], ["merge", place, "--out", place + "2"],
    ] {
      let run = try CommandLineRun(command)
      #expect(run.status == 1 && run.output.isEmpty)
      #expect(
        run.error.contains("not finished: 2 trainings recorded") && !run.error.contains("never"),
        "\(run.error)")
    }
    let again = try ablation.run("run")
    #expect(again.status == 0 && again.output == whole.output, "\(again.error)")
    try forget("%")
    #expect(try RunStatus(folder: place).state == .notBegun)
  }

  @Test("killed at any moment goes on to the same results")
  func killed() throws {
    let ablation = try ToyAblation(seeds: "[1]", epochs: "4")
    try CommandLineRun.expectResuming(
      ablation.arguments, killedAfter: [60, 120, 200, 300, 450], leaving: "ablation.json")
  }

  @Test("leaves tables and a figure, and is drawn and exported from its store alone")
  func leaves() throws {
    let ablation = try ToyAblation(seeds: "[1]", epochs: "1")
    let run = try ablation.run("run")
    #expect(run.status == 0, "\(run.error)")
    let folder = ablation.toy.folder("run")
    for name in ["ablation.json", "ablation.csv", "ablation.md", "figures/ablation.png"] {
      #expect(FileManager.default.fileExists(atPath: folder + "/" + name), "\(name)")
    }
    for name in ["trainings", "figures"] {
      try FileManager.default.removeItem(atPath: folder + "/" + name)
    }
    let again = try ablation.run("run")
    #expect(again.status == 0 && again.output == run.output, "\(again.error)")
    let drawn = try CommandLineRun(["figures", folder, "--format", "svg"])
    #expect(drawn.output == "\(folder)/figures/ablation.svg\n", "\(drawn.error)")
    let csv = ablation.toy.folder("table.csv")
    #expect(try CommandLineRun(["export", folder, "--to", "csv", "--out", csv]).status == 0)
    #expect(
      FileManager.default.contents(atPath: csv)
        == FileManager.default.contents(atPath: folder + "/ablation.csv"))
    let other = try CommandLineRun(["export", folder, "--to", "npz", "--out", csv])
    #expect(other.status == 64 && other.error.contains("exported as csv, not npz"))
  }

  @Test("takes more variants and seeds later, and refuses what it did not begin with")
  func grows() throws {
    let ablation = try ToyAblation(seeds: "[1]", epochs: "1")
    let first = try ablation.results(ablation.run("run"))
    let model = ablation.toy.folder("run/trainings/attention/seed-1/last.safetensors")
    let before = try FileManager.default.attributesOfItem(atPath: model)[.modificationDate] as? Date
    try ablation.write(seeds: "[1, 3]", more: "  - {name: K3, branches: [{kernel: 3, groups: 2}]}")
    let second = try ablation.results(ablation.run("run"))
    #expect(second.variants.map(\.name) == ["attention", "plain sum", "K3"])
    #expect(second.variants[0].errors.first == first.variants[0].errors.first)
    let after = try FileManager.default.attributesOfItem(atPath: model)[.modificationDate] as? Date
    #expect(before != nil && before == after, "what was trained is not trained again")

    try ablation.toy.write(changes: ["epochs": "1", "labelSmoothing": "0.2"])
    try ablation.write()
    let refused = try ablation.run("run")
    #expect(refused.status == 1)
    #expect(refused.error.contains("attention/seed-1/training: recipe.labelSmoothing: 0.1 was"))
    #expect(refused.error.split(separator: "\n").count == 1, "\(refused.error)")
  }

  @Test("that cannot go on says why in one line")
  func errors() throws {
    let ablation = try ToyAblation(seeds: "[1]", epochs: "1")
    let toy = ablation.toy
    func expect(_ phrase: String, status: Int32 = 1) throws {
      let run = try ablation.run("other")
      #expect(run.status == status)
      #expect(run.error.contains(phrase), "\(run.error)")
      #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
    }
    let place = toy.folder("other")
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try Data("no database".utf8).write(to: URL(filePath: place + "/ablation.sqlite"))
    try expect("ablation.sqlite is not a database")
    try FileManager.default.removeItem(atPath: place)
    try toy.write(changes: [
      "learningRate": "1000", "schedule": "step", "momentum": "0.99", "epochs": "200",
    ])
    try ablation.write(seeds: "[1]")
    try expect("attention, seed 1: training diverged at step")
    try toy.write(
      changes: ["epochs": "1"], data: "{folder: \(toy.data)/train, heldOut: 0}")
    try ablation.write(seeds: "[1]")
    try expect("has no validation pictures, and none are held out")
  }
}

extension AblationRunTests {
  @Test("of shards merges to the results of one, and says what it rests on before")
  func shards() throws {
    let ablation = try ToyAblation(epochs: "1")
    let whole = try ablation.run("whole")
    #expect(whole.status == 0, "\(whole.error)")
    let folder = ablation.toy.folder
    // Seeds are the outer loop: shard 1 has all of "attention", 2 all of the other.
    for number in 1...2 {
      let run = try CommandLineRun(
        ablation.arguments(folder("\(number)")) + ["--shard", "\(number)/2"])
      #expect(run.status == 0 && run.output.contains("\"shard\" : \"\(number)/2\""), "\(run.error)")
      let networks = try FileManager.default.contentsOfDirectory(
        atPath: folder("\(number)/trainings"))
      #expect(networks == [["attention"], ["plain-sum"]][number - 1])
    }
    let arguments = ["merge", folder("1"), "--json", "--quiet", "--out", folder("merged")]
    let missing = try CommandLineRun(arguments)
    #expect(missing.status == 1 && missing.error.contains("--array=2"), "\(missing.error)")
    let part = try CommandLineRun(["results", folder("1")])
    #expect(
      part.status == 1 && part.error.contains("2 of 4 trainings recorded, and of no seed all"))
    let merged = try CommandLineRun(arguments + [folder("2")])
    #expect(merged.status == 0 && merged.output == whole.output, "\(merged.error)")
    for name in ["ablation.json", "ablation.csv", "ablation.md"] {
      #expect(
        ablation.toy.bytes("merged/" + name) == ablation.toy.bytes("whole/" + name), "\(name)")
    }
    // An ablation whose second seed is missing.
    let status = try CommandLineRun(["status", folder("1"), folder("2"), folder("merged")])
    #expect(status.output.contains("4 trainings"), "\(status.output)")
    try ablation.write(seeds: "[1, 2, 3]")
    let begun = try CommandLineRun(
      ablation.arguments(folder("merged")) + ["--shard", "1/2"])
    #expect(begun.status == 1 && begun.error.contains("holds a whole ablation"), "\(begun.error)")
  }
}
