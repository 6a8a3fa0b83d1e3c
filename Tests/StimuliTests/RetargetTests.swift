import Pictures
import Stimuli
import TestSupport
import Testing

@Suite("The retarget protocol")
struct RetargetTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let part: (start: Double, end: Double)
    let scale: Double
    var testDescription: String { "\(part.start)…\(part.end) by \(scale)" }
  }

  @Test(
    "maps a side smoothly onto itself",
    arguments: [
      Case(part: (20, 40), scale: 1), Case(part: (20, 40), scale: 1.5),
      Case(part: (20, 40), scale: 4), Case(part: (0, 30), scale: 2),
      Case(part: (70, 100), scale: 3),
      Case(part: (45, 55), scale: 1.1), Case(part: (0, 100), scale: 1),
      Case(part: (99, 100), scale: 20),
    ])
  func map(_ one: Case) throws {
    let (start, end) = one.part
    let map = try #require(
      RetargetMap(length: 100, start: start, end: end, scale: one.scale))
    #expect(map(0) == 0)
    #expect(abs(map(100) - 100) < 1e-9)
    #expect(abs(map(end) - map(start) - one.scale * (end - start)) < 1e-9)
    let step = 0.01
    for i in 0..<9_999 {
      let x = Double(i) * step
      let slope = (map(x + step) - map(x)) / step
      #expect(slope > 0)
      if one.scale == 1 { #expect(abs(slope - 1) < 1e-6) }
      // The slope is the magnification, which has no jumps.
      let there = map.magnification(at: x)
      let next = map.magnification(at: x + step)
      #expect(abs(slope - (there + next) / 2) < 0.01 * one.scale)
      #expect(abs(next - there) < 0.1 * one.scale)
    }
    for place in [0, 1.7, start, (start + end) / 2, end, 98.2, 100] {
      #expect(abs(map.source(of: map(place)) - place) < 1e-9)
    }
  }

  @Test("refuses a part that leaves no room")
  func refusal() {
    #expect(RetargetMap(length: 100, start: 10, end: 60, scale: 2) == nil)
    #expect(RetargetMap(length: 100, start: 0, end: 100, scale: 1.1) == nil)
    let largest = RetargetMap.largestScale(length: 100, start: 10, end: 60)
    #expect(RetargetMap(length: 100, start: 10, end: 60, scale: largest - 1e-9) != nil)
    #expect(RetargetMap(length: 100, start: 10, end: 60, scale: largest + 1e-9) == nil)
  }

  @Test("at scale 1 shows the photograph as it is", arguments: ZoomFixture.names)
  func unzoomed(name: String) throws {
    let picture = try ZoomFixture.photograph(name)
    let target = try ControlFixtureTests.Numbers().target(name)
    func unzoomed(_ zoomProtocol: ZoomProtocol) throws -> [UInt8] {
      let specification = try StimulusSpecification(
        protocol: zoomProtocol, scales: [1, 1.5], size: 64)
      return try StimulusMaker(specification).stimuli(for: picture, target: target, name: name)[0]
        .pixels
    }
    for (a, b) in zip(try unzoomed(.retarget), try unzoomed(.crop)) {
      #expect(abs(Int(a) - Int(b)) <= 1)
    }
  }

  @Test("a target too large for a scale is an error that says up to where it fits")
  func tooLarge() throws {
    let picture = Picture(width: 100, height: 100, color: (9, 9, 9))
    let specification = try StimulusSpecification(protocol: .retarget, scales: [1, 2], size: 16)
    let target = Box(left: 20, top: 30, right: 80, bottom: 50)
    let error = #expect(throws: StimulusError.self) {
      try StimulusMaker(specification).stimuli(for: picture, target: target, name: "a.png")
    }
    #expect(
      error?.description
        == "a.png: its target takes 60 % of the view's side: at 2.0× too little is left for the background; up to 1.58× it fits"
    )
  }

  @Test("nothing leaves the picture")
  func nothingLeaves() throws {
    // Four marks in the corners, and a target between them.
    var pixels = [UInt8](repeating: 60, count: 3 * 120 * 120)
    for (x0, y0) in [(0, 0), (108, 0), (0, 108), (108, 108)] {
      for y in y0..<y0 + 12 { for x in x0..<x0 + 12 { pixels[3 * (y * 120 + x)] = 250 } }
    }
    let picture = Picture(width: 120, height: 120, pixels: pixels)
    let specification = try StimulusSpecification(protocol: .retarget, scales: [1, 2], size: 60)
    let stimuli = try StimulusMaker(specification).stimuli(
      for: picture, target: Box(left: 40, top: 30, right: 80, bottom: 70), name: "a")
    for (x, y) in [(0, 0), (59, 0), (0, 59), (59, 59)] {
      #expect(stimuli[1].pixels[3 * (y * 60 + x)] > 200)
    }
    #expect(stimuli[1].visibleShare == 1)
  }
}
