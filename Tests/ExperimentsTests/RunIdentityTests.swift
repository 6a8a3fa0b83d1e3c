import Foundation
import GRDB
import Pictures
import SelectiveKernels
import TestSupport
import Testing

@Suite("What a run is known by")
struct RunIdentityTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// Copies two photographs into folders of their classes, with boxes beside them.
  private func photographs() throws {
    for name in ["n01443537_goldfish", "n01882714_koala"] {
      let place = folder.path("data/\(name.prefix(9))")
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: Photographs.fixtures + "/\(name).JPEG",
        toPath: place + "/\(name.dropFirst(10)).JPEG")
    }
    let boxes =
      "file,xmin,ymin,xmax,ymax\ngoldfish.JPEG,60,60,160,160\n"
      + "koala.JPEG,60,60,160,160\n"
    _ = try folder.write(Array(boxes.utf8), to: "boxes.csv")
  }

  private func recorded(_ run: String) throws -> Date? {
    try DatabaseQueue(path: run + "/run.sqlite").read {
      _ = try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM stimulus")
    }
    return try FileManager.default.attributesOfItem(atPath: run + "/run.sqlite")[.modificationDate]
      as? Date
  }

  @Test(
    "is its photographs' content and names, not how their folder was typed",
    arguments: ["zoom", "lesion", "fields"])
  func typed(_ command: String) throws {
    try photographs()
    let out = folder.path("run")
    func run(in place: String, _ data: String) throws -> CommandLineRun {
      let model = command == "zoom" ? [data, "--model", "sknet26-tiny"] : ["sknet26-tiny", data]
      return try CommandLineRun(
        in: place,
        [command] + model + ["--boxes", folder.path("boxes.csv"), "--quiet", "--json"]
          + ["--scales", "1,2", "--out", out]
          + (command == "zoom" ? ["--controls", "noise"] : [])
          + (command == "lesion" ? ["--lesions", "frozen", "--units", "SK_5_2"] : [])
          + (command == "fields" ? ["--at", "SK_3_2"] : []))
    }
    let base = folder.path("")
    let first = try run(in: base, "data")
    #expect(first.status == 0, "\(first.error)")
    let written = try recorded(out)
    for (place, data) in [
      (base, "./data/"), (base, folder.path("data")), ("/", folder.path("data")),
      (folder.path("data"), "."), (folder.path("data/n01443537"), ".."),
    ] {
      let again = try run(in: place, data)
      #expect(again.status == 0 && again.output == first.output, "\(place) \(data): \(again.error)")
    }
    #expect(try recorded(out) == written)
    // Another content is another run; it is named.
    try FileManager.default.removeItem(atPath: folder.path("data/n01882714/koala.JPEG"))
    try FileManager.default.copyItem(
      atPath: Photographs.fixtures + "/n02165456_ladybug.JPEG",
      toPath: folder.path("data/n01882714/koala.JPEG"))
    let changed = try run(in: folder.path("data"), ".")
    #expect(
      changed.status == 1 && changed.error.contains("koala.JPEG changed since"), "\(changed.error)")
  }

  @Test("is a training's pictures, not how their folder was typed")
  func training() throws {
    let toy = try ToyTraining(changes: ["epochs": "1"])
    let out = toy.folder("run")
    let base = toy.folder("")
    func run(in place: String, _ file: String, _ more: [String] = []) throws -> CommandLineRun {
      try CommandLineRun(
        in: place, ["train", file, "--out", out, "--workers", "2", "--quiet", "--json"] + more)
    }
    try toy.write(changes: ["epochs": "1"], data: "data")
    let first = try run(in: base, "toy.yaml")
    #expect(first.status == 0, "\(first.error)")
    for (place, file) in [(base, "./toy.yaml"), ("/", toy.file), (toy.data, "../toy.yaml")] {
      let again = try run(in: place, file, ["--resume"])
      #expect(again.status == 0 && again.output == first.output, "\(place) \(file): \(again.error)")
    }
    try toy.write(changes: ["epochs": "1"], data: "./data/../data/")
    let again = try run(in: base, "toy.yaml", ["--resume"])
    #expect(again.status == 0 && again.output == first.output, "\(again.error)")
  }

  @Test("is not how it is reported, which may change when it is finished")
  func presented() throws {
    let out = folder.path("run")
    var experiment = ZoomExperiment(
      images: [Photographs.fixturesFolder], scales: [1, 2], controls: [.noise],
      examples: ["n01443537_goldfish.JPEG"], out: out)
    let first = try ZoomRun(experiment).perform().results
    experiment.examples = ["n01882714_koala.JPEG"]
    experiment.analysisSeed = 7
    let second = try ZoomRun(experiment).perform().results
    #expect(first.seed == 1 && second.seed == 7)
    #expect(second.units.map(\.shift.mean) == first.units.map(\.shift.mean))
    #expect(second.units.map(\.shift.slope.interval) != first.units.map(\.shift.slope.interval))
    #expect(try RecordedZoom(folder: out).results() == second)
    let kept = try FileManager.default.contentsOfDirectory(atPath: out + "/examples")
    #expect(Set(kept.map { $0.first }).count == 2)
    experiment.analysisSeed = nil
    #expect(try ZoomRun(experiment).perform().results == first)
    // The seed of what was shown is another matter.
    experiment.seed = 2
    let error = #expect(throws: ExperimentError.self) { try ZoomRun(experiment).perform() }
    #expect(error?.description.contains("stimuli.seed: 1 was recorded, 2 is given") == true)
  }

  @Test("is a background's content, wherever it lies")
  func background() throws {
    let picture = try Picture(width: 8, height: 8, color: (255, 0, 0)).pngData()
    let paths = try ["a.png", "b.png"].map { try folder.write(picture, to: $0) }
    var experiment = ZoomExperiment(
      images: [Photographs.fixturesFolder], scales: [1, 2], controls: [],
      background: .file(paths[0]), out: folder.path("run"))
    let first = try ZoomRun(experiment).perform().results
    experiment.background = .file(paths[1])
    #expect(try ZoomRun(experiment).perform().results == first)
  }
}
