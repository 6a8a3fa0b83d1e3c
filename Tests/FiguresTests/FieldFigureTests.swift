import Analysis
import Figures
import Foundation
import Testing

@Suite("Figures of receptive fields")
struct FieldFigureTests {
  /// A node without statistics at three scales, of a network that takes 8 × 8 pixels.
  private static let results = """
    {"formatVersion": 1, "seed": 1, "model": "made up", "sha256": "", "input": [8, 8], "shown": "noise",
     "measure": "absolute", "positions": 1, "images": 4, "failed": [], "nodes": [
       {"name": "A", "theoretical":
         {"status": "local", "size": [5, 5], "stride": [1, 1], "start": [-2, -2], "inside": 1},
        "byScale": [{"scale": 1, "images": 4}, {"scale": 1.5, "images": 0}, {"scale": 2, "images": 4}]}]}
    """

  /// On a canvas of 17 × 17, the registered centre in its middle.
  private static func map(_ value: (_ row: Int, _ column: Int) -> Double) -> FieldMap {
    FieldMap(
      height: 17, width: 17, values: (0..<17 * 17).map { value($0 / 17, $0 % 17) })
  }

  @Test("draw a map that is the same everywhere, say so, and of one without mass that it is zero")
  func degenerate() throws {
    let results = try JSONDecoder().decode(FieldResults.self, from: Data(Self.results.utf8))
    let maps = [
      Self.map { _, _ in 0.3 }, Self.map { _, _ in 0 }, Self.map { 1 / Double($0 + $1 + 1) },
    ]
    let canvas = RecordingCanvas()
    FieldMapFigure(results, maps: [maps]).drawing(with: try Fonts()).draw(canvas)
    let texts = canvas.texts.map(\.string)
    #expect(texts.count { $0 == "the same everywhere" } == 1)
    #expect(texts.count { $0 == "zero everywhere" } == 1)
    // The colour bar is no picture.
    #expect(canvas.pictures.count == 2)
  }

  /// Two nodes of a network that takes 64 × 64 pixels, at two scales, the first of given size.
  private static func wide(_ size: [Int] = [5, 5]) throws -> FieldResults {
    func node(_ name: String, _ size: [Int]) -> String {
      """
      {"name": "\(name)", "theoretical":
        {"status": "local", "size": \(size), "stride": [1, 1], "start": [-2, -2], "inside": 1},
       "byScale": [{"scale": 1, "images": 1}, {"scale": 2, "images": 1}]}
      """
    }
    let text = """
      {"formatVersion": 1, "seed": 1, "model": "made up", "sha256": "", "input": [64, 64],
       "shown": "photographs", "protocol": "crop", "measure": "absolute", "positions": 1, "images": 1, "failed": [],
       "nodes": [\(node("A", size)), \(node("B", [9, 9]))]}
      """
    return try JSONDecoder().decode(FieldResults.self, from: Data(text.utf8))
  }

  /// A Gaussian of σ = 4 pixels in the middle of a canvas of 129 × 129; of the 64 × 64 that are shown its middle is
  /// (32, 32).
  private static func bell(_ height: Double) -> FieldMap {
    FieldMap(
      height: 129, width: 129,
      values: (0..<129 * 129).map { place in
        let (y, x) = (Double(place / 129 - 64), Double(place % 129 - 64))
        return height * exp(-(y * y + x * x) / 32)
      })
  }

  private static func maps(_ heights: [[Double]]) -> [[FieldMap]] { heights.map { $0.map(bell) } }

  @Test("have contours where a Gaussian has 50 and 90 % of its mass")
  func contours() throws {
    let canvas = try RecordingCanvas(
      FieldMapFigure(Self.wide(), maps: Self.maps([[1, 1], [1, 1]])))
    #expect(canvas.pictures.count == 4)
    // Smoothing adds a variance of 2 to 16: the disc with a share p has the radius σ √(−2 ln(1 − p)).
    for (color, share) in [(Palette.vermilion, 0.5), (Palette.paper, 0.9)] {
      let radius = (-2 * log(1 - share) * 18).squareRoot()
      for frame in canvas.pictures {
        let unit = frame.width / 64
        let edges = canvas.lines(color).filter { $0.clip == frame && $0.points.count == 2 }
        // A polygon of pixels' edges about a disc: 8 radii of them.
        #expect(abs(Double(edges.count) - 8 * radius) < 8, "\(share): \(edges.count)")
        for edge in edges {
          let middle = Point(
            (edge.points[0].x + edge.points[1].x) / 2 - frame.x,
            (edge.points[0].y + edge.points[1].y) / 2 - frame.y)
          let distance = hypot(middle.x / unit - 32.5, middle.y / unit - 32.5)
          #expect(abs(distance - radius) < 0.8, "\(share): \(distance), expected \(radius)")
        }
      }
    }
  }

  @Test(
    "have the theoretical frame about the pixels that it is made of",
    arguments: [
      // Of an even number of pixels the middle is the later one of two.
      ([5, 5], 30, 30), ([4, 4], 30, 30), ([5, 4], 30, 30), ([4, 7], 30, 29), ([1, 12], 32, 26),
    ])
  func frame(_ size: [Int], _ top: Int, _ left: Int) throws {
    let canvas = try RecordingCanvas(
      FieldMapFigure(Self.wide(size), maps: Self.maps([[1, 1], [1, 1]])))
    for frame in canvas.pictures.prefix(2) {
      let unit = frame.width / 64
      let outline = try #require(canvas.lines(Palette.orange).first { $0.clip == frame })
      let (xs, ys) = (outline.points.map(\.x), outline.points.map(\.y))
      let found =
        [ys.min(), ys.max()].map { (($0 ?? 0) - frame.y) / unit }
        + [xs.min(), xs.max()].map { (($0 ?? 0) - frame.x) / unit }
      let expected = [top, top + size[0], left, left + size[1]].map(Double.init)
      for (found, expected) in zip(found, expected) {
        #expect(abs(found - expected) < 1e-9, "\(size): \(found), expected \(expected)")
      }
    }
  }

  @Test("have one colour scale a row, and its bar beside it")
  func colors() throws {
    let canvas = try RecordingCanvas(
      FieldMapFigure(Self.wide(), maps: Self.maps([[1, 0.25], [0.002, 0.004]])))
    let middles = canvas.images.map { image in
      (0..<3).map { Double(image.rgb[3 * (32 * 64 + 32) + $0]) / 255 }
    }
    for (found, share) in zip(middles, [1, 0.25, 0.5, 1]) {
      // Of 256 colours the nearest.
      let expected = Palette.scale(Int((255 * share).rounded()), of: 256)
      for (part, own) in zip([expected.red, expected.green, expected.blue], found) {
        #expect(abs(part - own) < 0.003, "\(share)")
      }
    }
    let labels = canvas.texts.map(\.string)
    #expect(labels.count { $0 == "0" } == 2 && labels.contains("1") && labels.contains("0.004"))
    for row in 0..<2 {
      let frame = canvas.pictures[2 * row + 1]
      let bar = canvas.marks.filter {
        $0.isFilled && $0.points[0].x > frame.right && $0.points[0].y >= frame.y - 1e-9
          && $0.points[0].y < frame.bottom
      }
      #expect(bar.count >= 32)
      for (place, color) in [(bar.first, 255), (bar.last, 0)] {
        let expected = Palette.scale(color, of: 256)
        let found = try #require(place).color
        #expect(abs(found.red - expected.red) < 0.02 && abs(found.green - expected.green) < 0.02)
      }
    }
  }

  @Test(
    "lie over the photograph's greys, its middle where the position looks; over none where there are several"
  )
  func photograph() throws {
    let photograph = StimulusImage(
      scale: 1, width: 64, height: 64,
      rgb: (0..<64 * 64).flatMap { place -> [UInt8] in
        let gray = UInt8(2 * (place / 64) + place % 64)
        return [gray, gray, gray]
      })
    let maps = Self.maps([[1, 1], [1, 1]])
    let centres = [FieldMap.Point(row: 20, column: 40), FieldMap.Point(row: 32, column: 32)]
    let canvas = try RecordingCanvas(
      FieldMapFigure(Self.wide(), maps: maps, stimuli: [photograph, photograph], centres: centres))
    for (place, image) in canvas.images.enumerated() {
      let centre = centres[place / 2]
      // Corners and edges, where next to nothing of the map is.
      for (row, column) in [(0, 0), (0, 63), (63, 0), (63, 63), (13, 1), (1, 30)] {
        let (y, x) = (row - 32 + Int(centre.row), column - 32 + Int(centre.column))
        let isInside = (0..<64).contains(y) && (0..<64).contains(x)
        let gray = isInside ? UInt8(2 * y + x) : 255
        let start = 3 * (row * 64 + column)
        #expect(image.rgb[start..<start + 3].allSatisfy { abs(Int($0) - Int(gray)) <= 2 })
      }
      // In the middle the map's own colour shows through.
      let own = Palette.scale(255, of: 256)
      let start = 3 * (32 * 64 + 32)
      #expect(Double(image.rgb[start + 1]) > Double(image.rgb[start]) + 30 && own.green > own.red)
    }
    #expect(canvas.words.contains("the photograph in greys"))
    let several = try RecordingCanvas(
      FieldMapFigure(Self.wide(), maps: maps, stimuli: [photograph], centres: centres))
    #expect(!several.words.contains("in greys") && several.images[0].rgb[0] < 80)
  }
}
