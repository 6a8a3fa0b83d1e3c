import Testing
import TrainingData

@Suite("Schedules")
struct ScheduleTests {
  private func rates(_ schedule: RateSchedule, steps: Int, perEpoch: Int = 4) -> [Double] {
    let run = RunLength(steps: steps, stepsPerEpoch: perEpoch)
    return (0..<steps).map { schedule.rate(step: $0, of: run) }
  }

  private func expectClose(_ actual: [Double], _ expected: [Double]) {
    #expect(actual.count == expected.count)
    // Both sides are computed in double precision, in another order.
    for (a, b) in zip(actual, expected) { #expect(abs(a - b) <= 1e-12, "\(actual)") }
  }

  @Test("give the rates of PyTorch's OneCycleLR")
  func oneCycle() {
    expectClose(
      rates(RateSchedule(shape: .oneCycle, peak: 0.5, warmUp: .percent(25)), steps: 12),
      [
        0.020000000000000018, 0.26, 0.5, 0.4849232155038563, 0.44151134473530135, 0.3750005,
        0.293412870768555, 0.2065891292314451, 0.12500150000000004, 0.05849065526469865,
        0.015078784496143707, 2e-06,
      ])
    expectClose(
      rates(RateSchedule(shape: .oneCycle, peak: 0.5, warmUp: .percent(35)), steps: 10),
      [
        0.020000000000000018, 0.18583592135001265, 0.45416407864998737, 0.4927354834146956,
        0.4371279385320271, 0.33865186715574686, 0.21986695047284951, 0.1079853813819578,
        0.0286378790427232, 2e-06,
      ])
  }

  @Test("give the rates of PyTorch's CosineAnnealingLR and MultiStepLR")
  func cosineAndStep() {
    let cosine = [
      0.5, 0.4809698831278217, 0.42677669529663687, 0.34567085809127246, 0.25, 0.15432914190872757,
      0.07322330470336313, 0.01903011687217832,
    ]
    expectClose(rates(RateSchedule(shape: .cosine, peak: 0.5), steps: 8), cosine)
    // Two steps of linear warm-up, then the same.
    expectClose(
      rates(RateSchedule(shape: .cosine, peak: 0.5, warmUp: .percent(20)), steps: 10),
      [0.25, 0.5] + cosine)
    let step = RateSchedule(
      shape: .step, peak: 0.5, drops: [.epochs(1), .percent(70)], dropFactor: 0.2)
    expectClose(rates(step, steps: 10), [0.5, 0.5, 0.5, 0.5, 0.1, 0.1, 0.1, 0.02, 0.02, 0.02])
  }

  @Test("warm up over epochs as over shares")
  func warmUp() {
    let run = RunLength(steps: 40, stepsPerEpoch: 10)
    for span in [Span.epochs(0.5), .percent(12.5)] {
      let schedule = RateSchedule(shape: .step, peak: 1, warmUp: span)
      #expect((0..<7).map { schedule.rate(step: $0, of: run) } == [0.2, 0.4, 0.6, 0.8, 1, 1, 1])
    }
  }

  @Test("let pictures grow")
  func sizes() {
    let schedule = SizeSchedule([
      .init(size: 32, span: .percent(50)), .init(size: 48, span: .epochs(1)), .init(size: 64),
    ])
    let run = RunLength(steps: 16, stepsPerEpoch: 4)
    #expect(schedule.steps(of: run) == [8, 4, 4])
    #expect(
      (0..<16).map { schedule.size(step: $0, of: run) }
        == [Int](repeating: 32, count: 8) + [Int](repeating: 48, count: 4)
        + [Int](repeating: 64, count: 4))
    // Parts that together are longer than the run end with it.
    #expect(schedule.steps(of: RunLength(steps: 4, stepsPerEpoch: 4)) == [2, 2, 0])
  }

  @Test(
    "read spans as they are written",
    arguments: [
      ("5 epochs", Span.epochs(5)), ("1 epoch", .epochs(1)), ("0.5 epochs", .epochs(0.5)),
      ("15 %", .percent(15)), ("15%", .percent(15)), ("7.3 %", .percent(7.3)), ("0 %", .percent(0)),
      ("5", nil),
      ("120 %", nil), ("-1 epochs", nil), ("nan %", nil), ("epochs", nil), ("5 steps", nil),
    ])
  func spans(_ text: String, _ span: Span?) {
    #expect(Span(text) == span)
    guard let span else { return }
    #expect(Span(span.description) == span)
  }

  @Test("fit the longest run into a time")
  func budget() {
    let sizes = SizeSchedule([.init(size: 32, span: .percent(50)), .init(size: 64)])
    let budget = TimeBudget(
      seconds: 100, secondsPerStep: [32: 0.1, 64: 0.3], secondsPerValidation: 2,
      epochsPerValidation: 1)
    // 0.2 s a step on average, and 2 s every 100 steps: 0.22 s a step with whole validations.
    let run = budget.longestRun(stepsPerEpoch: 100, sizes: sizes)
    #expect(run.steps == 450)
    #expect(budget.seconds(of: run, sizes: sizes) <= 100)
    #expect(
      budget.seconds(of: RunLength(steps: 451, stepsPerEpoch: 100), sizes: sizes) > 100)
    // Half a second more at each epoch's end: 0.225 s a step.
    var slower = budget
    slower.secondsPerEpoch = 0.5
    #expect(slower.longestRun(stepsPerEpoch: 100, sizes: sizes).steps == 437)
    var none = budget
    none.seconds = 0.01
    #expect(none.longestRun(stepsPerEpoch: 100, sizes: sizes).steps == 1)
  }
}
