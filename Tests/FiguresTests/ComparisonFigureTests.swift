import Analysis
import Figures
import Foundation
import Testing

@Suite("The figure of a comparison")
struct ComparisonFigureTests {
  /// A comparison of runs with numbers of a likely size, through the JSON of `compare.json`.
  static func comparison(
    runs: Int, units: Int, hasExcess: Bool = true, matching: String = "name",
    everywhere: String? = nil
  ) throws -> Comparison {
    func estimate(_ run: Int, _ unit: Int) -> [String: Any] {
      let mean = 0.03 * Double((7 * unit + 3 * run) % 11 - 5) / 5
      let values: [Any] = [mean, mean - 0.01, mean + 0.02].map { everywhere ?? $0 as Any }
      return ["mean": values[0], "interval": [values[1], values[2]]]
    }
    func row(_ name: String, _ stage: Int, _ unit: Int) -> [String: Any] {
      let entries = (0..<runs).map { run -> Any in
        // The last run lacks a unit.
        guard run < runs - 1 || unit != 1 else { return NSNull() }
        var entry: [String: Any] = [
          "name": name, "shift": estimate(run, unit), "slope": estimate(run, unit),
        ]
        if hasExcess { entry["excess"] = estimate(run, unit + 1) }
        if run > 0 { entry["difference"] = estimate(run, unit + 2) }
        return entry
      }
      return ["name": name, "stage": stage, "entries": entries]
    }
    let stages = min(units, 4)
    let document: [String: Any] = [
      "formatVersion": 2, "seed": 1,
      "primary": [
        "units": ["SK_2_1"], "direction": "larger", "smallestEffects": [0.006], "isDeclared": false,
      ],
      "measure": "attentionDifference", "matching": matching,
      "runs": (0..<runs).map { run in
        var description: [String: Any] = [
          "label": run == 1 ? String(repeating: "a long name ", count: 12) : "run-\(run)",
          "model": "sknet26-tiny", "sha256": "00", "precision": "f32",
          "protocol": "crop", "ends": [1, 2],
          "headline": ["images": 16, "undersampled": run, "isConfounded": false],
        ]
        if run < 3 { description["pairs"] = 16 }
        return description
      },
      "units": (0..<units).map { row("SK_\(2 + $0 * stages / units)_\($0 + 1)", 2, $0) },
      "stages": (0..<stages).map { row("stage \($0 + 2)", $0 + 2, units + $0) },
    ]
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(
      Comparison.self, from: JSONSerialization.data(withJSONObject: document))
  }

  private func recorded(_ comparison: Comparison) throws -> (page: Rect, canvas: RecordingCanvas) {
    let drawing = ComparisonFigure(comparison).drawing(with: try Fonts())
    let canvas = RecordingCanvas()
    drawing.draw(canvas)
    return (Rect(x: 0, y: 0, width: drawing.width, height: drawing.height), canvas)
  }

  @Test(
    "keeps its texts apart, off the data and on the page, its marks inside their axes",
    arguments: [2, 5, 9], [1, 8, 16, 33])
  func layout(_ runs: Int, _ units: Int) throws {
    let fonts = try Fonts()
    let (page, canvas) = try recorded(
      Self.comparison(runs: runs, units: units, matching: units == 8 ? "depth" : "name"))
    #expect(canvas.clips.count == 3)
    #expect(Set(canvas.clips.map(\.x)).count == 1)
    canvas.expectTextsApart(on: page, fonts)
    for mark in canvas.marks {
      let frame = (mark.clip ?? page).grown(by: 0.1)
      #expect(mark.points.allSatisfy(frame.contains))
    }
    #expect(canvas.texts.allSatisfy { $0.size >= 6.5 })
  }

  @Test(
    "marks every run's shift and excess in every unit that has them, and the later runs' difference"
  )
  func marks() throws {
    func marks(_ comparison: Comparison) throws -> [Int] {
      let canvas = try recorded(comparison).canvas
      // An interval has two ends, a marker's outline more corners.
      return canvas.clips.map { clip in
        canvas.marks.count { $0.clip == clip && $0.points.count > 2 }
      }
    }
    // 8 units and 4 stages, without the one that the last run lacks.
    #expect(try marks(Self.comparison(runs: 3, units: 8)) == [35, 35, 23])
    #expect(try marks(Self.comparison(runs: 3, units: 8, hasExcess: false)) == [35, 23])
  }

  @Test("says which run is which, how units were matched and what is paired")
  func words() throws {
    let canvas = try recorded(Self.comparison(runs: 4, units: 8, matching: "depth")).canvas
    let text = canvas.texts.map(\.string).joined(separator: " ")
    #expect(
      text.contains(
        "run-0: sknet26-tiny · protocol crop from 1.0× to 2.0× · 16 photographs · f32."))
    #expect(text.contains("nearest relative depth within the stage"))
    #expect(text.contains("not paired: run-3"))
    #expect(text.contains("Left out: 2 photographs"))
    #expect(text.contains("Slope minus that of run-0"))
  }

  @Test(
    "leaves gaps for what is not finite, and says what is missing when there is nothing to draw")
  func nothing() throws {
    let (page, canvas) = try recorded(Self.comparison(runs: 2, units: 8, everywhere: "nan"))
    #expect(page.height.isFinite)
    #expect(canvas.marks.allSatisfy { $0.points.allSatisfy { $0.x.isFinite && $0.y.isFinite } })
    let empty = try recorded(Self.comparison(runs: 2, units: 0)).canvas
    #expect(empty.texts.count >= 2 && empty.marks.isEmpty)
  }
}
