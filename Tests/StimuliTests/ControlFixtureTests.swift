import Foundation
import Pictures
import Stimuli
import TestSupport
import Testing

@Suite("Controls and protocols beside NumPy and SciPy")
struct ControlFixtureTests {
  /// A picture of `Tests/Fixtures/controls`, and what makes it.
  struct Case: Sendable, CustomTestStringConvertible {
    /// The file's name with `*` for the photograph's.
    let file: String
    let `protocol`: ZoomProtocol
    let control: Control?
    let scale: Double
    var scales: [Double] = [1, 1.5, 2]
    /// Share of levels that may be off by one, where single precision rounds to the other side.
    var rounding = 0.002
    var testDescription: String { file }
  }

  struct Numbers: Decodable {
    let targets: [String: [Double]]
    let pointSpread: [String: Double]

    init() throws {
      let data = try Data(contentsOf: URL(filePath: Fixtures.path("controls/controls.json")))
      self = try JSONDecoder().decode(Self.self, from: data)
    }

    func target(_ name: String) throws -> Box {
      let edges = try #require(targets[name])
      return Box(left: edges[0], top: edges[1], right: edges[2], bottom: edges[3])
    }
  }

  @Test(
    "give the pixels that were computed in double precision",
    arguments: [
      Case(file: "psf-*-1", protocol: .crop, control: .psf, scale: 1),
      Case(file: "local-*-2", protocol: .crop, control: .local, scale: 2),
      Case(file: "noise-*-1", protocol: .crop, control: .noise, scale: 1, rounding: 0.01),
      Case(file: "noise-*-2", protocol: .crop, control: .noise, scale: 2, rounding: 0.01),
      Case(file: "scrambled-*-1.5", protocol: .crop, control: .scrambled, scale: 1.5),
      Case(file: "retarget-*-2", protocol: .retarget, control: nil, scale: 2),
      Case(file: "retarget-psf-*-1.5", protocol: .retarget, control: .psf, scale: 1.5),
      Case(file: "shrink-*-0.6", protocol: .shrink, control: nil, scale: 0.6, scales: [0.6, 1]),
      Case(
        file: "shrink-psf-*-0.6", protocol: .shrink, control: .psf, scale: 0.6, scales: [0.6, 1]),
      Case(file: "seam-*-1.5", protocol: .target, control: .seam, scale: 1.5),
      Case(file: "aperture-zoom-*", protocol: .aperture, control: nil, scale: 2),
      Case(file: "aperture-content-*", protocol: .aperture, control: .apertureContent, scale: 2),
      Case(file: "aperture-window-*", protocol: .aperture, control: .apertureWindow, scale: 2),
    ], ["n01443537_goldfish", "n02085620_Chihuahua"])
  func pixels(_ expected: Case, name: String) throws {
    let short = String(name.split(separator: "_")[1])
    let file = expected.file.replacing("*", with: short)
    let picture = try Picture(contentsOfFile: Fixtures.path("controls/\(file).png"))
    let specification = try StimulusSpecification(
      protocol: expected.protocol, scales: expected.scales, size: 64,
      controls: expected.control.map { [$0] } ?? [], seed: 3)
    let stimuli = try StimulusMaker(specification).stimuli(
      for: ZoomFixture.photograph(name), target: Numbers().target(name),
      name: "anywhere/\(name).JPEG")
    let stimulus = try #require(
      stimuli.first { $0.control == expected.control && $0.scale == expected.scale })
    let differences = zip(stimulus.pixels, picture.pixels).map { abs(Int($0) - Int($1)) }
    #expect(differences.max() ?? 255 <= 1)
    #expect(Double(differences.reduce(0, +)) <= expected.rounding * Double(differences.count))
  }

  @Test("measure the photographs' point spread alike", arguments: ZoomFixture.names)
  func pointSpread(name: String) throws {
    let picture = try ZoomFixture.photograph(name)
    let sigma = PointSpread.measured(in: picture, within: picture.centralSquare(share: 1))
    let expected = try #require(try Numbers().pointSpread[name])
    // One edge more or less at the limit of the highest fiftieth.
    #expect(abs(sigma - expected) < 0.002)
  }
}
