import Foundation
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
    let node = try TuningRun(experiment, model: model).perform().results.nodes[0]
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
