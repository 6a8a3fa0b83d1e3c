import Analysis
import Figures
import Foundation
import Networks
import Testing

@Suite("The figure of an ablation")
struct AblationFigureTests {
  /// Made-up variants, every third of three branches and the last without attention, through the JSON
  /// of `ablation.json`.
  private func results(variants: Int, units: Int, seeds: Int) throws -> AblationResults {
    func estimate(_ value: Double, _ reach: Double) -> [String: Any] {
      ["mean": value, "interval": seeds > 1 ? [value - reach, value + reach] : []]
    }
    let architecture = try JSONSerialization.jsonObject(
      with: JSONEncoder().encode(Catalogue.entry(named: "sknet26-tiny").architecture))
    let document: [String: Any] = [
      "formatVersion": 2, "name": "made up", "reference": "variant 0",
      "training": [
        "classes": 40, "pictures": 8000, "validationPictures": 2000, "epochs": 10, "size": 32,
        "seeds": Array(1...seeds),
      ] as [String: Any],
      "zoom": [
        "protocol": "crop", "from": 1, "to": 2, "photographs": 400, "isConfounded": false,
      ] as [String: Any],
      "variants": (0..<variants).map { variant -> [String: Any] in
        let error = 0.5 + 0.01 * Double(variant * 5 % 7)
        var row: [String: Any] = [
          "name": "variant \(variant)", "architecture": architecture,
          "parameters": 1_000_000 + 70_000 * variant, "macs": 10_000_000 + 900_000 * variant,
          "errors": (0..<seeds).map { error + 0.005 * Double($0) },
          "error": estimate(error, 0.03), "units": [Any](), "lesions": [Any](),
        ]
        if variant % 2 == 0 {
          row["paper"] = ["error": 20.5 + 0.2 * Double(variant), "certainty": "remembered"]
        }
        guard variant < variants - 1 else { return row }
        row["measure"] = variant % 3 == 2 ? "expectedKernelSize" : "attentionDifference"
        row["units"] = (0..<units).map { unit -> [String: Any] in
          let slope = 0.01 * Double((variant + unit) % 5 - 2)
          let excess = 0.005 * Double((variant + unit) % 3 - 1)
          return [
            "name": "SK_\(2 + unit / 2)_\(unit % 2 + 1)", "shift": estimate(slope, 0.01),
            "slope": estimate(slope, 0.01), "excess": estimate(excess, 0.01),
          ]
        }
        return row
      },
      "contrasts": (1..<variants).map { variant -> [String: Any] in
        var contrast: [String: Any] = [
          "plan": ["variant": "variant \(variant)", "reference": "variant 0"],
          "difference": estimate(0.01 * Double(variant * 5 % 7), 0.03),
        ]
        if variant % 2 == 0 { contrast["paper"] = 0.002 * Double(variant) }
        return contrast
      },
    ]
    return try JSONDecoder().decode(
      AblationResults.self, from: JSONSerialization.data(withJSONObject: document))
  }

  @Test(
    "keeps its texts apart, off the data and on the page, its marks inside their axes",
    arguments: [(2, 1, 1), (5, 4, 3), (11, 8, 3), (16, 16, 10)])
  func layout(_ variants: Int, _ units: Int, _ seeds: Int) throws {
    let fonts = try Fonts()
    let results = try results(variants: variants, units: units, seeds: seeds)
    let drawing = AblationFigure(results: results).drawing(with: fonts)
    let canvas = RecordingCanvas()
    drawing.draw(canvas)
    let page = Rect(x: 0, y: 0, width: drawing.width, height: drawing.height)
    // Error, difference, two sizes; shift and excess of each measure.
    #expect(canvas.clips.count == 4 + 2 * (variants > 3 ? 2 : 1))
    canvas.expectTextsApart(on: page, fonts)
    for mark in canvas.marks {
      let frame = (mark.clip ?? page).grown(by: 0.1)
      #expect(mark.points.allSatisfy(frame.contains))
    }
    // A mean and the seeds of every variant.
    let marks = canvas.marks.filter { $0.clip == canvas.clips[0] && $0.points.count > 2 }
    #expect(marks.count == variants * (1 + seeds))
  }

  @Test("says what the numbers rest on")
  func words() throws {
    let canvas = RecordingCanvas()
    AblationFigure(results: try results(variants: 5, units: 4, seeds: 3))
      .drawing(with: try Fonts()).draw(canvas)
    let text = canvas.texts.map(\.string).joined(separator: " ")
    #expect(text.contains("40 classes, 8000 pictures to learn from and 2000 to judge by"))
    #expect(text.contains("Student’s over seeds"))
    #expect(text.contains("Planned differences of error") && text.contains("the paper"))
  }
}
