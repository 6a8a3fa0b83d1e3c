import Foundation
import Pictures
import Stimuli
import TestSupport
import Testing

@Suite("The target protocol")
struct TargetTests {
  static func stimuli(
    _ picture: Picture, target: Box?, scales: [Double], size: Int, controls: [Control] = [],
    background: StimulusSpecification.Background = .gray, seed: UInt64 = 0, name: String = "a"
  ) throws -> [Stimulus] {
    let specification = try StimulusSpecification(
      protocol: .target, scales: scales, size: size, controls: controls, background: background,
      seed: seed)
    return try StimulusMaker(specification).stimuli(for: picture, target: target, name: name)
  }

  /// A square picture of one colour with a square of another in its middle third.
  static func square(_ side: Int) -> (picture: Picture, target: Box) {
    let middle = side / 3..<side * 2 / 3
    let pixels = (0..<side * side).flatMap { i -> [UInt8] in
      middle.contains(i / side) && middle.contains(i % side) ? [220, 40, 40] : [60, 60, 160]
    }
    let edge = (Double(middle.lowerBound), Double(middle.upperBound))
    return (
      Picture(width: side, height: side, pixels: pixels),
      Box(left: edge.0, top: edge.0, right: edge.1, bottom: edge.1)
    )
  }

  @Test("at scale 1 shows the photograph as it is", arguments: ZoomFixture.names, [64, 224])
  func unzoomed(name: String, size: Int) throws {
    let picture = try ZoomFixture.photograph(name)
    let target = Box(left: 90.3, top: 61.8, right: 222.9, bottom: 200.1)
    let stimulus = try #require(
      try Self.stimuli(picture, target: target, scales: [1], size: size).first)
    let side = Double(min(picture.width, picture.height))
    let whole = Box(
      centerX: Double(picture.width) / 2, centerY: Double(picture.height) / 2, width: side,
      height: side)
    let expected = picture.resized(width: size, height: size, box: whole)
    #expect(stimulus.box == whole)
    // The patch is resampled on the same grid, its box rounded to single precision elsewhere.
    for (a, b) in zip(stimulus.pixels, expected.pixels) { #expect(abs(Int(a) - Int(b)) <= 1) }
  }

  @Test("the target takes as many pixels as the scale says", arguments: [0.5, 1, 1.5, 2, 2.5])
  func size(scale: Double) throws {
    let (picture, target) = Self.square(240)
    let stimulus = try #require(
      try Self.stimuli(picture, target: target, scales: [scale], size: 120).first)
    // Red columns in the middle row, counted where red is stronger than blue.
    let row = (0..<120).map { x in (60 * 120 + x) * 3 }
    let width = row.count { stimulus.pixels[$0] > stimulus.pixels[$0 + 2] }
    #expect(abs(Double(width) - 40 * scale) <= 2)
    // What the target neither covers nor covered stays.
    #expect(stimulus.pixels.prefix(3) == [60, 60, 160])
    #expect(stimulus.isUndersampled == (scale > 2))
    #expect(stimulus.sourceSide == 240 / scale)
  }

  @Test("below scale 1 nothing of the old target is left in the hole")
  func hole() throws {
    let (picture, target) = Self.square(240)
    let stimulus = try #require(
      try Self.stimuli(picture, target: target, scales: [0.25], size: 120).first)
    // The shrunken target and its soft edge stay within 20 pixels around the middle.
    for y in 0..<120 {
      for x in 0..<120 where abs(x - 60) > 12 || abs(y - 60) > 12 {
        let at = (y * 120 + x) * 3
        #expect(Array(stimulus.pixels[at..<at + 3]) == [60, 60, 160])
      }
    }
    #expect(stimulus.pixels[(60 * 120 + 60) * 3] == 220)
  }

  @Test("records the share of the enlarged box that is in the view")
  func visibleShare() throws {
    let picture = Picture(width: 200, height: 100, color: (5, 5, 5))
    // The view is columns 50…150. Scaled by 2 about (70, 50): columns 50…90; by 4: 30…110.
    let target = Box(left: 60, top: 40, right: 80, bottom: 60)
    let stimuli = try Self.stimuli(picture, target: target, scales: [1, 2, 4, 8], size: 20)
    #expect(stimuli.map(\.visibleShare) == [1, 1, 0.75, 0.390625])
    // A box half outside of the view at scale 1.
    let half = Box(left: 40, top: 40, right: 60, bottom: 60)
    #expect(
      try Self.stimuli(picture, target: half, scales: [1], size: 20).map(\.visibleShare) == [0.5])
  }

  @Test("an object keeps its shape and its backdrop stays", arguments: [0.5, 1, 2])
  func object(scale: Double) throws {
    // An opaque white disc of radius 20 in the middle of a transparent picture.
    let side = 120
    var pixels: [UInt8] = []
    for y in 0..<side {
      for x in 0..<side {
        let dx = Double(x) - 59.5
        let dy = Double(y) - 59.5
        pixels += dx * dx + dy * dy < 400 ? [255, 255, 255, 255] : [255, 0, 0, 0]
      }
    }
    let picture = Picture(width: side, height: side, channels: 4, pixels: pixels)
    let stimulus = try #require(
      try Self.stimuli(picture, target: nil, scales: [scale], size: side).first)
    let white = stride(from: 0, to: stimulus.pixels.count, by: 3).count {
      stimulus.pixels[$0] > 191
    }
    let expected = Double.pi * 400 * scale * scale
    #expect(abs(Double(white) - expected) < 0.03 * expected + 8)
    #expect(stimulus.pixels.prefix(3) == [128, 128, 128])
    // The invisible red comes through nowhere.
    for i in stride(from: 0, to: stimulus.pixels.count, by: 3) {
      #expect(stimulus.pixels[i] == stimulus.pixels[i + 1])
    }
    #expect(stimulus.visibleShare == 1)
  }

  @Test("an alpha mixes object and background")
  func alpha() throws {
    let pixels = (0..<16).flatMap { _ -> [UInt8] in [200, 100, 0, 51] }
    let picture = Picture(width: 4, height: 4, channels: 4, pixels: pixels)
    let stimulus = try #require(
      try Self.stimuli(picture, target: nil, scales: [1], size: 4).first)
    // 0.2 · colour + 0.8 · 128, each product rounded.
    for i in stride(from: 0, to: 48, by: 3) {
      #expect(abs(Int(stimulus.pixels[i]) - 142) <= 1)
      #expect(abs(Int(stimulus.pixels[i + 1]) - 122) <= 1)
      #expect(abs(Int(stimulus.pixels[i + 2]) - 102) <= 1)
    }
  }

  @Test("noise is the same for the same seed and name, and else another")
  func noise() throws {
    let picture = try Picture(contentsOfFile: Fixtures.path("pictures/rgba8.png"))
    func pixels(_ seed: UInt64, _ name: String) throws -> [[UInt8]] {
      try Self.stimuli(
        picture, target: nil, scales: [0.25, 0.5], size: 24, background: .noise, seed: seed,
        name: name
      ).map(\.pixels)
    }
    let first = try pixels(1, "a")
    #expect(try pixels(1, "a") == first)
    #expect(try pixels(2, "a") != first)
    #expect(try pixels(1, "b") != first)
    // The backdrop is not rescaled with the object.
    #expect(first[0].prefix(6) == first[1].prefix(6))
  }

  @Test("another picture lies behind an object")
  func background() throws {
    let picture = try Picture(contentsOfFile: Fixtures.path("pictures/rgba8.png"))
    let path = Fixtures.path("photographs/n01443537_goldfish.JPEG")
    let backdrop = try Picture(contentsOfFile: path)
    let stimulus = try #require(
      try Self.stimuli(picture, target: nil, scales: [0.1], size: 32, background: .file(path)).first
    )
    let side = Double(min(backdrop.width, backdrop.height))
    let expected = backdrop.resized(
      width: 32, height: 32,
      box: Box(
        centerX: Double(backdrop.width) / 2, centerY: Double(backdrop.height) / 2, width: side,
        height: side))
    #expect(stimulus.pixels.prefix(300) == expected.pixels.prefix(300))
  }

  @Test("the controls change what they should and nothing else")
  func controls() throws {
    let picture = try ZoomFixture.photograph("n01882714_koala")
    let target = Box(left: 170, top: 20, right: 230, bottom: 80)
    let stimuli = try Self.stimuli(
      picture, target: target, scales: [1, 1.5], size: 106,
      controls: [.blur, .spectrum, .sham, .surround])
    func stimulus(_ control: Control?) throws -> Stimulus {
      try #require(stimuli.first { $0.control == control && $0.scale == 1.5 })
    }
    let unzoomed = stimuli[0]
    /// Share of the pixels in a box of the stimulus that differ from the unzoomed one.
    func changed(_ stimulus: Stimulus, _ columns: Range<Int>, _ rows: Range<Int>) -> Double {
      var count = 0
      for y in rows {
        for x in columns {
          let at = (y * 106 + x) * 3
          if stimulus.pixels[at..<at + 3] != unzoomed.pixels[at..<at + 3] { count += 1 }
        }
      }
      return Double(count) / Double(columns.count * rows.count)
    }
    // One pixel of the stimulus is two of the photograph; the view begins at column 144.
    #expect(try changed(stimulus(.blur), 14..<42, 11..<39) > 0.8)
    #expect(try changed(stimulus(.blur), 60..<106, 0..<106) == 0)
    #expect(try changed(stimulus(.surround), 13..<43, 10..<40) == 0)
    #expect(try changed(stimulus(.surround), 60..<106, 60..<106) > 0.8)
    // Both begin with the unzoomed picture.
    for control in [Control.surround, .sham] {
      #expect(
        stimuli.first { $0.control == control && $0.scale == 1 }?.pixels == unzoomed.pixels)
    }
    /// Root mean square of the change from the unzoomed picture.
    func change(_ stimulus: Stimulus) -> Double {
      let squares = zip(stimulus.pixels, unzoomed.pixels).map { pow(Double($0) - Double($1), 2) }
      return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    }
    let ratio = try change(stimulus(.sham)) / change(stimulus(nil))
    #expect((1 / 1.25...1.25).contains(ratio))
    for stimulus in stimuli where stimulus.control != nil && stimulus.scale > 1 {
      #expect(stimulus.visibleShare == 1)
    }
  }

  @Test(
    "a sham shows background, where the target is shrunk too", arguments: [[0.5, 1], [1, 1.5]])
  func sham(scales: [Double]) throws {
    // Blocks of gray, tinted red where the target is.
    let side = 240
    let blocks = SpectraTests.noise(60, contrast: 80, seed: 2).pixels
    let target = Box(left: 20, top: 80, right: 100, bottom: 160)
    let pixels = (0..<side * side).flatMap { i -> [UInt8] in
      let (x, y) = (i % side, i / side)
      let level = blocks[3 * (y / 4 * 60 + x / 4)]
      let isTarget = (20..<100).contains(x) && (80..<160).contains(y)
      return isTarget ? [level + 40, level - 20, level - 20] : [level, level, level]
    }
    let stimuli = try Self.stimuli(
      Picture(width: side, height: side, pixels: pixels), target: target, scales: scales,
      size: 120, controls: [.sham])
    func redness(_ stimulus: Stimulus) -> Int {
      (0..<120 * 120).count { i in
        Int(stimulus.pixels[3 * i]) - Int(stimulus.pixels[3 * i + 1]) > 30
      }
    }
    let sham = try #require(stimuli.last)
    #expect(sham.control == .sham)
    // The largest patch may be target by 15 %.
    let patch = pow(40 * scales[1], 2)
    #expect(Double(redness(sham)) <= Double(redness(stimuli[0])) + 0.15 * patch)
  }

  @Test("a moat is as large as what shrinking bares, and leaves the target as it is")
  func moat() throws {
    let picture = try ZoomFixture.photograph("n02085620_Chihuahua")
    let target = Box(left: 80, top: 20, right: 180, bottom: 140)
    let stimuli = try Self.stimuli(
      picture, target: target, scales: [0.5, 0.8, 1], size: 75, controls: [.moat])
    let unchanged = stimuli[2]
    let moats = stimuli.suffix(3)
    #expect(moats.map(\.control) == [.moat, .moat, .moat])
    #expect(moats.last?.pixels == unchanged.pixels)
    for moat in moats.prefix(2) {
      var rows: Set<Int> = []
      var columns: Set<Int> = []
      for i in 0..<75 * 75
      where moat.pixels[3 * i..<3 * i + 3] != unchanged.pixels[3 * i..<3 * i + 3] {
        rows.insert(i / 75)
        columns.insert(i % 75)
      }
      let area =
        Double((rows.max() ?? 0) - (rows.min() ?? 0) + 1)
        * Double((columns.max() ?? 0) - (columns.min() ?? 0) + 1)
      // 20 × 24 pixels and two around them; sides are rounded.
      let expected = (1 - moat.scale * moat.scale) * 24 * 28
      #expect(abs(area - expected) < 60)
      // The target and its margin: columns 3…24, rows 4…28.
      #expect(columns.min() ?? 0 > 26 || rows.min() ?? 0 > 30)
    }
  }

  @Test("without a box or transparency, or with a box elsewhere, it is an error")
  func missingTarget() throws {
    let picture = Picture(width: 10, height: 10, color: (1, 1, 1))
    let boxes = [
      nil, Box(left: 10, top: 0, right: 20, bottom: 5), Box(left: 3, top: 3, right: 3, bottom: 9),
      Box(left: .nan, top: 0, right: 5, bottom: 5),
    ]
    for target in boxes {
      let error = #expect(throws: StimulusError.self) {
        try Self.stimuli(picture, target: target, scales: [1, 2], size: 8, name: "a.jpg")
      }
      #expect(error?.description.hasPrefix("a.jpg: ") == true)
    }
    let invisible = Picture(
      width: 2, height: 2, channels: 4, pixels: [UInt8](repeating: 0, count: 16))
    #expect(throws: StimulusError.self) {
      try Self.stimuli(invisible, target: nil, scales: [1], size: 8)
    }
  }

  @Test("works at every size of stimulus, photograph and target", arguments: [1, 2, 5, 33])
  func extremes(size: Int) throws {
    for side in [1, 2, 7, 50] {
      let picture = SpectraTests.noise(side, contrast: 100, seed: 5)
      let s = Double(side)
      for target in [
        picture.bounds, Box(left: 0, top: 0, right: s / 100, bottom: s / 100),
        Box(left: s * 0.9, top: s * 0.4, right: s, bottom: s * 0.41),
      ] {
        let stimuli = try Self.stimuli(
          picture, target: target, scales: [0.001, 0.3, 1], size: size,
          controls: ZoomProtocol.target.controls(atScales: [0.001]))
        for stimulus in stimuli {
          #expect(stimulus.pixels.count == size * size * 3)
          #expect((0...1).contains(stimulus.visibleShare))
        }
      }
    }
  }
}
