import Analysis
import Testing

@Suite("The rule of verdicts")
struct JudgementTests {
  private static let low = Tails(above: 0.001, below: 0.999)
  private static let high = Tails(above: 0.999, below: 0.001)
  private static let unclear = Tails(above: 0.3, below: 0.7)

  /// One unit's p-values and what comes of them.
  struct Case: CustomTestStringConvertible {
    var name: String
    var direction = ClaimedDirection.larger
    var shift = JudgementTests.low
    var controls = ["spectrum": JudgementTests.low, "psf": JudgementTests.low]
    var equivalence: Double?
    var missing: [String] = []
    var verdict: Verdict
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "beyond all", verdict: .larger),
    Case(name: "beyond all, two-sided", direction: .either, verdict: .larger),
    Case(
      name: "downwards, two-sided", direction: .either, shift: high,
      controls: ["spectrum": high, "psf": high], verdict: .smaller),
    Case(
      name: "downwards as claimed", direction: .smaller, shift: high,
      controls: ["spectrum": high, "psf": high], verdict: .smaller),
    Case(
      name: "downwards against the claim", shift: high, controls: ["spectrum": high, "psf": high],
      verdict: .unresolved),
    Case(
      name: "not beyond one control", controls: ["spectrum": unclear, "psf": low],
      verdict: .confounded),
    Case(
      name: "a control's excess the other way", direction: .either,
      controls: ["spectrum": high, "psf": low], verdict: .confounded),
    Case(name: "no shift", shift: unclear, verdict: .unresolved),
    Case(
      name: "without a required control", controls: ["spectrum": low], missing: ["psf"],
      verdict: .unresolved),
    Case(
      name: "without one, and not beyond the other", controls: ["spectrum": unclear],
      missing: ["psf"], verdict: .confounded),
    Case(name: "there, and too small to matter", equivalence: 0.01, verdict: .equivalent),
    Case(
      name: "too small to matter, uncontrolled", shift: unclear, controls: [:], equivalence: 0.01,
      missing: ["spectrum", "psf"], verdict: .equivalent),
    Case(name: "not shown to be small", equivalence: 0.06, verdict: .larger),
  ]

  @Test("gives each constellation of p-values its verdict", arguments: cases)
  func verdict(_ example: Case) {
    let judgement = VerdictRule(example.direction).judge([
      VerdictRule.Tests(
        isUp: example.shift.above < 0.5, shift: example.shift, controls: example.controls,
        equivalence: example.equivalence, smallestEffect: example.equivalence.map { _ in 0.01 },
        missing: example.missing)
    ])[0]
    #expect(judgement.verdict == example.verdict)
    #expect(judgement.missing == example.missing)
  }

  /// Largest p of each unit: .03, .01, .02; Holm: .03, .01 · 3, .02 · 2.
  @Test("corrects the largest p of each unit over the family")
  func holm() {
    func unit(_ shift: Double, _ control: Double) -> VerdictRule.Tests {
      VerdictRule.Tests(
        isUp: true, shift: Tails(above: shift, below: 1 - shift),
        controls: ["psf": Tails(above: control, below: 1 - control)])
    }
    let judged = VerdictRule(.larger).judge([
      unit(0.001, 0.03), unit(0.01, 0.01), unit(0.02, 0.001),
    ])
    #expect(judged.map(\.uncorrectedP) == [0.03, 0.01, 0.02])
    for (judgement, p) in zip(judged, [0.04, 0.03, 0.04]) { #expect(abs(judgement.p - p) < 1e-12) }
    #expect(judged.map(\.limitedBy) == ["psf", nil, nil])
    #expect(judged.map(\.verdict) == [.larger, .larger, .larger])
    let either = VerdictRule(.either).judge([unit(0.001, 0.03)])[0]
    #expect(abs(either.p - 0.06) < 1e-12 && either.verdict == .confounded)
  }
}

@Suite("The verdicts of a run")
struct RunVerdictTests {
  /// Twelve photographs whose slopes are near 0.05, with controls that move by a share of that.
  private func photographs(
    _ shares: [String: Double], ownStart: Set<String> = ["psf", "surround"], having: Int = 12,
    shift: Double = 0.05
  ) -> [RecordedPhotograph] {
    (0..<12).map { i in
      let own = shift * (1 + Double(i) / 100)
      let present = i < having ? shares : shares.filter { $0.key != "surround" }
      return MadeUpPhotographs.photograph(
        "\(i)", base: 0.1, zoom: 0.1 + own, controls: present.mapValues { 0.1 + own * $0 },
        ownBase: present.filter { ownStart.contains($0.key) }.mapValues { _ in 0.1 })
    }
  }

  private func judgement(_ photographs: [RecordedPhotograph]) throws -> Judgement? {
    try ZoomResults.of(photographs, units: ["SK_4_2"]).units[0].shift.judgement
  }

  private let both = ["psf": 1.0, "spectrum": 0.2]

  @Test("need frequency content and sharpness to be controlled")
  func required() throws {
    #expect(try judgement(photographs(both))?.verdict == .larger)
    let one = try judgement(photographs(["spectrum": 0.2]))
    #expect(one?.verdict == .unresolved && one?.missing == ["psf"])
    #expect(one?.remark.contains("psf was not recorded") == true)
    #expect(try judgement(photographs([:]))?.missing == ["spectrum", "psf"])
  }

  @Test("rest on a matched control's own slope, and on the excess over the others")
  func roles() throws {
    // With sharpness held constant nothing moves; the zoom beyond it does.
    #expect(try judgement(photographs(["psf": 0, "spectrum": 0.2]))?.limitedBy == "psf")
    #expect(try judgement(photographs(["psf": 0, "spectrum": 0.2]))?.verdict == .confounded)
    for name in ["spectrum", "local", "scrambled", "sham", "seam", "noise", "gate", "moat"] {
      let explained = try judgement(photographs(both.merging([name: 1]) { $1 }))
      #expect(explained?.verdict == .confounded && explained?.limitedBy == name)
    }
    for name in ["blur", "untrained", "unheard-of"] {
      #expect(try judgement(photographs(both.merging([name: 2]) { $1 }))?.verdict == .larger)
    }
  }

  @Test("take a surround for a control where it is a difference in differences, and common enough")
  func surround() throws {
    let shares = both.merging(["surround": 1]) { $1 }
    #expect(try judgement(photographs(shares))?.verdict == .confounded)
    #expect(try judgement(photographs(shares, ownStart: ["psf"]))?.verdict == .larger)
    #expect(try judgement(photographs(shares, having: 6))?.verdict == .confounded)
    #expect(try judgement(photographs(shares, having: 5))?.verdict == .larger)
  }

  @Test("call small moves equivalent")
  func small() throws {
    #expect(try judgement(photographs(both, shift: 0.01))?.verdict == .equivalent)
    let remark = try judgement(photographs(both, shift: 0.01))?.remark
    #expect(remark == "moves, but within ±0.0230 per octave")
  }

  @Test(
    "are of the family that was declared, and of the last units of stages 2, 3 and 4 by default")
  func family() throws {
    let names = ["SK_2_1", "SK_2_2", "SK_3_1", "SK_3_2", "SK_4_2", "SK_5_2"]
    let photographs = (0..<8).map { i in
      RecordedPhotograph(
        path: "\(i)",
        stimuli: [1.0, 2].map { scale in
          MadeUpPhotographs.stimulus(scale, names.indices.map { Double($0 * i % 7) * scale / 100 })
        })
    }
    func judged(_ declaration: FamilyDeclaration = FamilyDeclaration()) throws -> [String] {
      let results = try ZoomResults.of(photographs, units: names, primary: declaration)
      return (results.units + results.stages).filter { $0.shift.judgement != nil }.map(\.name)
    }
    #expect(try judged() == ["SK_2_2", "SK_3_2", "SK_4_2"])
    #expect(try judged(FamilyDeclaration(units: ["SK_5_2"])) == ["SK_5_2"])
    #expect(
      try judged(FamilyDeclaration(units: ["stage 2", "stage 5"])) == ["stage 2", "stage 5"])
    let results = try ZoomResults.of(
      photographs, units: names,
      primary: FamilyDeclaration(units: ["SK_2_1", "SK_5_2"], smallestEffects: [0.1, 0.2]))
    #expect(results.primary?.smallestEffects == [0.1, 0.2])
    let paper = try ZoomResults.of(photographs, units: names).primary?.smallestEffects
    #expect(paper == [0.006, 0.014, 0.023])
    let text = ZoomTable(results).text
    #expect(text.contains("declared before the run") && text.contains("Exploratory"))
  }

  @Test("are withheld where all branches are equally large")
  func equalBranches() throws {
    let branch = MadeUpBranches.plain
    let results = try ZoomResults.of(
      photographs(both), units: ["SK_4_2"], branches: [branch, branch])
    #expect(results.withheld?.contains("equally large") == true)
    #expect(results.units[0].shift.judgement == nil)
  }
}

@Suite("Slopes per octave")
struct SlopePerOctaveTests {
  /// `numpy.polyfit(numpy.log2(scales), values, 1)[0]`.
  @Test("are least squares on the logarithm of the scale")
  func polyfit() {
    let scales = [1, 1.25, 1.5, 1.75, 2]
    let values: [Double?] = [-0.05, 0.01, 0.02, 0.015, 0.04]
    #expect(abs((SlopePerOctave.slope(values, at: scales) ?? 0) - 0.07694325248378792) < 1e-12)
    let some: [Double?] = [-0.05, nil, 0.02, nil, 0.04]
    #expect(abs((SlopePerOctave.slope(some, at: scales) ?? 0) - 0.09194710758397008) < 1e-12)
    #expect(SlopePerOctave.slope([1, nil], at: [1, 2]) == nil)
  }
}
