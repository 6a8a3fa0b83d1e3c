import Analysis
import Figures
import Foundation
import Testing

@Suite("The figure of fields' sizes")
struct FieldSizesFigureTests {
  /// Total, selection, content and gate with their intervals, at 1.5× and at 2×.
  private static let terms: [(color: Color, name: String, values: [[Double]])] = [
    (Palette.ink, "total", [[0.5, 0.2, 0.7], [1, 0.6, 1.5]]),
    (Palette.vermilion, "selection", [[-0.1, -0.3, 0.2], [-0.4, -0.5, -0.1]]),
    (Palette.blue, "content", [[0.2, 0.1, 0.3], [0.9, 0.7, 1.2]]),
    (Palette.purple, "gate", [[0.4, 0.35, 0.6], [0.5, 0.1, 0.8]]),
  ]

  private static func results() throws -> FieldResults {
    func estimate(_ values: [Double]) -> String {
      "{\"mean\": \(values[0]), \"interval\": [\(values[1]), \(values[2])]}"
    }
    func scale(_ scale: Double, _ step: Int?) -> String {
      let sigma = estimate([3 + scale, 2.5 + scale, 3.5 + scale])
      let zero = estimate([0, 0, 0])
      let parts = step.map { step in
        terms.map { "\"\($0.name)\": " + estimate($0.values[step]) }.joined(separator: ", ")
          + ", \"interaction\": \(zero), \"selectionOrders\": [\(zero), \(zero)]"
      }
      return """
        {"scale": \(scale), "images": 9, "effective": {"squares": [], "areas": [], "sigma": [\(sigma), \(sigma)],
          "offset": [\(zero), \(zero)], "centreOfMass": [\(zero), \(zero)], "averageSigma": [1, 1]}
         \(parts.map { ", \"decomposition\": {\($0)}" } ?? "")}
        """
    }
    let text = """
      {"formatVersion": 1, "seed": 1, "model": "made up", "sha256": "", "input": [64, 64],
       "shown": "photographs", "protocol": "crop", "measure": "absolute", "positions": 1, "images": 9, "failed": [],
       "nodes": [{"name": "A", "theoretical":
         {"status": "local", "size": [5, 5], "stride": [1, 1], "start": [-2, -2], "inside": 1},
        "byScale": [\(scale(1, nil)), \(scale(1.5, 0)), \(scale(2, 1))]}]}
      """
    return try JSONDecoder().decode(FieldResults.self, from: Data(text.utf8))
  }

  @Test("draws every term of what a field changes by, each with its interval")
  func terms() throws {
    let canvas = try RecordingCanvas(FieldSizesFigure(Self.results()))
    let frames = canvas.clips
    #expect(frames.count == 2)
    let right = try #require(frames.max { $0.x < $1.x })
    // All places follow from two of them.
    var pairs: [(value: Double, y: Double)] = []
    for term in Self.terms {
      let lines = canvas.lines(term.color).filter { $0.clip == right && $0.points.count == 2 }
      let intervals = lines.filter { $0.points[0].x == $0.points[1].x }.sorted {
        $0.points[0].x < $1.points[0].x
      }
      let joined = lines.filter { $0.points[0].x != $0.points[1].x }
      #expect(intervals.count == 2 && joined.count == 1, "\(term.name)")
      for (step, values) in term.values.enumerated() where intervals.count == 2 {
        let places = intervals[step].points.map(\.y)
        pairs.append((values[0], try #require(joined.first).points[step].y))
        pairs.append((min(values[1], values[2]), try #require(places.max())))
        pairs.append((max(values[1], values[2]), try #require(places.min())))
      }
      #expect(canvas.areas(term.color).count { $0.clip == right } == 2, "\(term.name)")
    }
    #expect(pairs.count == 24)
    let (first, last) = (pairs[0], pairs[5])
    let slope = (last.y - first.y) / (last.value - first.value)
    #expect(slope < 0)
    for pair in pairs {
      #expect(abs(first.y + slope * (pair.value - first.value) - pair.y) < 1e-9)
      #expect((right.y...right.bottom).contains(pair.y))
    }
    for name in ["selection", "content", "through the gates", "measured, and its change"] {
      #expect(canvas.texts.contains { $0.string == name }, "\(name)")
    }
    // On the left the measured spread at three scales.
    let left = try #require(frames.min { $0.x < $1.x })
    #expect(canvas.areas(Palette.ink).count { $0.clip == left } == 3)
  }
}
