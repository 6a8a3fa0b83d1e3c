import Foundation
import Pictures
import Stimuli
import TestSupport
import Testing

@Suite("A specification")
struct SpecificationTests {
  /// Values that make no sense, and the field that the error must name.
  struct Case: Sendable, CustomTestStringConvertible {
    var `protocol` = ZoomProtocol.crop
    var scales = [1.0, 2]
    var size = 8
    var crop = 1.0
    let field: String
    var testDescription: String { "\(`protocol`) \(scales) \(size) \(crop)" }
  }

  @Test(
    "refuses what makes no sense and names it",
    arguments: [
      Case(scales: [], field: "scales"), Case(scales: [0], field: "scales"),
      Case(scales: [1, -2], field: "scales"), Case(scales: [1, .nan], field: "scales"),
      Case(scales: [.infinity], field: "scales"), Case(scales: [1, 2, 1], field: "scales"),
      Case(scales: [0.99, 2], field: "scales"),
      Case(protocol: .target, scales: [0, 1], field: "scales"),
      Case(protocol: .target, scales: [.leastNonzeroMagnitude, 1], field: "scales"),
      Case(size: 0, field: "size"), Case(size: -3, field: "size"), Case(size: 5000, field: "size"),
      Case(crop: 0, field: "crop"), Case(crop: 1.01, field: "crop"),
      Case(crop: .nan, field: "crop"),
    ])
  func refuses(_ bad: Case) throws {
    let error = try #require(throws: StimulusError.self) {
      try StimulusSpecification(
        protocol: bad.protocol, scales: bad.scales, size: bad.size, crop: bad.crop)
    }
    #expect(error.description.hasPrefix("\(bad.field): "))
    #expect(!error.description.contains("\n"))
  }

  @Test("sorts scales and controls, and comes back from JSON")
  func normalForm() throws {
    let specification = try StimulusSpecification(
      protocol: .target, scales: [2, 0.5, 1], size: 64, crop: 0.875,
      controls: [.untrained, .blur, .blur], filter: .bilinear, background: .file("a/b.png"), seed: 7
    )
    #expect(specification.scales == [0.5, 1, 2])
    #expect(specification.controls == [.blur, .untrained])
    let data = try JSONEncoder().encode(specification)
    #expect(try JSONDecoder().decode(StimulusSpecification.self, from: data) == specification)
  }

  @Test("is checked when it is read, too")
  func decodingChecks() throws {
    let good = try JSONEncoder().encode(StimulusSpecification(scales: [1], size: 64))
    let bad = String(decoding: good, as: UTF8.self).replacing(#""size":64"#, with: #""size":0"#)
    #expect(throws: StimulusError.self) {
      try JSONDecoder().decode(StimulusSpecification.self, from: Data(bad.utf8))
    }
  }

  @Test("a background that cannot be read is an error that names it")
  func background() throws {
    let specification = try StimulusSpecification(
      scales: [1], size: 8, background: .file("/no/such.png"))
    let error = #expect(throws: PictureError.self) { try StimulusMaker(specification) }
    #expect(error?.description == "/no/such.png: no such file")
  }
}
