import Figures
import Testing

@Suite("A contact sheet")
struct ContactSheetTests {
  private static func picture(_ scale: Double) -> StimulusImage {
    StimulusImage(scale: scale, width: 2, height: 2, rgb: [UInt8](repeating: 9, count: 12))
  }

  @Test("has every picture in its column, and texts apart", arguments: [1, 2, 5, 14])
  func layout(columns: Int) throws {
    let scales = (0..<columns).map { 1 + Double($0) / 4 }
    let rows = [
      ContactSheet.Row(label: "zoom", pictures: scales.map(Self.picture)),
      ContactSheet.Row(
        label: "aperture-content", pictures: [nil] + scales.dropFirst().map(Self.picture)),
      ContactSheet.Row(label: "sham", pictures: scales.map { _ in nil }),
    ]
    let sheet = ContactSheet(
      name: "contact-sheet-1", title: "Stimuli", scales: scales,
      photographs: [
        ContactSheet.Photograph(title: "a.png", rows: rows),
        ContactSheet.Photograph(
          title: String(repeating: "a long name ", count: 30), rows: Array(rows.prefix(1))),
      ])
    let fonts = try Fonts()
    let drawing = sheet.drawing(with: fonts)
    let page = Rect(x: 0, y: 0, width: drawing.width, height: drawing.height)
    let canvas = RecordingCanvas()
    drawing.draw(canvas)
    canvas.expectTextsApart(on: page, fonts)
    #expect(canvas.pictures.count == 3 * columns - 1)
    let texts = canvas.texts.map { fonts.box(of: $0) }
    for (index, frame) in canvas.pictures.enumerated() {
      #expect(page.contains(frame))
      #expect(abs(frame.width - frame.height) < 1e-9)
      #expect(!canvas.pictures[(index + 1)...].contains { $0.intersects(frame) })
      #expect(!texts.contains { $0.intersects(frame) })
    }
    // The missing picture's column stays empty.
    #expect(
      Set(canvas.pictures.prefix(columns).map(\.x)) == Set(canvas.pictures.suffix(columns).map(\.x))
    )
    #expect(canvas.texts.contains { $0.string == "none of this photograph" })
  }

  @Test("of nothing says so")
  func nothing() throws {
    let sheet = ContactSheet(name: "a", title: "Stimuli", scales: [1], photographs: [])
    let canvas = RecordingCanvas()
    sheet.drawing(with: try Fonts()).draw(canvas)
    #expect(canvas.texts.contains { $0.string.contains("nothing to show") })
  }
}
