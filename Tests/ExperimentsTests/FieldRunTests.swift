import Foundation
import GRDB
import SelectiveKernels
import TestSupport
import Testing

@Suite("Measured receptive fields")
struct FieldRunTests {
  /// OpenERF 0.6's map of ResNet-101, and the numbers that its README's readers get from it.
  @Test("of a published map have the numbers that were published with it")
  func published() throws {
    let tensor = try NPYFile.tensor(
      contentsOfFile: Fixtures.path("fields/openerf-resnet101.npy"))
    #expect(tensor.shape == [224, 224])
    let map = FieldMap(height: 224, width: 224, values: tensor.values.map(Double.init))
    #expect(abs(map.mass - 1) < 1e-5)
    let highest = try #require(map.values.indices.max { map.values[$0] < map.values[$1] })
    #expect(highest == 99 * 224 + 99)
    let moments = try #require(map.moments)
    #expect(abs(moments.centre.row - 102.44) < 0.005 && abs(moments.centre.column - 103.71) < 0.005)
    #expect(abs(moments.sigma.row - 53.30) < 0.005 && abs(moments.sigma.column - 52.54) < 0.005)
    let shares = [0.2, 0.3, 0.5]
    for (centre, sides) in [(96.0, [67, 85, 119]), (112, [69, 87, 121])] {
      let squares = map.squares(holding: shares, about: .init(row: centre, column: centre))
      #expect(squares?.map(\.side) == sides)
    }
    #expect(map.areas(holding: FieldSizes.shares) == [4263, 6914, 13539, 37228, 48023])
    let within = [
      5: 0.003847, 10: 0.014914, 20: 0.058281, 30: 0.126949, 40: 0.214533, 60: 0.420303,
      80: 0.626443,
    ]
    for (radius, share) in within {
      let found = map.share(within: Double(radius), of: .init(row: 112, column: 112))
      #expect(abs(found - share) < 1e-6, "\(radius): \(found)")
    }
    // By NumPy, as RepLKNet's analyze_erf.py does: of the map itself the logarithm is next to linear.
    for (factor, sides) in [(1.0, [69, 87, 121, 223]), (1e6, [89, 111, 147, 223])] {
      let scaled = FieldMap(height: 224, width: 224, values: map.values.map { $0 * factor })
      let published = FieldResults.Published(replknet: scaled, openERF: map)
      #expect(published.replknet.map(\.side) == sides)
      let ratio = Double(sides[2] * sides[2]) / (224 * 224)
      #expect(abs((published.replknet[2].ratio ?? 0) - ratio) < 1e-12)
      for disc in published.openERF {
        #expect(abs(disc.mass - (within[Int(disc.radius)] ?? 0)) < 1e-6)
      }
    }
    // SciPy 1.17's curve_fit.
    let fit = try #require(GaussianFit(map))
    #expect(abs(fit.sigma.row - 54.0650) < 0.01 && abs(fit.sigma.column - 51.7929) < 0.01)
    #expect(abs(fit.centre.row - 97.6440) < 0.01 && abs(fit.centre.column - 99.7342) < 0.01)
    #expect(abs(fit.determination - 0.933265) < 1e-5)
  }

  @Test("of every exported network are within its theoretical fields where no path sees the whole")
  func exported() throws {
    let folder = try ScratchFolder()
    for name in ["dilated", "test-resnet", "igcv", "mobilenet-v2"] {
      let outcome = try FieldRun(
        FieldExperiment(
          model: Fixtures.path("onnx/\(name).onnx"), noise: 4,
          out: folder.path(name))
      ).perform()
      #expect(!outcome.results.nodes.isEmpty && outcome.results.shown == .noise)
      for node in outcome.results.nodes where node.theoretical.status == "local" {
        let effective = try #require(node.byScale[0].effective)
        let most = try #require(effective.squares.last?.side.mean)
        #expect(most <= Double(2 * (node.theoretical.size.max() ?? 0) + 1), "\(name) \(node.name)")
        // A uniform field of that size has the largest spread that it can have but for its edges.
        for (sigma, size) in zip(effective.sigma, node.theoretical.size) {
          #expect(sigma.mean < Double(size) / 2, "\(name) \(node.name)")
        }
        #expect(node.byScale[0].decomposition == nil)
      }
    }
  }

  @Test("say how photographs become the input where the network's file does not")
  func preprocessing() throws {
    let folder = try ScratchFolder()
    let (network, photograph) = (
      Fixtures.path("onnx/sk-stacked.onnx"), Photographs.samples + "/n01882714_koala.JPEG"
    )
    func fields(_ more: [String]) throws -> CommandLineRun {
      try CommandLineRun(["fields", network] + more)
    }
    let halves = ["--mean", "0.5,0.5,0.5", "--std", "0.5,0.5,0.5"]
    let out = ["--out", folder.path("run")]
    let run = try fields([photograph, "--scales", "1"] + halves + out)
    #expect(run.status == 0, "\(run.error)")
    #expect(
      run.error.contains(
        "input: 47 px, RGB, 0 to 1, mean 0.5,0.5,0.5, std 0.5,0.5,0.5, crop 1 (not in the file")
    )
    let other = try fields([photograph, "--scales", "1"] + out)
    #expect(other.status == 1 && other.error.contains("preprocessing"), "\(other.error)")
    let noise = try fields(halves + ["--out", folder.path("noise")])
    #expect(noise.status == 64 && noise.error.contains("noise goes in as it is"))
  }

  @Test("of units are told without being named, and part their change with scale")
  func units() throws {
    let folder = try ScratchFolder()
    func run(_ out: String, workers: Int) throws -> FieldRun.Outcome {
      try FieldRun(
        FieldExperiment(
          model: "sknet26-tiny", images: [Photographs.fixturesFolder], workers: workers,
          out: folder.path(out))
      ).perform()
    }
    let outcome = try run("one", workers: 1)
    #expect(
      outcome.results.nodes.map(\.name) == ["stem", "SK_2_2", "SK_3_2", "SK_4_2", "SK_5_2"]
        || outcome.results.nodes.map(\.name) == ["SK_2_2", "SK_3_2", "SK_4_2", "SK_5_2"])
    for node in outcome.results.nodes {
      let parts = try #require(node.byScale[1].decomposition)
      let sum = parts.selection.mean + parts.content.mean + parts.gate.mean
      #expect(abs(parts.total.mean - sum) < 1e-9)
    }
    #expect(outcome.files.allSatisfy { FileManager.default.fileExists(atPath: $0) })
    #expect(try run("two", workers: 2).results == outcome.results)
    #expect(try run("one", workers: 1).results == outcome.results)
    try FileManager.default.createDirectory(
      atPath: folder.path("other"), withIntermediateDirectories: true)
    _ = try folder.write(Array("a stranger's".utf8), to: "other/notes.txt")
    let error = #expect(throws: ExperimentError.self) { try run("other", workers: 1) }
    #expect(error?.description.contains("holds other files") == true)
  }

  @Test("killed and measured again, end as undisturbed ones do")
  func killed() throws {
    try CommandLineRun.expectResuming(
      {
        [
          "fields", "sknet26-tiny", Photographs.fixtures, "--nulls", "--null-seeds", "1",
          "--null-sizes", "48", "--others", Photographs.fixtures, "--quiet", "--out", $0,
        ]
      },
      killedAfter: [200, 500, 900], leaving: "results.json")
  }

  @Test("are drawn and exported without the network, and only as what they are")
  func recorded() throws {
    let folder = try ScratchFolder()
    let out = folder.path("run")
    let outcome = try FieldRun(
      FieldExperiment(
        model: "sknet26-tiny", images: [Photographs.fixturesFolder], nodes: ["SK_3_2"],
        positions: 2,
        out: out)
    ).perform()
    let run = try RunFolder.open(out)
    #expect(try (run as? RecordedFields)?.results() == outcome.results)
    #expect(
      try run.draw(formats: [.svg]).map { $0.split(separator: "/").last } == [
        "field-maps.svg", "field-sizes.svg", "field-profiles.svg", "fields-over-depth.svg",
      ])
    try run.export(.csv, toFile: folder.path("fields.csv"))
    let lines = try String(contentsOfFile: folder.path("fields.csv"), encoding: .utf8)
      .split(whereSeparator: \.isNewline)
    // Full, held and expected at both scales, clamped and reversed at the larger.
    #expect(lines.count == 1 + 4 * (3 + 5))
    try run.export(.npz, toFile: folder.path("fields.npz"))
    try run.export(.safetensors, toFile: folder.path("fields.safetensors"))
    let file = try SafetensorsFile(contentsOfFile: folder.path("fields.safetensors"))
    let spread = try file.tensor("spread.SK_3_2")
    #expect(spread.shape == [4, 2, 5])
    let full = (0..<4).map {
      Double(spread.values[($0 * 2 + 1) * 5]) - Double(spread.values[$0 * 10])
    }
    // At a central position of even maps, (H/2, W/2): what OpenERF looks at, but for its clamping.
    let openERF = try file.tensor("openerf.SK_3_2")
    #expect(openERF.shape == [64, 64] && openERF.values.allSatisfy { $0 >= 0 })
    let discs = try file.tensor("openerf.mass.SK_3_2").values
    let found = try #require(outcome.results.nodes[0].published).openERF.flatMap {
      [Float($0.radius), Float($0.mass)]
    }
    #expect(discs == found && found.last == 1)
    let total = try #require(outcome.results.nodes[0].byScale[1].decomposition).total.mean
    #expect(abs(full.reduce(0, +) / 4 - total) < 1e-4)
    #expect(throws: ExperimentError.self) { try RecordedZoom(folder: out) }
    #expect(throws: ExperimentError.self) {
      try FieldRun(
        FieldExperiment(model: "sknet26-tiny", images: [Photographs.fixturesFolder], out: out)
      ).perform()
    }
  }

  @Test("do not change by selection where the attention is frozen")
  func frozen() throws {
    let folder = try ScratchFolder()
    let bundled = try Model(contentsOfFile: Fixtures.bundledModel)
    var weights = bundled.weights
    for name in weights.tensors.keys.sorted() where name.contains("select") {
      if var tensor = weights[name] {
        tensor.values = tensor.values.map { _ in 0 }
        weights[name] = tensor
      }
    }
    let path = folder.path("frozen.safetensors")
    try Model(
      name: "frozen", architecture: bundled.architecture, preprocessing: bundled.preprocessing,
      weights: weights
    ).write(toFile: path)
    let results = try FieldRun(
      FieldExperiment(
        model: path, images: [Photographs.fixturesFolder], nodes: ["SK_3_2", "SK_5_2"],
        out: folder.path("out"))
    ).perform().results
    for node in results.nodes {
      let parts = try #require(node.byScale[1].decomposition)
      #expect(parts.selection.mean == 0 && parts.interaction.mean == 0 && parts.gate.mean == 0)
      #expect(parts.content.mean != 0 && node.byScale[1].gateShare?.mean == 0)
      #expect(node.byScale[1].attentionKernelSize?.mean == 4)
    }
    // By hand, branches weighed alike: the stem's 3×3 adds 2/3; units at 2 pixels 4 (2/3 + 8/3)/2 each, of which
    // there are two and the strided one, and one at 4 pixels 16 · 5/3.
    let expected = try #require(results.nodes[0].expectedSigma)
    #expect(abs(expected[0].mean - (2.0 / 3 + 20 + 80.0 / 3).squareRoot()) < 1e-9)
    #expect(results.nodes[0].byScale[1].expectedSigma == expected)
  }

  @Test("stand beside nulls: themselves where nothing differs, smaller networks, other pictures")
  func nulls() throws {
    let folder = try ScratchFolder()
    var experiment = FieldExperiment(
      model: "sknet26-tiny", images: [Photographs.fixturesFolder], nodes: ["SK_3_2"],
      out: folder.path("out"))
    var nulls = AskedNulls()
    nulls.seeds = 2
    nulls.sizes = [48, 64]
    // The same photographs as they are, in the same order.
    nulls.others = [Photographs.fixturesFolder]
    nulls.controls = [.blur, .gate]
    experiment.nulls = nulls
    let run = FieldRun(experiment)
    let results = try run.perform().results
    let node = results.nodes[0]
    let found = try #require(node.nulls)
    #expect(
      found.map(\.null.title) == [
        "initial weights 1", "initial weights 2", "input 48 px", "noise", "other photographs",
        "control blur",
      ])
    let own = try #require(node.byScale[0].effective?.sigma)
    // The other photographs are the photographs themselves.
    #expect(found[4].byScale.count == 1 && found[4].byScale[0].sigma.map(\.mean) == own.map(\.mean))
    #expect(abs(try #require(found[4].byScale[0].excess).mean) < 1e-12)
    // At the smallest scale a control is the picture.
    #expect(found[5].byScale[0].excess?.mean == 0 && found[5].byScale[1].change?.mean != 0)
    let excess = try #require(found[5].byScale[1].changeExcess)
    let total = try #require(node.byScale[1].decomposition).total.mean
    #expect(abs(excess.mean - (total - (found[5].byScale[1].change?.mean ?? 0))) < 1e-9)
    // Untrained gates let next to nothing through, so that theory bounds the field.
    for null in found[..<2] {
      #expect(null.byScale[0].spread.mean < Double(node.theoretical.size[0]) / 12.0.squareRoot())
    }
    #expect(found[0].byScale[0].spread != found[1].byScale[0].spread)
    #expect(FieldTable(results).text.contains("initial weights 1"))
    // An intervals' seed may change on a finished run; what was recorded may not.
    experiment.analysisSeed = 7
    let again = try FieldRun(experiment).perform().results
    #expect(again.analysisSeed == 7 && again.nodes[0].byScale[0].images == 4)
    #expect(again.nodes[0].published == node.published)
    #expect(again.nodes[0].byScale[0].effective?.sigma.map(\.mean) == own.map(\.mean))
    experiment.nulls = nil
    #expect(throws: ExperimentError.self) { try FieldRun(experiment).perform() }
  }

  @Test("of several networks are set side by side, each in a run of its own")
  func compared() throws {
    let folder = try ScratchFolder()
    let out = folder.path("out")
    let words = [
      "fields", "sknet26-tiny", Fixtures.path("onnx/dilated.onnx"), "sknet26-tiny", "--noise", "3",
      "--out", out,
    ]
    let run = try CommandLineRun(words)
    #expect(run.status == 0, "\(run.error)")
    let comparison = try JSONDecoder().decode(
      FieldComparison.self,
      from: try #require(FileManager.default.contents(atPath: out + "/fields.json")))
    #expect(comparison.networks.map(\.model) == ["sknet26-tiny", "dilated", "sknet26-tiny"])
    #expect(comparison.networks.allSatisfy { $0.shown == .noise && $0.images == 3 })
    for name in ["sknet26-tiny", "dilated", "sknet26-tiny-2"] {
      let own = try #require(try RunFolder.open(out + "/" + name) as? RecordedFields)
      #expect(try comparison.networks.contains(own.results()))
      // Noise is no photograph.
      #expect(try RunStatus(folder: own.folder).counts == "pictures")
    }
    #expect(run.output.contains("of theory") && run.output.contains("dilated"))
    #expect(FileManager.default.fileExists(atPath: out + "/fields-over-depth.png"))
    // Measured already: nothing is done again.
    #expect(try CommandLineRun(words).output == run.output)
    try Data("a stranger's".utf8).write(to: URL(filePath: out + "/fields.json"))
    let refused = try CommandLineRun(words)
    #expect(
      refused.status != 0 && refused.error.contains("was not written by a comparison of fields"))
    let misspelt = try CommandLineRun(["fields", "sknet26-tiny", "photos", "--out", out + "2"])
    #expect(misspelt.status != 0 && misspelt.error.contains("photos"))
  }

  @Test(
    "refuse what would change nothing",
    arguments: [
      (["--protocol", "target"], "--protocol: goes with photographs"),
      (["--scales", "1,2"], "--scales: goes with photographs"),
      (["--boxes", "b.csv"], "--boxes: goes with photographs"),
      (["--box-choice", "first"], "--box-choice: goes with photographs"),
      ([Photographs.fixtures, "--noise", "2"], "--noise: photographs are given"),
      (["--noise", "100000000000"], "--noise: expected 1 to 1000000"),
      (["--others", "a"], "--null-seeds, --null-sizes, --others and --controls go with --nulls"),
    ])
  func idle(_ arguments: [String], _ line: String) throws {
    let folder = try ScratchFolder()
    let run = try CommandLineRun(
      ["fields", "sknet26-tiny"] + arguments + ["--out", folder.path("run")])
    #expect(run.status == 64 && run.error.hasPrefix("Error: " + line), "\(run.error)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("run")))
  }

  @Test("of an unfinished run say how much they rest on, wherever they go")
  func unfinished() throws {
    let folder = try ScratchFolder()
    let out = folder.path("run")
    _ = try FieldRun(
      FieldExperiment(
        model: "sknet26-tiny", images: [Photographs.fixturesFolder], nodes: ["SK_3_2"], out: out)
    ).perform()
    try DatabaseQueue(path: out + "/run.sqlite").write {
      try $0.execute(
        sql: "DELETE FROM measurement WHERE image = 3; UPDATE image SET isDone = 0 WHERE id = 3")
    }
    let run = try #require(try RunFolder.open(out) as? RecordedFields)
    let words = "3 of 4 pictures"
    let results = try run.results()
    #expect(results.unfinished?.words == words)
    for (title, figure) in try run.figures(of: results) {
      let drawn = try figure.data(format: .svg)
      #expect(!drawn.isEmpty, "\(title)")
    }
    try run.export(.csv, toFile: folder.path("fields.csv"))
    #expect(
      try String(contentsOfFile: folder.path("fields.csv"), encoding: .utf8).contains(words))
    try run.export(.safetensors, toFile: folder.path("fields.safetensors"))
    let file = try SafetensorsFile(contentsOfFile: folder.path("fields.safetensors"))
    #expect(file.metadata["unfinished"]?.contains(words) == true)
    try run.export(.npz, toFile: folder.path("fields.npz"))
  }

  @Test("of networks without trained weights say so, wherever they are named")
  func randomWeights() throws {
    let folder = try ScratchFolder()
    let out = folder.path("out")
    let run = try CommandLineRun([
      "fields", "mobilenet_v2", "--size", "32", "--at", "unit_2_2", "--noise", "2", "--out", out,
    ])
    #expect(run.status == 0 && run.error.contains("these are random"), "\(run.error)")
    #expect(run.output.contains("mobilenet_v2 (random weights)"))
    let results = try String(contentsOfFile: out + "/results.json", encoding: .utf8)
    #expect(results.contains("mobilenet_v2 (random weights)"))
    let timed = try CommandLineRun([
      "benchmark", "mobilenet_v2", "--size", "32", "--seconds", "0.1", "--json",
    ])
    #expect(timed.output.contains("\"hasRandomWeights\" : true"))
  }

  @Test(
    "that cannot be measured are refused in one line",
    arguments: [
      (["sknet26-tiny", "--at", "SK_9_9"], "no node 'SK_9_9'"),
      (["sknet26-tiny", "--at", "attention.SK_3_2"], "no positions"),
      (["sknet26-tiny", Photographs.fixtures, "--protocol", "retarget"], "needs its target"),
      (["nothing-like-it"], "nothing-like-it"),
    ])
  func refused(_ words: [String], _ phrase: String) throws {
    let folder = try ScratchFolder()
    let run = try CommandLineRun(["fields"] + words + ["--out", folder.path("out"), "--quiet"])
    #expect(run.status != 0 && run.error.contains(phrase), "\(run.error)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("out/results.json")))
  }
}
