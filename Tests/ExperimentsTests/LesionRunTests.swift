import Foundation
import GRDB
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
        "frozen", "reverse", "shuffled", "matched", "mean", "mean-shift", "picture-specific",
        "uniform", "swapped", "branch-0", "branch-1",
      ])
    #expect(results.conditions.count == 12 * 11)
    #expect(results.conditions.last?.units.count == 8)
    for condition in results.conditions {
      for effect in condition.byScale {
        // What is kept, or moved from, at its own scale is the photograph's own.
        let isNothing =
          ["frozen", "matched", "mean-shift", "picture-specific"].contains(condition.lesion)
          && effect.scale == 1 || condition.lesion == "reverse" && effect.scale == 2
        #expect((effect.costs.kl.mean == 0) == isNothing, "\(condition.lesion)")
        #expect((effect.dose?.distance == 0) == isNothing)
        if isNothing {
          #expect(effect.costs.kl.interval == [0, 0])
          #expect(effect.agreement.mean == 1 && effect.costs.accuracy?.discordant == [0, 0])
          #expect(effect.costs.nll?.estimate == .init(mean: 0, interval: [0, 0]))
        }
      }
      // A move is as far as itself, and so is its way back.
      if ["frozen", "reverse"].contains(condition.lesion) {
        let ratios = try #require(results.headline(condition)?.dose).ratios
        #expect(ratios.allSatisfy { abs($0 - 1) < 1e-12 } && ratios.count == 3)
      }
    }
    try expectMatrix(results)
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

  /// The matrix in all units holds what `frozen` and `reverse` do there, and the intact network on its diagonal.
  private func expectMatrix(_ results: LesionResults) throws {
    let matrix = try #require(results.matrix)
    #expect(matrix.scope == "stages 2–5" && matrix.cells.map(\.count) == [2, 2])
    for (place, row) in matrix.cells.enumerated() {
      #expect(
        row.map(\.attention) == [1, 2] && row.allSatisfy { $0.picture == results.scales[place] })
      #expect(row[place].costs.kl.mean == 0 && row[place].nll == results.intactNLL[place])
      #expect(row[place].accuracy == results.intact[place])
    }
    for (lesion, place) in [("frozen", 1), ("reverse", 0)] {
      let effect = try #require(results.condition(lesion, matrix.scope)).byScale[place]
      let cell = matrix.cells[place][1 - place]
      #expect(effect.nll == cell.nll && effect.accuracy == cell.accuracy)
      for measure in LesionMeasure.allCases {
        #expect(effect.costs[measure]?.estimate == cell.costs[measure]?.estimate)
      }
    }
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
    let divergence = try #require(condition.byScale.first).costs.kl.mean
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
      results.conditions.allSatisfy { $0.byScale.allSatisfy { $0.costs.kl.mean == 0 } })
    #expect(results.withheld?.contains("where it changes anything") == true)
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
    #expect(one.lesions == ["frozen", "reverse", "uniform", "swapped", "branch-0", "branch-1"])
    let broken = try folder.write(Array("no picture".utf8), to: "n01443537_broken.jpg")
    let outcome = try LesionRun(
      experiment(folder.path("half"), images: [paths[0], FilePath(broken)], units: ["SK_2_1"])
    ).perform().results
    #expect(outcome.failed.map(\.path) == [broken])
    #expect(outcome.conditions == one.conditions)
    let two = try LesionRun(
      experiment(folder.path("two"), images: Array(paths.prefix(2)), units: ["SK_2_1"])
    ).perform().results
    #expect(two.lesions.count == 11)
  }

  @Test("is drawn and exported again without its network, logits by lesion and place")
  func recorded() throws {
    let folder = try ScratchFolder()
    let run = folder.path("run")
    let outcome = try LesionRun(
      experiment(run, units: ["SK_5_*"], [.frozen, .branches, .matrix])
    ).perform()
    #expect(
      outcome.files.map { ($0 as NSString).lastPathComponent }
        == ["lesions.json", "lesion-costs.png", "lesion-matrix.png", "report.html"])
    let page = try String(contentsOfFile: outcome.files[3], encoding: .utf8)
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
    let names =
      places.flatMap { place in
        ["frozen", "branch-0", "branch-1"].map { "lesion.\($0).\(place)" }
      } + ["lesion.scale-1.0.stage_5", "lesion.scale-2.0.stage_5"]
    #expect(Set(file.names) == Set(["logits"] + names.map { $0 + ".logits" }))
    #expect(
      try JSONDecoder().decode([String].self, from: Data((file.metadata["lesions"] ?? "").utf8))
        == names)
    try check(file)
    // 4 photographs, 2 scales, the intact network, 9 lesions and the matrix.
    let rows = try String(contentsOfFile: folder.path("run.csv"), encoding: .utf8)
      .split(separator: "\r\n")
    #expect(rows.count == 1 + 4 * 2 * 12)
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

  /// Attention of every photograph and scale, `[photograph][scale][unit]`, and the stimuli's pixels.
  private func seen() throws -> (runner: Runner, attention: [[[[Float]]]], inputs: [[[Float]]]) {
    let model = try Model(contentsOfFile: Fixtures.bundledModel)
    let runner = try Runner(Plan(model.architecture, weights: model.weights, height: 64, width: 64))
    let maker = try StimulusMaker(StimulusSpecification(scales: [1, 2], size: 64, controls: []))
    var attention: [[[[Float]]]] = []
    var inputs: [[[Float]]] = []
    for path in try ImageList([Photographs.fixturesFolder]).paths {
      let stimuli = try maker.stimuli(for: Picture(contentsOf: path), name: path.text)
      inputs.append(stimuli.map { model.preprocessing.input(pixels: $0.pixels) })
      attention.append(
        try inputs[inputs.count - 1].map { input in
          try runner.run(input)
          return (0..<8).map { runner.attention(ofUnit: $0) }
        })
    }
    return (runner, attention, inputs)
  }

  /// Formulas written out again here, put into the network by hand.
  @Test("puts in the attention's place what it says")
  func replacements() throws {
    let folder = try ScratchFolder()
    let run = folder.path("run")
    _ = try LesionRun(
      experiment(run, [.reverse, .matched, .mean, .meanShift, .pictureSpecific, .matrix])
    ).perform()
    let out = folder.path("run.safetensors")
    try RunFolder.open(run).export(.safetensors, toFile: out)
    let file = try SafetensorsFile(contentsOfFile: out)
    let (runner, all, inputs) = try seen()
    let (photograph, scale) = (2, 1)
    let own = all[photograph]
    let others = all.indices.filter { $0 != photograph }
    func distance(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + pow(Double($1.0) - Double($1.1), 2) }.squareRoot()
    }
    let shift = (0..<8).map { unit in
      own[0][unit].indices.map { i in
        others.reduce(0) { $0 + Double(all[$1][1][unit][i]) - Double(all[$1][0][unit][i]) } / 3
      }
    }
    func clamped(_ values: [Double]) -> [Float] { values.map { Float(min(max($0, 0), 1)) } }
    let expected: [(String, (Int) -> [Float])] = [
      ("reverse", { own[1][$0] }), ("scale-1.0", { own[0][$0] }),
      (
        "matched",
        { unit in
          let move = distance(own[1][unit], own[0][unit])
          let donor = others.min {
            abs(log(distance(all[$0][1][unit], own[1][unit]) / move))
              < abs(log(distance(all[$1][1][unit], own[1][unit]) / move))
          }
          return all[donor ?? 0][1][unit]
        }
      ),
      (
        "mean",
        { unit in
          own[0][unit].indices.map { i in
            Float(
              others.reduce(0) { $0 + Double(all[$1][0][unit][i]) + Double(all[$1][1][unit][i]) }
                / 6)
          }
        }
      ),
      ("mean-shift", { unit in clamped(zip(own[0][unit], shift[unit]).map { Double($0) + $1 }) }),
      (
        "picture-specific",
        { unit in clamped(zip(own[1][unit], shift[unit]).map { Double($0) - $1 }) }
      ),
    ]
    for (lesion, weights) in expected {
      try runner.intervene((0..<8).map { .weights(weights($0)) })
      try runner.run(inputs[photograph][scale])
      let tensor = try file.tensor("lesion.\(lesion).stages_2-5.logits")
      let start = (photograph * 2 + scale) * 200
      // Sums in another order may round a weight to its neighbour.
      let largest = runner.logits.map(abs).max() ?? 0
      let difference = zip(tensor.values[start..<start + 200], runner.logits).map { abs($0 - $1) }
      #expect((difference.max() ?? 1) < 1e-5 * largest, "\(lesion)")
    }
    #expect(file.metadata["primary_lesions"] != nil && file.metadata["bounds"] != nil)
  }

  @Test("begun by an earlier version is read and goes on as it was")
  func earlier() throws {
    let folder = try ScratchFolder()
    let run = folder.path("run")
    let experiment = experiment(run, units: ["SK_5_2"], [.frozen, .mean])
    let before = try LesionRun(experiment).perform().results
    let store = try DatabaseQueue(path: run + "/run.sqlite")
    try store.write {
      try $0.execute(
        sql: """
          UPDATE run SET description = replace(description, '\\"leavesOutOwn\\":true,', '');
          ALTER TABLE stimulus DROP COLUMN dose; ALTER TABLE stimulus DROP COLUMN ownMove;
          ALTER TABLE run DROP COLUMN kind; DROP TABLE measurement; DROP TABLE session;
          DELETE FROM grdb_migrations WHERE identifier LIKE 'doses:%' OR identifier LIKE 'kinds:%'
          OR identifier LIKE 'sessions:%'
          """)
    }
    try store.close()
    let read = try #require(try RunFolder.open(run) as? RecordedLesions).results()
    #expect(read.conditions.map(\.lesion) == before.conditions.map(\.lesion))
    #expect(read.conditions[0].byScale[1].costs == before.conditions[0].byScale[1].costs)
    #expect(read.conditions.allSatisfy { $0.byScale.allSatisfy { $0.dose == nil } })
    let refusal = #expect(throws: ExperimentError.self) { try ZoomRun(experiment.zoom).perform() }
    #expect(refusal?.description.contains("holds a lesion run, not a zoom") == true)
    // A photograph is shown again: its mean is the one with its own attention, as before.
    let again = try DatabaseQueue(path: run + "/run.sqlite")
    try again.write {
      try $0.execute(
        sql: "DELETE FROM stimulus WHERE image = 1; UPDATE image SET isDone = 0 WHERE id = 1")
    }
    try again.close()
    let resumed = try LesionRun(experiment).perform().results
    let (old, new) = (read.conditions[1].byScale[1], resumed.conditions[1].byScale[1])
    #expect(resumed.conditions[0].byScale[1].costs == read.conditions[0].byScale[1].costs)
    #expect(new.costs.kl.mean != old.costs.kl.mean)
  }

  @Test(
    "refuses to judge what it does not do, and bounds that are none",
    arguments: [
      (["--primary", "shuffled", "--lesions", "frozen"], "none of the run's lesions"),
      (["--primary", "matrix"], "none of the run's lesions"),
      (["--primary", "hum"], "unknown lesion 'hum'"),
      (["--measures", "top-1"], "unknown measure 'top-1'; known: nll, accuracy, agreement, kl"),
      (["--bounds", "nll"], "expected a measure and a number"),
      (["--bounds", "accuracy=2"], "below 1, a share, found 2.0"),
      (["--bounds", "kl=0"], "above 0, in nats"), (["--bounds", "nll=nan"], "above 0, in nats"),
      (["--measures", ""], "nothing is named"),
    ])
  func declarations(_ flags: [String], _ words: String) throws {
    let folder = try ScratchFolder()
    let run = try CommandLineRun(
      ["lesion", "sknet26-tiny", Photographs.fixtures, "--out", folder.path("x")] + flags)
    #expect(run.status == 64 && run.error.contains(words), "\(run.error)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("x")))
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
    #expect(throws: ExperimentError.self) { try RecordedZoom(folder: folder.path("run")) }
    #expect(throws: ExperimentError.self) { try Lesion.list(["hum"]) }
    #expect(try CommandLineRun(["lesion", "sknet26-tiny", "--out", folder.path("x")]).status == 64)
  }
}
