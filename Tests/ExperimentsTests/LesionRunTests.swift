import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("A lesion run")
struct LesionRunTests {
  private func experiment(
    _ out: String, images: [String] = [Photographs.fixtures], scales: [Double] = [1, 2],
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
        images: [Photographs.fixtures], scales: [1, 2], controls: [], out: folder.path("zoom"))
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
    for path in try ImageList([Photographs.fixtures]).paths {
      let picture = try Picture(contentsOfFile: path)
      for stimulus in try maker.stimuli(for: picture, name: path) {
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
    let paths = try ImageList([Photographs.fixtures]).paths
    let one = try LesionRun(
      experiment(folder.path("one"), images: [paths[0]], units: ["SK_2_1"])
    ).perform().results
    #expect(!one.lesions.contains("shuffled"))
    let broken = try folder.write(Array("no picture".utf8), to: "n01443537_broken.jpg")
    let outcome = try LesionRun(
      experiment(folder.path("half"), images: [paths[0], broken], units: ["SK_2_1"])
    ).perform().results
    #expect(outcome.failed.map(\.path) == [broken])
    #expect(outcome.conditions == one.conditions)
    let two = try LesionRun(
      experiment(folder.path("two"), images: Array(paths.prefix(2)), units: ["SK_2_1"])
    ).perform().results
    #expect(two.lesions.contains("shuffled"))
  }

  @Test("killed and started again, ends as an undisturbed run does")
  func killed() throws {
    let folder = try ScratchFolder()
    func arguments(_ name: String) -> [String] {
      [
        "lesion", "sknet26-tiny", Photographs.samples, "--scales", "1,2", "--units", "SK_3_*",
        "--quiet", "--out", folder.path(name),
      ]
    }
    let undisturbed = try CommandLineRun(arguments("undisturbed"))
    #expect(undisturbed.status == 0, "\(undisturbed.error)")
    for milliseconds in [300, 700] {
      let process = Process()
      process.executableURL = CommandLineRun.program
      process.arguments = arguments("killed")
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let resumed = try CommandLineRun(arguments("killed"))
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(resumed.output == undisturbed.output)
    let files = ["undisturbed", "killed"].map { folder.path($0 + "/lesions.json") }
    #expect(
      FileManager.default.contents(atPath: files[0])
        == FileManager.default.contents(atPath: files[1]))
  }

  @Test("does not go on with other lesions, nor with a zoom")
  func refused() throws {
    let folder = try ScratchFolder()
    _ = try LesionRun(experiment(folder.path("run"), units: ["SK_5_2"], [.uniform])).perform()
    let error = #expect(throws: ExperimentError.self) {
      try LesionRun(experiment(folder.path("run"), units: ["SK_5_2"], [.frozen])).perform()
    }
    #expect(error?.description.contains("lesions") == true)
    let drawn = try CommandLineRun(["figures", folder.path("run")])
    #expect(drawn.status == 1)
    #expect(drawn.error.contains("holds a lesion run"))
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
