import Figures
import Testing

@Suite("Ticks")
struct TicksTests {
  struct Case: CustomTestStringConvertible {
    var range: ClosedRange<Double>
    var count: Int
    var labels: [String]

    var testDescription: String { "\(range), at most \(count)" }
  }

  @Test(
    "are multiples of 1, 2 or 5 times a power of ten",
    arguments: [
      Case(range: 0...1, count: 6, labels: ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
      Case(range: 0...1, count: 5, labels: ["0.0", "0.5", "1.0"]),
      Case(range: 0...1, count: 11, labels: (0...10).map { "\(Double($0) / 10)" }),
      Case(range: -0.07...0.12, count: 5, labels: ["\u{2212}0.05", "0.00", "0.05", "0.10"]),
      Case(range: 0...999, count: 11, labels: (0...9).map { "\($0 * 100)" }),
      Case(range: 3.1...4.9, count: 4, labels: ["3.5", "4.0", "4.5"]),
      Case(
        range: 0.0098...0.0102, count: 5,
        labels: ["0.0098", "0.0099", "0.0100", "0.0101", "0.0102"]),
      Case(
        range: -2e6...2e6, count: 5,
        labels: ["\u{2212}2000000", "\u{2212}1000000", "0", "1000000", "2000000"]),
    ])
  func round(_ example: Case) {
    #expect(Ticks(in: example.range, atMost: example.count).labels == example.labels)
  }

  @Test("lie inside their range and are not too many", arguments: 0..<200)
  func inside(_ place: Int) {
    let low = Double(place * 37 % 101) / 7 - 6
    let range = low...(low + 0.001 * Double(1 + place * place))
    for count in 2...12 {
      let ticks = Ticks(in: range, atMost: count).values
      let slack = 1e-6 * (range.upperBound - range.lowerBound)
      #expect(ticks.count <= count)
      #expect(
        ticks.allSatisfy { $0 >= range.lowerBound - slack && $0 <= range.upperBound + slack })
    }
  }

  @Test("have a true minus sign, and none before zero")
  func minus() {
    #expect(Ticks.label(-0.5, decimals: 1) == "\u{2212}0.5")
    #expect(Ticks.label(-0.04, decimals: 1) == "0.0")
  }

  @Test(
    "name scales as the paper does",
    arguments: zip([1, 1.25, 1.5, 2, 0.5, 10], ["1.0×", "1.25×", "1.5×", "2.0×", "0.5×", "10.0×"]))
  func scales(_ scale: Double, _ label: String) {
    #expect(scaleLabel(scale) == label)
  }
}
