import Analysis
import Foundation
import Networks
import TestSupport
import Testing

/// Costs of three lesions of the bundled model on 200 photographs, from which samples are drawn.
private struct Material {
  let nll: [Double]
  let kl: [Double]

  init(_ lesion: Int) throws {
    let fixture = try Fixture("lesion-costs")
    func values(_ name: String) throws -> [Double] {
      let tensor = try fixture.tensor(name)
      let count = tensor.shape[1]
      return tensor.values[lesion * count..<(lesion + 1) * count].map { Double($0) }
    }
    nll = try values("nll")
    kl = try values("kl")
  }
}

/// What is so in truth.
private struct Truth: CustomTestStringConvertible, Sendable {
  var name: String
  /// Mean rise.
  var nll = 0.0
  /// Whether each rise is as likely as a fall.
  var isSymmetric = false
  /// Shares of right answers that are lost, and gained.
  var lost = 0.04
  var gained = 0.04
  /// Share of changed answers, and mean divergence.
  var changed = 0.05
  var kl = 0.05
  var wrong: [LesionMeasure: Set<LesionVerdict>]
  var testDescription: String { name }
}

private let draws = ProcessInfo.processInfo.environment["SK_SIMULATIONS"].flatMap(Int.init) ?? 100

@Suite("Simulated verdicts on lesions")
struct LesionVerdictTests {
  /// A run of one lesion with made-up costs.
  private func results(
    nll: [Double], lost: [Int], changed: [Bool], kl: [Double], seed: UInt64, samples: Int = 10,
    permutations: Int = 300, primary: LesionDeclaration = LesionDeclaration(),
    isUndersampled: Bool = false
  ) throws -> LesionResults {
    let photographs = nll.indices.map { i in
      [1.0, 2.0].flatMap { scale in
        [nil, 0].map { (condition: Int?) in
          let isLesioned = condition != nil && scale == 2
          var comparison = OutputComparison([0, 0], to: [0, 0])
          comparison.agrees = !(isLesioned && changed[i])
          comparison.divergence = isLesioned ? kl[i] : 0
          return LesionObservation(
            condition: condition, scale: scale, isUndersampled: isUndersampled,
            isCorrect: isLesioned ? lost[i] < 0 : lost[i] > 0, nll: isLesioned ? 3 + nll[i] : 3,
            comparison: comparison, dose: 0.2, ownMove: 0.1)
        }
      }
    }
    return LesionResults(
      analysing: photographs, plans: [.init(lesion: "frozen", scope: "SK_2_1", units: ["SK_2_1"])],
      model: .init(
        name: "x", sha256: "",
        architecture: try Catalogue.entry(named: "sknet26-tiny").architecture),
      protocol: "crop", scales: [1, 2], frozenScale: 1, precision: "f32", primary: primary,
      options: AnalysisOptions(
        seed: seed, bootstrapSamples: samples, permutations: permutations,
        includesUndersampled: isUndersampled))
  }

  private static let truths = [
    Truth(
      name: "nothing changes, answers and divergence as much as matters", isSymmetric: true,
      wrong: [
        .nll: [.worse, .better], .accuracy: [.worse, .better], .agreement: [.worse, .equivalent],
        .kl: [.worse, .equivalent],
      ]),
    Truth(
      name: "rises and falls cancel",
      wrong: [.nll: [.worse, .better], .accuracy: [.worse, .better]]),
    Truth(
      name: "costs as much as matters", nll: 0.05, lost: 0.05, gained: 0.03,
      wrong: [.nll: [.equivalent, .better], .accuracy: [.equivalent, .better]]),
    Truth(
      name: "gains as much as matters", nll: -0.05, lost: 0.03, gained: 0.05,
      wrong: [.nll: [.equivalent, .worse], .accuracy: [.equivalent, .worse]]),
  ]

  @Test("are wrong in at most 5 % of families", arguments: Self.truths, [16, 50, 200])
  private func falsePositives(_ truth: Truth, _ photographs: Int) throws {
    for lesion in 0..<3 {
      let material = try Material(lesion)
      let all = Double(material.nll.count)
      let mean = material.nll.reduce(0, +) / all
      let divergence = material.kl.reduce(0, +) / all
      var random = CongruentialGenerator(state: UInt64(photographs * 31 + lesion))
      var wrong: [String: Int] = [:]
      for draw in 0..<draws {
        let rows = (0..<photographs).map { _ in Int.random(in: 0..<200, using: &random) }
        let results = try results(
          nll: rows.map {
            truth.isSymmetric
              ? material.nll[$0] * (Bool.random(using: &random) ? 1 : -1)
              : material.nll[$0] - mean + truth.nll
          },
          lost: rows.map { _ in
            let place = Double.random(in: 0..<1, using: &random)
            return place < truth.lost ? 1 : place < truth.lost + truth.gained ? -1 : 0
          },
          changed: rows.map { _ in Double.random(in: 0..<1, using: &random) < truth.changed },
          kl: rows.map { material.kl[$0] * truth.kl / divergence }, seed: UInt64(draw))
        let costs = try #require(results.conditions.first?.byScale.last).costs
        var seen: Set<String> = []
        for (measure, verdicts) in truth.wrong {
          let verdict = try #require(costs[measure]?.judgement).verdict
          if verdicts.contains(verdict) { seen.formUnion(["\(measure) \(verdict)", "any"]) }
        }
        for name in seen { wrong[name, default: 0] += 1 }
      }
      // Two and a third standard errors of a share.
      let most = 0.05 + 2.33 * (0.05 * 0.95 / Double(draws)).squareRoot()
      for (name, count) in wrong {
        let rate = Double(count) / Double(draws)
        #expect(rate <= most, "\(name), lesion \(lesion), n = \(photographs): \(rate)")
        if draws > 1000 { print("\(truth.name), \(lesion), n = \(photographs), \(name): \(rate)") }
      }
    }
  }

  @Test("find in four of five draws a rise that is said to be detectable", arguments: [50, 200])
  func detectable(_ photographs: Int) throws {
    let material = try Material(0)
    let mean = material.nll.reduce(0, +) / 200
    let none = [Int](repeating: 0, count: photographs)
    var random = CongruentialGenerator(state: 5)
    let declaration = LesionDeclaration(measures: [.nll])
    func run(_ rise: Double, _ draw: Int) throws -> LesionJudgement {
      try #require(
        results(
          nll: none.map { _ in
            material.nll[Int.random(in: 0..<200, using: &random)] - mean + rise
          }, lost: none, changed: none.map { _ in false }, kl: none.map { _ in 0 },
          seed: UInt64(draw), primary: declaration
        ).conditions.first?.byScale.last?.costs.nll?.judgement)
    }
    let detectable = try (0..<20).map { try #require(run(0, $0).smallestDetectable) }
    let smallest = detectable.reduce(0, +) / 20
    let found = try (0..<200).count { try run(smallest, $0).verdict == .worse }
    #expect(found > 140 && found < 180, "\(found)")
  }

  @Test(
    "are withheld with undersampled photographs and fewer than three, and corrected over the family"
  )
  func withheld() throws {
    let many = 40
    func run(_ count: Int, isUndersampled: Bool = false, _ measures: [LesionMeasure]? = nil) throws
      -> LesionResults
    {
      try results(
        nll: (0..<count).map { 1 + Double($0 % 3) / 10 },
        lost: (0..<count).map { $0 < count / 4 ? 1 : 0 },
        changed: (0..<count).map { $0 % 2 == 0 }, kl: (0..<count).map { 0.5 + Double($0 % 5) / 10 },
        seed: 1, primary: LesionDeclaration(measures: measures), isUndersampled: isUndersampled)
    }
    let judged = try run(many)
    let costs = try #require(judged.conditions.first?.byScale.last).costs
    #expect(judged.withheld == nil && judged.primary?.count == 4)
    for measure in LesionMeasure.allCases {
      let cost = try #require(costs[measure])
      let judgement = try #require(cost.judgement)
      #expect(judgement.verdict == .worse, "\(measure)")
      #expect(judgement.p >= (cost.p ?? 2))
    }
    #expect(costs.accuracy?.discordant == [10, 0])
    // Of four p-values that of accuracy is the largest or the second; alone it is not corrected.
    let alone = try #require(run(many, [.accuracy]).conditions.first?.byScale.last?.costs)
    #expect(alone.accuracy?.judgement?.p == alone.accuracy?.p && alone.nll?.judgement == nil)
    for results in [try run(2), try run(many, isUndersampled: true)] {
      let costs = try #require(results.conditions.first?.byScale.last).costs
      #expect(results.withheld?.hasPrefix("No verdicts") == true)
      #expect(LesionMeasure.allCases.allSatisfy { costs[$0]?.judgement == nil })
    }
    #expect(try run(2).conditions.first?.byScale.last?.costs.nll?.interval == [])
    // Sixteen patterns of signs have no p as small as 0.05 by both tails and four tests.
    let few = try #require(run(4).conditions.first?.byScale.last?.costs.nll)
    #expect(few.smallestDetectable == nil && few.judgement?.smallestDetectable == nil)
    #expect(few.p == 0.125 && few.judgement?.verdict == .unresolved)
    #expect(LesionTable(judged).text.contains("Primary family (the default)"))
  }

  @Test("results of format version 1 are read, without what they lack")
  func older() throws {
    let json = """
      {"accuracy":{"interval":[0.4,0.6],"mean":0.5},"accuracyLost":{"interval":[-0.1,0.3],"mean":0.1},
      "agreement":{"interval":[0.7,0.9],"mean":0.8},"divergence":{"interval":[0.1,0.3],"mean":0.2},"scale":2}
      """
    let effect = try JSONDecoder().decode(LesionResults.Effect.self, from: Data(json.utf8))
    #expect(effect.costs.accuracy?.estimate == Estimate(mean: 0.1, interval: [-0.1, 0.3]))
    #expect(effect.costs.kl.mean == 0.2 && effect.costs.nll == nil && effect.dose == nil)
    #expect(abs(effect.agreement.mean - 0.8) < 1e-15 && effect.costs.agreement.p == nil)
    #expect(abs(effect.costs.agreement.interval[0] - 0.1) < 1e-15)
  }
}
