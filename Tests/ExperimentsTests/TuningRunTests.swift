import Foundation
import GRDB
import SelectiveKernels
import TestSupport
import Testing

@Suite("Measured size tuning")
struct TuningRunTests {
  static let side = 61
  static let sigma = 4.0

  /// A picture of 61 pixels, one Gabor filter on its first channel, a threshold, ReLU; grey is 0.
  private static func gabor(threshold: Double, frequency: Double) throws -> GraphModel {
    var graph = Graph()
    let picture = try graph.add("picture", .picture(channels: 3), [])
    let filter = try graph.add(
      "filter",
      .convolution(
        .init(
          weights: "weights", bias: "bias", channels: 1,
          window: .init(kernel: .init(31, 31), before: .init(15, 15)))), [picture])
    graph.output = try graph.add("unit", .activation(.relu), [filter])
    var kernel = [Float](repeating: 0, count: 3 * 31 * 31)
    for row in 0..<31 {
      for column in 0..<31 {
        let (y, x) = (Double(row - 15), Double(column - 15))
        kernel[row * 31 + column] = Float(
          exp(-(x * x + y * y) / (2 * sigma * sigma)) * cos(2 * .pi * frequency * x))
      }
    }
    var weights = Weights()
    weights["weights"] = Tensor(shape: [1, 3, 31, 31], values: kernel)
    weights["bias"] = Tensor(shape: [1], values: [Float(-threshold)])
    return GraphModel(
      name: "gabor", graph: graph, randomWeights: weights,
      preprocessing: Preprocessing(size: side, mean: [0.5, 0.5, 0.5], std: [1, 1, 1]))
  }

  private func unit(threshold: Double, in folder: ScratchFolder) throws -> TuningResults.Unit {
    var experiment = TuningExperiment(model: "gabor", out: folder.path("run\(threshold)"))
    experiment.nodes = ["unit"]
    experiment.radii = 30
    experiment.contrasts = [0.1, 1]
    let model = try Self.gabor(
      threshold: threshold,
      frequency: pow(0.25 * Double(Self.side), 6.0 / 7) / Double(Self.side))
    let node = try experiment.perform(in: model).results.nodes[0]
    #expect(node.channels == 1 && node.responding == 1)
    return try #require(node.units.first)
  }

  @Test("of a Gabor filter is its Gaussian's, whatever the contrast")
  func gabor() throws {
    let folder = try ScratchFolder()
    let unit = try unit(threshold: 0, in: folder)
    #expect(unit.orientation == 0)
    #expect(unit.measure == .modulation)
    // 1 − exp(−r²/2σ²) of the response lies within r.
    let exact = Self.sigma * (2 * log(20.0)).squareRoot()
    #expect(abs(unit.tuning.interpolatedSummation / exact - 1) < 0.04)
    #expect(abs(unit.tuning.suppression) < 0.02)
    let annulus = try #require(unit.annulusField)
    #expect(annulus > 0.9 * exact && annulus < 1.2 * exact)
    // Without a threshold it is homogeneous.
    let fields = unit.byContrast.compactMap(\.summation)
    #expect(fields.count == 2 && abs(fields[0] / fields[1] - 1) < 1e-3)
    #expect(unit.byContrast.allSatisfy { $0.heldSummation == nil })
  }

  @Test("changes with contrast where there is a threshold")
  func threshold() throws {
    let folder = try ScratchFolder()
    let unit = try unit(threshold: 1, in: folder)
    let fields = unit.byContrast.compactMap(\.summation)
    #expect(fields.count == 2 && fields[0] > 1.05 * fields[1])
  }

  @Test("of a network whose values are not finite names the grating, and is no damaged store")
  func notFinite() throws {
    let folder = try ScratchFolder()
    let error = #expect(throws: ExperimentError.self) {
      try unit(threshold: -3e38, in: folder)
    }
    let words = "no grating could be used; the first: search 1: the network's values are not finite"
    #expect(error.map { "\($0)" }?.contains(words) == true, "\(String(describing: error))")
  }

  @Test("of the bundled model does not depend on the number of threads, and holds gates")
  func workers() throws {
    let folder = try ScratchFolder()
    func run(_ workers: String) throws -> CommandLineRun {
      try CommandLineRun([
        "tuning", "sknet26-tiny", "--at", "SK_2_1,SK_3_2", "--orientations", "2", "--frequencies",
        "3", "--phases", "4", "--radii", "4", "--contrasts", "0.25,1", "--workers", workers,
        "--quiet", "--out", folder.path(workers),
      ])
    }
    let (one, two) = (try run("1"), try run("2"))
    #expect(one.status == 0 && two.status == 0, "\(one.error)\(two.error)")
    #expect(one.output == two.output)
    for name in ["results.json", "table.txt", "units.csv"] {
      let files = ["1", "2"].map {
        FileManager.default.contents(atPath: folder.path("\($0)/\(name)"))
      }
      #expect(files[0] != nil && files[0] == files[1])
    }
    let results = try JSONDecoder().decode(
      TuningResults.self,
      from: try #require(FileManager.default.contents(atPath: folder.path("1/results.json"))))
    for node in results.nodes {
      #expect(node.responding > 0)
      // Both branches of a channel make 1 at every contrast and radius.
      #expect(node.attention.count == 2 && node.attention.allSatisfy { $0.count == 4 })
      for branches in node.attention.joined() {
        #expect(abs(branches.reduce(0, +) - 1) < 1e-5)
      }
      for unit in node.units {
        // At the highest contrast the gates are held at what they are.
        let last = try #require(unit.byContrast.last)
        let (live, held) = (try #require(last.summation), try #require(last.heldSummation))
        // Its blank has those gates too, which is all that differs.
        #expect(unit.measure == .mean || abs(live / held - 1) < 1e-3)
      }
    }
  }

  private static let small = [
    "--at", "SK_2_1,SK_3_2", "--orientations", "2", "--frequencies", "3", "--phases", "4",
    "--radii",
    "4", "--contrasts", "0.25,1",
  ]

  @Test("killed and measured again, ends as undisturbed runs do")
  func killed() throws {
    try CommandLineRun.expectResuming(
      { ["tuning", "sknet26-tiny", "--quiet", "--out", $0] + Self.small },
      killedAfter: [200, 500, 900], leaving: "results.json")
  }

  @Test("is a kind as any other: run from a file, told of, drawn, exported, never in shards")
  func kind() throws {
    let folder = try ScratchFolder()
    _ = try folder.write(
      Array(
        """
        kind: tuning
        model: sknet26-tiny
        at: [SK_3_2]
        orientations: 4
        frequencies: 2
        phases: 4
        radii: 4
        contrasts: [0.25, 1]
        out: run

        """.utf8), to: "tuning.yaml")
    let run = try CommandLineRun(["run", folder.path("tuning.yaml")])
    #expect(run.status == 0 && run.output.contains("SK_3_2"), "\(run.error)")
    let out = folder.path("run")
    let status = try CommandLineRun(["status", out])
    #expect(status.output.contains("16 gratings") && status.output.contains("finished"))
    #expect(try CommandLineRun(["figures", out]).status == 0)
    #expect(try CommandLineRun(["results", out]).output == run.output)
    // What an input's side counts for is how results are put.
    let wider = try CommandLineRun(
      ["tuning", "sknet26-tiny", "--at", "SK_3_2", "--orientations", "4", "--frequencies", "2"]
        + [
          "--phases", "4", "--radii", "4", "--contrasts", "0.25,1", "--degrees", "16", "--out", out,
        ])
    #expect(wider.status == 0 && wider.output.contains("counts for 16°"), "\(wider.error)")
    let tuning = try #require(try RunFolder.open(out) as? RecordedTuning)
    let results = try tuning.results()
    try tuning.export(.csv, toFile: folder.path("units.csv"))
    let lines = try String(contentsOfFile: folder.path("units.csv"), encoding: .utf8)
      .split(whereSeparator: \.isNewline)
    #expect(lines.count == 1 + results.nodes[0].units.count)
    #expect(lines[0].hasSuffix(BrainScoreProperties.names.joined(separator: ",")))
    try tuning.export(.npz, toFile: folder.path("units.npz"))
    try tuning.export(.safetensors, toFile: folder.path("units.safetensors"))
    let file = try SafetensorsFile(contentsOfFile: folder.path("units.safetensors"))
    let (units, channels) = (results.nodes[0].units, results.nodes[0].channels)
    let properties = try file.tensor("properties.SK_3_2")
    #expect(properties.shape == [channels, BrainScoreProperties.names.count])
    let count = BrainScoreProperties.names.count
    for unit in units {
      let row = properties.values[unit.channel * count..<(unit.channel + 1) * count].map(
        Double.init)
      let named = Dictionary(uniqueKeysWithValues: zip(BrainScoreProperties.names, row))
      func value(_ name: String) throws -> Double { try #require(named[name]) }
      let index = try value("surround_suppression_index")
      #expect(index.isNaN || abs(index - unit.tuning.suppression) < 1e-5)
      guard try value("max_dc") > 0 else { continue }
      #expect(try value("max_dc") > value("baseline") + 5 && value("min_dc") <= value("max_dc"))
      #expect(try (-22.5..<157.5).contains(value("preferred_orientation")))
      #expect(try (0...1).contains(value("circular_variance")))
      // Two frequencies make no curve.
      #expect(try value("peak_spatial_frequency").isNaN)
    }
    #expect(properties.values.contains { $0 > 5 })
    // What the search says of a channel is what its preference rests on.
    let search = try file.tensor("search.SK_3_2")
    let blank = try file.tensor("blank.SK_3_2")
    #expect(search.shape == [8, 4, channels] && blank.shape == [channels])
    let orientations = try file.tensor("wave_orientations").values
    for unit in units where unit.measure == .mean {
      let means = (0..<8).map { wave in
        (0..<4).reduce(-blank.values[unit.channel]) {
          $0 + search.values[(wave * 4 + $1) * channels + unit.channel] / 4
        }
      }
      let largest = try #require(means.max())
      let best = try #require(means.firstIndex(of: largest))
      #expect(abs(Double(orientations[best]) - unit.orientation) < 1e-6)
    }
    let shard = try CommandLineRun(["run", folder.path("tuning.yaml"), "--shard", "1/2"])
    #expect(shard.status == 64 && shard.error.contains("not recorded in shards"))
    let other = try CommandLineRun(["tuning", "sknet26-tiny", "--out", out])
    #expect(other.status != 0 && other.error.contains("holds another run"))
  }

  @Test("of an unfinished run says how much it rests on")
  func unfinished() throws {
    let folder = try ScratchFolder()
    let out = folder.path("run")
    let whole = try CommandLineRun(
      ["tuning", "sknet26-tiny", "--quiet", "--out", out] + Self.small)
    #expect(whole.status == 0, "\(whole.error)")
    func forget(_ condition: String) throws {
      try DatabaseQueue(path: out + "/run.sqlite").write {
        try $0.execute(
          sql: """
            DELETE FROM measurement WHERE image \(condition);
            UPDATE image SET isDone = 0 WHERE id \(condition)
            """)
      }
    }
    try forget("= 11")
    let results = try CommandLineRun(["results", out])
    #expect(results.output.contains("NOT FINISHED: 11 of 12 gratings recorded."))
    #expect(
      try CommandLineRun(["export", out, "--to", "csv", "--out", folder.path("units.csv")]).status
        == 0)
    #expect(
      try String(contentsOfFile: folder.path("units.csv"), encoding: .utf8)
        .contains("11 of 12 gratings"))
    try forget(">= 6")
    let none = try CommandLineRun(["results", out])
    #expect(none.status != 0 && none.error.contains("no channel's sizes are recorded yet"))
    #expect(
      try CommandLineRun(["tuning", "sknet26-tiny", "--quiet", "--out", out] + Self.small).output
        == whole.output)
  }

  /// Rows of the search as they were before phases were recorded: means above the blank, then modulations.
  private static func forgetPhases(in out: String, ofWaves waves: Range<Int>) throws {
    func numbers(_ data: Data) -> [Double] {
      stride(from: 0, to: data.count, by: 8).map { start in
        Double(
          bitPattern: data[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
      }
    }
    try DatabaseQueue(path: out + "/run.sqlite").write { database in
      for wave in waves {
        let targets = try Data.fetchAll(
          database, sql: "SELECT numbers FROM measurement WHERE image = ? ORDER BY ordinal",
          arguments: [wave]
        ).map(numbers)
        // A blank and four phases.
        let old = targets.flatMap { target -> [Double] in
          let channels = target.count / 5
          let both = (0..<channels).map { channel in
            TuningMeasure.both(
              (1...4).map { target[$0 * channels + channel] }, blank: target[channel])
          }
          return both.map(\.mean) + both.map(\.modulation)
        }
        try database.execute(
          sql: "DELETE FROM measurement WHERE image = ?; INSERT INTO measurement VALUES (?, 0, ?)",
          arguments: [
            wave, wave,
            old.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) },
          ])
      }
    }
  }

  @Test("has the same results from runs that recorded no phases, or of some gratings only")
  func before() throws {
    let folder = try ScratchFolder()
    let out = folder.path("run")
    let run = try CommandLineRun(["tuning", "sknet26-tiny", "--quiet", "--out", out] + Self.small)
    #expect(run.status == 0, "\(run.error)")
    for waves in [0..<2, 2..<6] {
      try Self.forgetPhases(in: out, ofWaves: waves)
      let again = try CommandLineRun(["results", out])
      #expect(again.status == 0 && again.output == run.output, "\(again.error)")
      let recorded = try #require(try RunFolder.open(out) as? RecordedTuning)
      // What takes no rates is there, what takes them is not.
      let found = try recorded.results()
      for (place, node) in found.nodes.enumerated() {
        let properties = try recorded.properties(ofNode: place, in: found)
        #expect(properties.allSatisfy { $0["max_dc"] == nil })
        #expect(node.units.allSatisfy { properties[$0.channel]["strongly_suppressed"] != nil })
      }
      try recorded.export(.npz, toFile: folder.path("\(waves.lowerBound).npz"))
    }
    try DatabaseQueue(path: out + "/run.sqlite").write {
      try $0.execute(sql: "UPDATE measurement SET numbers = zeroblob(80) WHERE image = 1")
    }
    let damaged = try CommandLineRun(
      ["export", out, "--to", "csv", "--out", folder.path("units.csv")])
    #expect(
      damaged.status != 0 && damaged.error.contains("grating 1: holds no responses"),
      "\(damaged.error)")
  }

  @Test(
    "refuses what makes no gratings",
    arguments: [
      (["--contrasts", "1,0.5"], "--contrasts: expected ascending"),
      (["--contrasts", "2"], "--contrasts: expected ascending"),
      (["--phases", "2"], "--phases must be between 3 and 64"),
      (["--radii", "1"], "--radii must be between 2 and 100"),
      (["--degrees", "0"], "--degrees must be above 0"),
      (["--at", "nothing"], "has no node 'nothing'"),
    ])
  func refused(_ flags: [String], _ words: String) throws {
    let folder = try ScratchFolder()
    let run = try CommandLineRun(
      ["tuning", "sknet26-tiny", "--out", folder.path("run")] + flags)
    #expect(run.status == 64 && run.error.contains(words), "\(run.error)")
  }
}
