import Figures
import Testing

@Suite("A class in figure 4")
struct ClassNameTests {
  @Test("is called by its name, a long one cut short, or by its id if it has none")
  func names() throws {
    let results = try MadeUpResults(classes: 16).make()
    let canvas = RecordingCanvas()
    Figure4(results: results).drawing(with: try Fonts()).draw(canvas)
    let texts = canvas.texts.map(\.string)
    for result in results.classes {
      guard let name = result.name else {
        #expect(texts.contains(result.id))
        continue
      }
      #expect(!texts.contains(result.id))
      let isShort = texts.contains(name)
      let isCut = texts.contains { $0.hasSuffix("…") && name.hasPrefix($0.dropLast()) }
      #expect(isShort || isCut, "\(name)")
      #expect(isShort == (name.count < 30))
    }
  }
}
