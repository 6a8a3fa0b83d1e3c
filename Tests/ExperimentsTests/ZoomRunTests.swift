import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("A zoom run")
struct ZoomRunTests {
  private func experiment(_ out: String, workers: Int? = nil) -> ZoomExperiment {
    ZoomExperiment(images: [Photographs.fixturesFolder], workers: workers, out: out)
  }

  @Test("records the attention and the logits that PyTorch computes from Pillow's pixels")
  func fixture() throws {
    let fixture = try Fixture("sknet26-tiny-zoom")
    let folder = try ScratchFolder()
    var experiment = experiment(folder.path("run"))
    experiment.controls = []
    experiment.keep = .channels
    _ = try ZoomRun(experiment).perform()
    let exported = folder.path("run.safetensors")
    try RecordedZoom(folder: experiment.out).export(.safetensors, toFile: exported)
    let file = try SafetensorsFile(contentsOfFile: exported)
    let names = fixture.file.names.filter { $0 == "logits" || $0.hasPrefix("attention.") }
    #expect(names.count == 9)
    for name in names {
      let actual = try file.tensor(name)
      let expected = try fixture.tensor(name)
      #expect(actual.shape == expected.shape)
      #expect(relativeError(actual.values, expected.values) < 1e-4, "\(name)")
    }
    #expect(file.metadata["scales"] == "[1,1.25,1.5,1.75,2]")
  }

  @Test("finds mean differences that follow from PyTorch's attention")
  func means() throws {
    let fixture = try Fixture("sknet26-tiny-zoom")
    let folder = try ScratchFolder()
    var experiment = experiment(folder.path("run"))
    experiment.controls = []
    let results = try ZoomRun(experiment).perform().results
    for unit in results.units {
      let attention = try fixture.tensor("attention.\(unit.name)")
      let channels = attention.shape[3]
      for (s, scale) in unit.byScale.enumerated() {
        var sum = 0.0
        for image in 0..<4 {
          let start = (image * 5 + s) * 2 * channels
          for c in 0..<channels {
            sum += Double(attention.values[start + channels + c] - attention.values[start + c])
          }
        }
        #expect(abs(scale.difference - sum / Double(4 * channels)) < 1e-5)
      }
    }
  }

  @Test("records the units of ShuffleNetV2 that have attention, and refuses those that have none")
  func shuffled() throws {
    let folder = try ScratchFolder()
    var network = try Catalogue.entry(named: "shufflenetv2-0.5x-sk").architecture
    network.classes = 10
    let path = folder.path("shuffled.safetensors")
    try Model(
      name: "shuffled", architecture: network, preprocessing: Preprocessing(size: 64),
      weights: .formula(for: network)
    ).write(toFile: path)
    var experiment = experiment(folder.path("run"))
    experiment.model = path
    experiment.controls = []
    let results = try ZoomRun(experiment).perform().results
    let expected = [2: 2...4, 3: 2...8, 4: 2...4].sorted { $0.key < $1.key }.flatMap {
      stage, units in
      units.map { "SK_\(stage)_\($0)" }
    }
    #expect(results.units.map(\.name) == expected)
    experiment.out = folder.path("other")
    experiment.units = ["SK_2_1"]
    let error = #expect(throws: ExperimentError.self) { try ZoomRun(experiment).perform() }
    #expect(error.map { "\($0)" }?.contains("no unit with attention matches 'SK_2_1'") == true)
  }

  @Test("gives the same results to the bit for any number of workers")
  func workers() throws {
    let folder = try ScratchFolder()
    let texts = try [1, 2, 3].map { workers in
      let run = experiment(folder.path("run-\(workers)"), workers: workers)
      return try ZoomRun(run).perform().results.json()
    }
    #expect(texts[0] == texts[1])
    #expect(texts[0] == texts[2])
  }

  @Test("that is finished is read again, not run again")
  func finished() throws {
    let folder = try ScratchFolder()
    let experiment = experiment(folder.path("run"))
    let first = try ZoomRun(experiment).perform()
    let second = try ZoomRun(experiment).perform()
    #expect(first.results == second.results)
    for path in first.files { #expect(FileManager.default.fileExists(atPath: path)) }
  }

  @Test("refuses to go on with another request and says what differs")
  func refusal() throws {
    let folder = try ScratchFolder()
    var experiment = experiment(folder.path("run"))
    experiment.controls = []
    _ = try ZoomRun(experiment).perform()
    experiment.scales = [1, 2]
    let error = #expect(throws: ExperimentError.self) { try ZoomRun(experiment).perform() }
    #expect(error?.description.contains("stimuli.scales") == true)
    experiment.startsAfresh = true
    #expect(try ZoomRun(experiment).perform().results.scales == [1, 2])
  }

  @Test("leaves photographs with too few pixels out of the headline, or says that it could not")
  func undersampled() throws {
    let folder = try ScratchFolder()
    var experiment = experiment(folder.path("run"))
    experiment.controls = []
    // The goldfish's crop at 2.0× has 131 pixels, the koala's 106, the others' 188 and 193.
    experiment.size = 150
    let results = try ZoomRun(experiment).perform().results
    #expect(results.headline.images == 2)
    #expect(results.headline.undersampled == 2)
    experiment.out = folder.path("all")
    experiment.size = 224
    let error = #expect(throws: ExperimentError.self) { try ZoomRun(experiment).perform() }
    #expect(
      error?.description
        == "4 of 4 have fewer than 224 pixels at 2.0×: left out; `--scales 1,1.1` keeps 3; "
        + "--include-undersampled counts them, without verdicts")
    experiment.includesUndersampled = true
    let confounded = try ZoomRun(experiment).perform().results
    #expect(confounded.headline.isConfounded && confounded.withheld != nil)
    #expect(confounded.headline.images == 4)
    #expect(confounded.units.allSatisfy { $0.shift.judgement == nil })
  }

  @Test("says before it starts how many photographs have too few pixels, and what keeps more")
  func pixels() throws {
    let folder = try ScratchFolder()
    let run = try CommandLineRun([
      "zoom", Photographs.fixtures, "--size", "150", "--controls", "none", "--out",
      folder.path("run"),
    ])
    #expect(run.status == 0, "\(run.error)")
    // Their shorter sides: 262, 212, 376 and 386 pixels.
    #expect(
      run.error.contains(
        "\n2 of 4 have fewer than 150 pixels at 2.0×: left out; `--scales 1,1.4` keeps 4\n"),
      "\(run.error)")
  }

  @Test("of a single photograph ends with honest numbers, and at a single scale is refused")
  func single() throws {
    let folder = try ScratchFolder()
    var experiment = ZoomExperiment(
      images: [Photographs.fixturesFolder.appending("n01443537_goldfish.JPEG")], scales: [1, 2],
      controls: [],
      out: folder.path("run"))
    let results = try ZoomRun(experiment).perform().results
    #expect(results.images == 1)
    #expect(results.withheld?.contains("1 photograph") == true)
    #expect(results.units.allSatisfy { $0.shift.p == 1 && $0.shift.slope.interval.isEmpty })
    experiment.scales = [2]
    let error = #expect(throws: ExperimentError.self) { try ZoomRun(experiment).perform() }
    #expect(error == .usage("scales: 2.0 alone shows no shift; give two or more, such as 1,2"))
  }

  @Test("with the target protocol knows how much of the target is in view")
  func target() throws {
    let folder = try ScratchFolder()
    let experiment = ZoomExperiment(
      images: [FilePath(Photographs.samples)], scales: [0.5, 1, 2], zoomProtocol: .target,
      controls: [.blur], units: ["SK_3_*"], boxes: Photographs.samples + "/boxes.csv",
      out: folder.path("run"))
    let results = try ZoomRun(experiment).perform().results
    #expect(results.images == 16)
    #expect(results.failed.isEmpty)
    #expect(results.units.map(\.name) == ["SK_3_1", "SK_3_2"])
    let table = folder.path("run.csv")
    try RecordedZoom(folder: experiment.out).export(.csv, toFile: table)
    let rows = try String(contentsOfFile: table, encoding: .utf8).split(separator: "\r\n")
    // 16 photographs, 3 zooms and 2 blurs each, 2 units, 2 branches.
    #expect(rows.count == 1 + 16 * 5 * 2 * 2)
  }
}
