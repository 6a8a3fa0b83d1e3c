import Analysis
import Foundation
import TestSupport
import Testing

/// Slopes of the bundled model on 200 photographs, from which samples are drawn.
private struct Material {
  /// `[photograph][unit][scale]`.
  let zoom: [[[Double]]]
  let spectrum: [[[Double]]]
  let psf: [[[Double]]]
  let weights: [Double]

  init() throws {
    let fixture = try Fixture("zoom-differences")
    let scales = [1, 1.25, 1.5, 1.75, 2]
    weights = SlopePerOctave.weights(scales)
    func values(_ name: String) throws -> [[[Double]]] {
      let tensor = try fixture.tensor(name)
      let (steps, units) = (tensor.shape[1], tensor.shape[2])
      return (0..<tensor.shape[0]).map { i in
        (0..<units).map { u in
          (0..<steps).map { Double(tensor.values[(i * steps + $0) * units + u]) }
        }
      }
    }
    let zoom = try values("zoom")
    self.zoom = zoom
    // The unzoomed picture is the spectrum control's at scale 1.
    spectrum = zip(zoom, try values("spectrum")).map { zip($0, $1).map { [$0[0]] + $1 } }
    psf = try values("psf")
  }

  /// A unit's slopes of one draw: the zoom's, its excess over spectrum, and with sharpness matched.
  struct Slopes {
    var zoom: [Double]
    var excess: [Double]
    var matched: [Double]
  }

  /// Slopes of some photographs with their scales in some order.
  func slopes(of unit: Int, _ rows: [Int], orders: [[Int]]? = nil) -> Slopes {
    func slope(_ values: [Double], _ place: Int) -> Double {
      weights.indices.reduce(0) { $0 + weights[$1] * values[orders?[place][$1] ?? $1] }
    }
    let moves = rows.enumerated().map { place, row in
      (
        slope(zoom[row][unit], place), slope(spectrum[row][unit], place),
        slope(psf[row][unit], place)
      )
    }
    return Slopes(
      zoom: moves.map(\.0), excess: moves.map { $0.0 - $0.1 }, matched: moves.map(\.2))
  }

  /// Mean slopes of all photographs.
  func means(of unit: Int) -> (zoom: Double, excess: Double, matched: Double) {
    let all = slopes(of: unit, Array(zoom.indices))
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    return (mean(all.zoom), mean(all.excess), mean(all.matched))
  }
}

/// How often a family gets each verdict.
private struct Simulation {
  let material: Material
  var direction = ClaimedDirection.larger
  /// The default family's units among the eight.
  var units = [1, 3, 5]
  var effects: [Double] = [0.006, 0.014, 0.023]
  var hasMatched = true

  /// What the slopes are in truth; nil for scales without meaning.
  struct Truth {
    var zoom: Double
    var excess: Double
    var matched: Double
  }

  /// Judgements of `count` draws of `photographs`, a truth for each unit.
  func judgements(
    _ photographs: Int, count: Int, truth: ((Int) -> Truth)?
  ) -> [[Judgement]] {
    var random = CongruentialGenerator(state: UInt64(photographs) &* 977 &+ 5)
    let means = units.map(material.means)
    return (0..<count).map { draw in
      let rows = (0..<photographs).map { _ in Int(random.next() % UInt64(material.zoom.count)) }
      let orders = truth == nil ? rows.map { _ in [0, 1, 2, 3, 4].shuffled(using: &random) } : nil
      let family = units.indices.map { place in
        var slopes = material.slopes(of: units[place], rows, orders: orders)
        if let truth = truth?(place) {
          slopes.zoom = slopes.zoom.map { $0 - means[place].zoom + truth.zoom }
          slopes.excess = slopes.excess.map { $0 - means[place].excess + truth.excess }
          slopes.matched = slopes.matched.map { $0 - means[place].matched + truth.matched }
        }
        return Evidence(
          slopes: slopes.zoom,
          controls: ["spectrum": slopes.excess].merging(
            hasMatched ? ["psf": slopes.matched] : [:]
          ) { $1 },
          smallestEffect: place < effects.count ? effects[place] : nil, missing: [])
      }
      return VerdictRule(direction).judge(
        family, permutations: 300, seed: UInt64(draw), findsDetectable: false)
    }
  }
}

/// Draws of each simulation; more with SK_SIMULATIONS.
private let draws = ProcessInfo.processInfo.environment["SK_SIMULATIONS"].flatMap(Int.init) ?? 200

@Suite("Simulated verdicts on the recorded values of 200 photographs")
struct VerdictSimulationTests {
  /// A world in which some verdicts are wrong.
  struct Null: CustomTestStringConvertible, Sendable {
    var name: String
    var direction = ClaimedDirection.larger
    /// Slope of the zoom, its excess over spectrum, the slope with matched sharpness; none: scales relabelled.
    var truth: (zoom: Double, excess: Double, matched: Double)?
    /// The zoom's slope is that many times the smallest effect.
    var effects = 0.0
    var wrong: Set<Verdict>
    var testDescription: String { name }
  }

  static let nulls = [
    Null(name: "scales relabelled", wrong: [.larger, .smaller, .confounded]),
    Null(
      name: "scales relabelled, two-sided", direction: .either,
      wrong: [.larger, .smaller, .confounded]),
    Null(
      name: "spectrum explains all", truth: (0.03, 0, 0.03),
      wrong: [.larger, .smaller, .equivalent]),
    Null(
      name: "spectrum explains all, two-sided", direction: .either, truth: (0.03, 0, 0.03),
      wrong: [.larger, .smaller, .equivalent]),
    Null(
      name: "sharpness explains all", truth: (0.03, 0.03, 0),
      wrong: [.larger, .smaller, .equivalent]),
    Null(name: "both explain all", truth: (0.03, 0, 0), wrong: [.larger, .smaller, .equivalent]),
    Null(name: "just as much as matters", truth: (0, 0, 0), effects: 1, wrong: [.equivalent]),
    Null(name: "as much the other way", truth: (0, 0, 0), effects: -1, wrong: [.equivalent]),
  ]

  @Test("are wrong in at most 5 % of families", arguments: nulls, [16, 50, 200])
  func falsePositives(_ null: Null, _ photographs: Int) throws {
    var simulation = Simulation(material: try Material())
    simulation.direction = null.direction
    let effects = simulation.effects
    let judged = simulation.judgements(
      photographs, count: draws,
      truth: null.truth.map { truth in
        { place in
          Simulation.Truth(
            zoom: truth.zoom + null.effects * effects[place],
            excess: truth.excess + null.effects * effects[place],
            matched: truth.matched + null.effects * effects[place])
        }
      })
    // Two and a third standard errors of a share, so that one of a hundred true rates of 5 % fails.
    let most = 0.05 + 2.33 * (0.05 * 0.95 / Double(draws)).squareRoot()
    for verdict in null.wrong {
      let rate =
        Double(judged.count { $0.contains { $0.verdict == verdict } }) / Double(draws)
      #expect(rate <= most, "\(verdict) at n = \(photographs): \(rate)")
      if draws > 1000 { print("\(null.name), n = \(photographs), \(verdict): \(rate)") }
    }
  }

  /// The slopes that an independent simulation of 2,000 resamplings of the same photographs found: two-sided, over
  /// all eight units, shift and excess over spectrum, median over units.
  @Test(
    "have the power that another simulation found",
    arguments: [(16, 0.027), (50, 0.014), (200, 0.0066)])
  func power(_ photographs: Int, _ slope: Double) throws {
    var simulation = Simulation(material: try Material())
    simulation.direction = .either
    simulation.units = Array(0..<8)
    simulation.effects = []
    simulation.hasMatched = false
    let judged = simulation.judgements(photographs, count: draws) { _ in
      Simulation.Truth(zoom: slope, excess: slope, matched: slope)
    }
    let power = (0..<8).map { unit in
      Double(judged.count { $0[unit].verdict == .larger }) / Double(draws)
    }.sorted()
    let median = (power[3] + power[4]) / 2
    // Three standard errors of a share, the table's two digits, and that theirs was the shift between the
    // ends where this is the slope over all scales.
    #expect(abs(median - 0.8) < 3 * (0.16 / Double(draws)).squareRoot() + 0.06, "\(median)")
  }

  @Test("find in four of five draws what is said to be detectable", arguments: [16, 50, 200])
  func detectable(_ photographs: Int) throws {
    var simulation = Simulation(material: try Material())
    simulation.effects = []
    let all = Array(simulation.material.zoom.indices)
    let slopes = simulation.units.map { simulation.material.slopes(of: $0, all) }
    let smallest = try slopes.map { slopes in
      let evidence = Evidence(
        slopes: slopes.zoom, controls: ["spectrum": slopes.excess, "psf": slopes.matched],
        smallestEffect: nil, missing: [])
      let detectable = DetectableSlope(evidence, of: 3, .larger, seed: 1)
      let slope = try #require(detectable.smallest(photographs: photographs))
      // The same the other way round, but for the scatter of 1,000 draws.
      let needed = try #require(detectable.photographs(finding: slope))
      #expect(abs(Double(needed) / Double(photographs) - 1) < 0.15, "\(needed)")
      return slope
    }
    for place in 0..<3 {
      let judged = simulation.judgements(photographs, count: draws) { unit in
        let slope = unit == place ? smallest[unit] : 0
        return Simulation.Truth(zoom: slope, excess: slope, matched: slope)
      }
      let power = Double(judged.count { $0[place].verdict == .larger }) / Double(draws)
      #expect(power > 0.7 && power < 0.9, "\(power)")
    }
  }
}
