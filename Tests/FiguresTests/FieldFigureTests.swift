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
}
