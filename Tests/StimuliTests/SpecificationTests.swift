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
    var psfFactor = 1.0
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
      Case(protocol: .shrink, scales: [0.5, 1.1], field: "scales"),
      Case(protocol: .retarget, scales: [0.9, 1], field: "scales"),
      Case(psfFactor: 0, field: "psfFactor"), Case(psfFactor: 5, field: "psfFactor"),
      Case(protocol: .target, scales: [.leastNonzeroMagnitude, 1], field: "scales"),
      Case(size: 0, field: "size"), Case(size: -3, field: "size"), Case(size: 5000, field: "size"),
      Case(crop: 0, field: "crop"), Case(crop: 1.01, field: "crop"),
      Case(crop: .nan, field: "crop"),
    ])
  func refuses(_ bad: Case) throws {
    let error = try #require(throws: StimulusError.self) {
      try StimulusSpecification(
        protocol: bad.protocol, scales: bad.scales, size: bad.size, crop: bad.crop,
        psfFactor: bad.psfFactor)
    }
    #expect(error.description.hasPrefix("\(bad.field): "))
    #expect(!error.description.contains("\n"))
  }

  @Test("sorts scales and controls, and comes back from JSON")
  func normalForm() throws {
    let specification = try StimulusSpecification(
      protocol: .target, scales: [2, 0.5, 1], size: 64, crop: 0.875,
      controls: [.gate, .psf, .surround, .blur, .blur], filter: .bilinear,
      background: .file("a/b.png"), seed: 7, psfFactor: 0.7)
    #expect(specification.scales == [0.5, 1, 2])
    #expect(specification.controls == [.psf, .blur, .surround, .gate])
    let data = try JSONEncoder().encode(specification)
    #expect(try JSONDecoder().decode(StimulusSpecification.self, from: data) == specification)
  }

  @Test("of a run of before is read, and written again as it was")
  func before() throws {
    let text =
      #"{"background":"gray","controls":["blur","spectrum","untrained"],"crop":1,"filter":"bicubic","#
      + #""protocol":"target","scales":[1,2],"seed":1,"size":64}"#
    let specification = try JSONDecoder().decode(
      StimulusSpecification.self, from: Data(text.utf8))
    #expect(specification.controls == [.blur, .spectrum, .untrained])
    #expect(specification.psfFactor == 1)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(try String(decoding: encoder.encode(specification), as: UTF8.self) == text)
  }

  @Test(
    "refuses controls that do not go with the protocol",
    arguments: [
      (ZoomProtocol.crop, Control.sham), (.crop, .moat), (.target, .moat), (.retarget, .seam),
      (.aperture, .surround), (.shrink, .moat), (.target, .apertureWindow),
    ])
  func controls(_ zoomProtocol: ZoomProtocol, _ control: Control) throws {
    let error = try #require(throws: StimulusError.self) {
      try StimulusSpecification(
        protocol: zoomProtocol, scales: [1], size: 8, controls: [control])
    }
    #expect(error.description.hasPrefix("controls: '\(control.rawValue)' "))
  }

  @Test("goes with all that go with its protocol", arguments: ZoomProtocol.allCases)
  func all(_ zoomProtocol: ZoomProtocol) throws {
    let scales = zoomProtocol.usualScales
    let all = zoomProtocol.controls(atScales: scales)
    let usual = zoomProtocol.usualControls(atScales: scales)
    #expect(Set(usual).isSubset(of: all))
    #expect(usual.contains(.psf) && usual.contains(.spectrum))
    let specification = try StimulusSpecification(
      protocol: zoomProtocol, scales: scales, size: 24, controls: all)
    // Where there is no room.
    let mayLack: Set<Control> = zoomProtocol == .crop ? [.gate] : [.gate, .sham, .surround]
    let stimuli = try StimulusMaker(specification).stimuli(
      for: ZoomFixture.photograph("n02085620_Chihuahua"),
      target: Box(left: 200, top: 100, right: 300, bottom: 260), name: "a.JPEG")
    #expect(
      Set(stimuli.compactMap(\.control)).isSuperset(of: Set(all).subtracting(mayLack)))
    for stimulus in stimuli { #expect(stimulus.pixels.count == 24 * 24 * 3) }
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
