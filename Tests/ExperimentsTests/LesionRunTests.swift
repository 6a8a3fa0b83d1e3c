import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("A lesion run")
struct LesionRunTests {
  private func experiment(
    _ out: String, images: [FilePath] = [Photographs.fixturesFolder], scales: [Double] = [1, 2],
    units: [String] = [], workers: Int? = nil, _ lesions: [Lesion] = Lesion.allCases
  ) -> LesionExperiment {
    LesionExperiment(
      ZoomExperiment(images: images, scales: scales, units: units, workers: workers, out: out),
      lesions: lesions)
  }

  @Test("does everything everywhere, costs nothing where it changes nothing")
  func everything() throws {
    let folder = try ScratchFolder()
    let outcome = try LesionRun(experiment(folder.path("run"))).perform()
    let results = outcome.results
    #expect(results.images == 4)
    #expect(results.labelled == 4)
    let stages = ["stage 2", "stages 2–3", "stages 2–4", "stages 2–5"]
    #expect(results.scopes == results.model.architecture.units.map(\.name) + stages)
    #expect(
      results.lesions == [
        "frozen", "shuffled", "mean", "uniform", "swapped", "branch-0", "branch-1",
      ])
    #expect(results.conditions.count == 12 * 7)
    #expect(results.conditions.last?.units.count == 8)
    for condition in results.conditions {
      for effect in condition.byScale {
        let isNothing = condition.lesion == "frozen" && effect.scale == 1
        #expect((effect.divergence.mean == 0) == isNothing, "\(condition.lesion)")
        if isNothing {
          #expect(effect.divergence.interval == [0, 0])
          #expect(effect.agreement == .init(mean: 1, interval: [1, 1]))
          #expect(effect.accuracyLost == .init(mean: 0, interval: [0, 0]))
        }
      }
    }
    // The intact network is the zoom's.
    let zoom = try ZoomRun(
      ZoomExperiment(
        images: [Photographs.fixturesFolder], scales: [1, 2], controls: [], out: folder.path("zoom")
      )
    ).perform().results
    #expect(results.intact.map(\.mean) == zoom.accuracy.map(\.top1))
    for path in outcome.files { #expect(FileManager.default.fileExists(atPath: path)) }
    #expect(outcome.table.contains("only 5×5"))
    // Finished, it is read again.
    let again = try LesionRun(experiment(folder.path("run"))).perform()
    #expect(again.results == results)
  }

  /// The same network built without attention, its expanding kernels divided by M.
  @Test("of uniform attention is the network that sums its branches, divided by their number")
  func uniform() throws {
    let folder = try ScratchFolder()
    let results = try LesionRun(experiment(folder.path("run"), scales: [1.5], [.uniform]))
      .perform().results
    let model = try Model(contentsOfFile: Fixtures.bundledModel)
    var architecture = model.architecture
    architecture.gate = .sum
    let names = Set(architecture.parameters.map(\.name))
    var weights = Weights(model.weights.tensors.filter { names.contains($0.key) })
    for unit in architecture.units {
      let name = unit.prefix + "expand.conv.weight"
      let kernel = try #require(weights[name])
      weights[name] = Tensor(shape: kernel.shape, values: kernel.values.map { $0 / 2 })
    }
    let intact = try Runner(
      Plan(model.architecture, weights: model.weights, height: 64, width: 64))
    let summed = try Runner(Plan(architecture, weights: weights, height: 64, width: 64))
    let maker = try StimulusMaker(StimulusSpecification(scales: [1.5], size: 64, controls: []))
    var sum = 0.0
    for path in try ImageList([Photographs.fixturesFolder]).paths {
      let picture = try Picture(contentsOf: path)
      for stimulus in try maker.stimuli(for: picture, name: path.text) {
        let input = model.preprocessing.input(pixels: stimulus.pixels)
        let probabilities = try [intact, summed].map { runner in
          try runner.run(input)
          let powers = runner.logits.map { exp(Double($0)) }
          return powers.map { $0 / powers.reduce(0, +) }
        }
        sum += zip(probabilities[0], probabilities[1]).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
      }
    }
    let condition = try #require(results.condition("uniform", "stages 2–5"))
    let divergence = try #require(condition.byScale.first).divergence.mean
    #expect(divergence > 0.1)
    #expect(abs(divergence - sum / 4) < 1e-4 * divergence)
  }

  @Test("frozen at its only scale leaves the network intact")
  func oneScale() throws {
    let folder = try ScratchFolder()
    let results = try LesionRun(experiment(folder.path("run"), scales: [1.5], [.frozen]))
      .perform().results
    #expect(results.frozenScale == 1.5)
    #expect(
      results.conditions.allSatisfy { $0.byScale.allSatisfy { $0.divergence.mean == 0 } })
  }

  @Test("gives the same results to the bit for any number of workers")
  func workers() throws {
    let folder = try ScratchFolder()
    let texts = try [1, 3].map { (workers: Int) in
      try LesionRun(
        experiment(folder.path("run-\(workers)"), units: ["SK_5_*"], workers: workers)
      ).perform().results.json()
    }
    #expect(texts[0] == texts[1])
  }

  @Test("of one photograph has nothing to shuffle; of two, each has the other's attention")
  func few() throws {
    let folder = try ScratchFolder()
    let paths = try ImageList([Photographs.fixturesFolder]).paths
    let one = try LesionRun(
      experiment(folder.path("one"), images: [paths[0]], units: ["SK_2_1"])
    ).perform().results
    #expect(!one.lesions.contains("shuffled"))
    let broken = try folder.write(Array("no picture".utf8), to: "n01443537_broken.jpg")
    let outcome = try LesionRun(
      experiment(folder.path("half"), images: [paths[0], FilePath(broken)], units: ["SK_2_1"])
    ).perform().results
    #expect(outcome.failed.map(\.path) == [broken])
    #expect(outcome.conditions == one.conditions)
    let two = try LesionRun(
      experiment(folder.path("two"), images: Array(paths.prefix(2)), units: ["SK_2_1"])
    ).perform().results
    #expect(two.lesions.contains("shuffled"))
  }

  @Test("is drawn and exported again without its network, logits by lesion and place")
  func recorded() throws {
    let folder = try ScratchFolder()
    let run = folder.path("run")
    let outcome = try LesionRun(
      experiment(run, units: ["SK_5_*"], [.frozen, .branches])
    ).perform()
    #expect(
      outcome.files.map { ($0 as NSString).lastPathComponent }
        == ["lesions.json", "lesion-costs.png", "report.html"])
    let page = try String(contentsOfFile: outcome.files[2], encoding: .utf8)
    #expect(page.contains("<h1>Lesion run: sknet26-tiny</h1>") && page.contains("only 5×5"))
    let drawn = try CommandLineRun(["figures", run, "--format", "svg", "--only", "lesion-costs"])
    #expect(drawn.status == 0, "\(drawn.error)")
    #expect(drawn.output == run + "/figures/lesion-costs.svg\n")
    #expect(try CommandLineRun(["figures", run, "--only", "figure-4"]).status == 64)
    for format in ExportFormat.allCases {
      let out = folder.path("run.\(format)")
      let exported = try CommandLineRun(["export", run, "--to", "\(format)", "--out", out])
      #expect(exported.status == 0, "\(exported.error)")
    }
    let file = try SafetensorsFile(contentsOfFile: folder.path("run.safetensors"))
    let places = ["SK_5_1", "SK_5_2", "stage_5"]
    let names = places.flatMap { place in
      ["frozen", "branch-0", "branch-1"].map { "lesion.\($0).\(place)" }
    }
    #expect(Set(file.names) == Set(["logits"] + names.map { $0 + ".logits" }))
    #expect(
      try JSONDecoder().decode([String].self, from: Data((file.metadata["lesions"] ?? "").utf8))
        == names)
    try check(file)
    // 4 photographs, 2 scales, the intact network and 9 lesions.
    let rows = try String(contentsOfFile: folder.path("run.csv"), encoding: .utf8)
      .split(separator: "\r\n")
    #expect(rows.count == 1 + 4 * 2 * 10)
    #expect(rows[1].contains(",n01443537,,,1.0,"))
  }

  /// Compares the exported logits of one lesion with those of a network that is changed here.
  private func check(_ file: SafetensorsFile) throws {
    let model = try Model(contentsOfFile: Fixtures.bundledModel)
    let runner = try Runner(Plan(model.architecture, weights: model.weights, height: 64, width: 64))
    let maker = try StimulusMaker(StimulusSpecification(scales: [1, 2], size: 64, controls: []))
    let paths = try ImageList([Photographs.fixturesFolder]).paths
    let stimuli = try maker.stimuli(for: Picture(contentsOf: paths[2]), name: paths[2].text)
    let changed: [(String, [Int: Intervention])] = [
      ("logits", [:]), ("lesion.branch-1.SK_5_2.logits", [7: .branch(1)]),
      ("lesion.branch-0.stage_5.logits", [6: .branch(0), 7: .branch(0)]),
    ]
    for (name, interventions) in changed {
      try runner.intervene((0..<8).map { interventions[$0] })
      try runner.run(model.preprocessing.input(pixels: stimuli[1].pixels))
      let tensor = try file.tensor(name)
      #expect(tensor.shape == [4, 2, 200])
      let start = (2 * 2 + 1) * 200
      #expect(Array(tensor.values[start..<start + 200]) == runner.logits, "\(name)")
    }
  }

  @Test("killed and started again, ends as an undisturbed run does")
  func killed() throws {
    try CommandLineRun.expectResuming(
      {
        [
          "lesion", "sknet26-tiny", Photographs.samples, "--scales", "1,2", "--units", "SK_3_*",
          "--quiet", "--out", $0,
        ]
      }, killedAfter: [300, 700], leaving: "lesions.json")
  }

  @Test("does not go on with other lesions, nor with a zoom")
  func refused() throws {
    let folder = try ScratchFolder()
    _ = try LesionRun(experiment(folder.path("run"), units: ["SK_5_2"], [.uniform])).perform()
    let error = #expect(throws: ExperimentError.self) {
      try LesionRun(experiment(folder.path("run"), units: ["SK_5_2"], [.frozen])).perform()
    }
    #expect(error?.description.contains("lesions") == true)
    #expect(throws: ExperimentError.self) { try RecordedRun(folder: folder.path("run")) }
    #expect(throws: ExperimentError.self) { try Lesion.list(["hum"]) }
    #expect(try CommandLineRun(["lesion", "sknet26-tiny", "--out", folder.path("x")]).status == 64)
  }
}

@Suite("What lesions are measured by")
struct LesionArithmeticTests {
  @Test("divergence and agreement have their closed forms")
  func comparison() {
    // p = (3/4, 1/4), q = (1/2, 1/2).
    let changed = OutputComparison([7, 7], to: [Float(log(3.0)), 0])
    #expect(abs(changed.divergence - (0.75 * log(1.5) + 0.25 * log(0.5))) < 1e-7)
    #expect(changed.agrees)
    let far = OutputComparison([0, 1000], to: [1000, 0])
    #expect(abs(far.divergence - 1000) < 1e-9)
    #expect(!far.agrees)
    #expect(OutputComparison([1, 2, 3], to: [1, 2, 3]).divergence == 0)
  }

  @Test("shuffling leaves nobody in place", arguments: [2, 3, 4, 17, 200])
  func derangement(_ count: Int) {
    let order = Derangement.cycle(count: count, seed: 1)
    #expect(order.sorted() == Array(0..<count))
    #expect(order.indices.allSatisfy { order[$0] != $0 })
    #expect(order == Derangement.cycle(count: count, seed: 1))
    #expect(Derangement.cycle(count: 1, seed: 1) == [0])
  }

  @Test("losses are paired: each photograph with itself in the intact network")
  func losses() throws {
    let architecture = try Catalogue.entry(named: "sknet26-tiny").architecture
    // Right in the intact network: 1, 1, 0, 1; in the lesioned one: 1, 0, 1, 0.
    let photographs = zip([true, true, false, true], [true, false, true, false]).map {
      intact, lesioned in
      [(nil, intact), (0, lesioned)].map { condition, isCorrect in
        LesionObservation(
          condition: condition, scale: 1, isUndersampled: false, isCorrect: isCorrect,
          comparison: OutputComparison(lesioned ? [1, 0] : [0, 1], to: [1, 0]))
      }
    }
    let results = LesionResults(
      analysing: photographs,
      plans: [LesionResults.Plan(lesion: "uniform", scope: "SK_2_1", units: ["SK_2_1"])],
      model: .init(name: "x", sha256: "", architecture: architecture), protocol: "crop",
      scales: [1], frozenScale: 1, precision: "f32")
    #expect(results.intact.map(\.mean) == [0.75])
    let effect = try #require(results.conditions.first?.byScale.first)
    #expect(effect.accuracy?.mean == 0.5)
    #expect(effect.accuracyLost?.mean == 0.25)
    #expect(effect.agreement.mean == 0.5)
    // Resamples of 1, 0, -1, 1 reach from -1 to 1.
    let interval = try #require(effect.accuracyLost?.interval)
    #expect(interval[0] < 0 && interval[1] > 0.5 && interval[1] <= 1)
  }
}
