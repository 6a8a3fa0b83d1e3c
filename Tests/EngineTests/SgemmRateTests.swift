import Engine
import Testing

@Suite("The machine's sgemm rate")
struct SgemmRateTests {
  @Test("is a rate that a processor can have")
  func rate() throws {
    let rate = try sgemmRate(side: 512)
    #expect(rate > 0.1 && rate < 100_000)
  }
}
