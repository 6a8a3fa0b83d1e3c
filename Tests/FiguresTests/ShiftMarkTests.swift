import Analysis
import Figures
import Testing

@Suite("A shift's star")
struct ShiftMarkTests {
  private func texts(_ results: ZoomResults) throws -> (strings: [String], canvas: RecordingCanvas)
  {
    let canvas = RecordingCanvas()
    ShiftOverDepth(results: results).drawing(with: try Fonts()).draw(canvas)
    return (canvas.texts.map(\.string), canvas)
  }

  @Test("stands where the verdict is larger or smaller, and nowhere else")
  func verdicts() throws {
    let results = try MadeUpResults(verdicts: Verdict.allCases).make()
    #expect(
      results.units.map { ShiftOverDepth.isMarked($0.shift) }
        == Verdict.allCases.map { [.larger, .smaller].contains($0) } + [false, false, false])
    let words = try texts(results).strings.joined(separator: " ")
    for verdict in Verdict.allCases { #expect(words.contains(verdict.rawValue)) }
    #expect(words.contains("Holm over 5") && words.contains("not beyond spectrum"))
    #expect(words.contains("could have seen 0.0040") && words.contains("beyond every control"))
    #expect(words.contains("the slope beyond spectrum, surround and the slope under psf"))
  }

  @Test("does not stand, and is not explained, where nothing is judged")
  func withheld() throws {
    var results = try MadeUpResults().make()
    results.withheld = "No verdicts: for a reason."
    let words = try texts(results).strings
    #expect(words.contains("No verdicts: for a reason."))
    #expect(!words.contains("beyond every control") && !words.contains("smaller than matters"))
  }

  @Test(
    "has every control beside it, known or not", arguments: [["blur"], ["psf", "gate", "other"]])
  func controls(_ names: [String]) throws {
    let words = try texts(try MadeUpResults(controls: names).make()).strings
    for name in names { #expect(words.contains(name)) }
    #expect(!words.contains("spectrum"))
  }
}
