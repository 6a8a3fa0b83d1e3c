import Figures
import Foundation
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("A figure's file")
struct FigureFileTests {
  private let run = MadeUpResults(classes: 16)

  private func figures() throws -> [any Figure] {
    let results = try run.make()
    return [
      Figure3Examples(examples: [run.example()], results: results),
      Figure3Average(results: results, profile: run.averageProfile()), Figure4(results: results),
      ShiftOverDepth(results: results),
    ]
  }

  @Test("has the paper's number or says what it shows")
  func names() throws {
    #expect(
      try figures().map(\.name) == ["figure-3ab", "figure-3c", "figure-4", "shift-over-depth"])
  }

  @Test("is the same to the byte every time", arguments: FigureFormat.allCases)
  func deterministic(_ format: FigureFormat) throws {
    for figure in try figures() {
      #expect(try figure.data(format: format) == figure.data(format: format), "\(figure.name)")
    }
  }

  @Test("is a PNG of 200 pixels to the inch")
  func png() throws {
    for figure in try figures() {
      let drawing = figure.drawing(with: try Fonts())
      let bytes = try figure.data(format: .png)
      #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
      // IHDR follows the signature: length, name, then width and height, big-endian.
      let side = { (at: Int) in bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
      #expect(side(16) == Int((drawing.width * 200 / 72).rounded(.up)))
      #expect(side(20) == Int((drawing.height * 200 / 72).rounded(.up)))
    }
  }

  @Test("is well-formed SVG")
  func svg() throws {
    for figure in try figures() {
      let parser = XMLParser(data: Data(try figure.data(format: .svg)))
      #expect(parser.parse(), "\(figure.name): \(String(describing: parser.parserError))")
    }
  }

  @Test("is a PDF whose text can be selected and whose fonts are embedded")
  func pdf() throws {
    try withFolder { folder in
      let path = folder + "/figure.pdf"
      try ShiftOverDepth(results: try run.make()).write(toFile: path, format: .pdf)
      guard let text = try output(of: "pdftotext", ["-layout", path, "-"]),
        let fonts = try output(of: "pdffonts", [path])
      else {
        _ = isThere(false, else: "PDF text and fonts for want of poppler-utils")
        return
      }
      for expected in ["SK_2_1", "stage 5", "spectrum", "\u{2212}0.0", "1.25×"] {
        #expect(text.contains(expected))
      }
      let rows = fonts.split(separator: "\n").dropFirst(2)
      #expect(!rows.isEmpty)
      for row in rows {
        #expect(row.contains("DejaVuSans"))
        // The columns at the end: embedded, subset, with Unicode, two numbers of the object.
        #expect(row.split(separator: " ").dropLast(2).suffix(3) == ["yes", "yes", "yes"])
      }
    }
  }

  @Test("replaces another file whole and leaves nothing beside it")
  func atomic() throws {
    try withFolder { folder in
      let path = folder + "/figure.svg"
      try Data("older".utf8).write(to: URL(filePath: path))
      let figure = Figure4(results: try run.make())
      try figure.write(toFile: path, format: .svg)
      #expect(try Array(Data(contentsOf: URL(filePath: path))) == figure.data(format: .svg))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["figure.svg"])
    }
  }

  @Test("names the file that cannot be written and says why")
  func unwritable() throws {
    try withFolder { folder in
      let figure = Figure4(results: try run.make())
      let path = folder + "/missing/figure.png"
      #expect {
        try figure.write(toFile: path, format: .png)
      } throws: { error in
        "\(error)" == "\(path): cannot be written: No such file or directory"
      }
      // A folder stands where the file should go.
      #expect {
        try figure.write(toFile: folder, format: .png)
      } throws: { error in
        "\(error)" == "\(folder): exists and is not a regular file"
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  @Test("needs its font, and says which package has it")
  func missingFont() throws {
    #expect {
      try Fonts(family: "No Such Typeface")
    } throws: { error in
      "\(error)".contains("'No Such Typeface'") && "\(error)".contains("fonts-dejavu-core")
    }
  }

  @Test("replaces characters that the font lacks")
  func missingCharacter() throws {
    let fonts = try Fonts()
    let replaced = fonts.width(of: "\u{FFFD}", size: 10)
    #expect(fonts.width(of: "\u{91D1}", size: 10) == replaced)
    #expect(fonts.width(of: "é\u{2212}×★", size: 10) != 4 * replaced)
  }

  @Test("spells out what cannot be seen", arguments: [("\0", "\\u{0}"), ("\n", "\\n")])
  func unseenCharacter(_ text: String, _ spelling: String) throws {
    let fonts = try Fonts()
    #expect(fonts.width(of: text, size: 10) == fonts.width(of: spelling, size: 10))
  }

  @Test("stays within Cairo's largest picture however many panels it has")
  func manyPanels() throws {
    let examples = Array(repeating: run.example(side: 8), count: 60)
    let bytes = try Figure3Examples(examples: examples, results: try run.make())
      .data(format: .png)
    #expect(!bytes.isEmpty)
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "figures-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  /// What a program prints, or nil if it is not installed.
  private func output(of program: String, _ arguments: [String]) throws -> String? {
    let path = "/usr/bin/" + program
    guard FileManager.default.isExecutableFile(atPath: path) else { return nil }
    return try ProgramRun(URL(filePath: path), arguments).output
  }
}
