import Analysis
import Figures
import Testing

/// A run whose figures are laid out.
struct LayoutCase: CustomTestStringConvertible {
  var unitsPerStage: [Int]
  var scales: [Double]
  var classes = 0

  var testDescription: String {
    "\(unitsPerStage) units, \(scales.count) scales, \(classes) classes"
  }

  static let all: [LayoutCase] = {
    let two = [1, 2.0]
    let five = [1, 1.25, 1.5, 1.75, 2]
    let nine = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3]
    return [[1], [1, 1], [2, 2, 2, 2], [3, 4, 6, 3], [3, 4, 23, 3]].flatMap { units in
      zip([two, five, nine], [1, 16, 200]).map { scales, classes in
        LayoutCase(unitsPerStage: units, scales: scales, classes: classes)
      }
    } + [
      LayoutCase(unitsPerStage: [33], scales: five, classes: 45),
      LayoutCase(unitsPerStage: [1, 30, 1, 1], scales: five, classes: 46),
      LayoutCase(unitsPerStage: [3, 4, 23, 3], scales: five, classes: 1000),
      LayoutCase(unitsPerStage: [1, 1, 1, 1, 1, 1, 1, 1], scales: [1, 2], classes: 2),
    ]
  }()

  /// Every figure of the run, with all that can be in it.
  func figures(_ change: (inout MadeUpResults) -> Void = { _ in }) throws -> [any Figure] {
    var run = MadeUpResults(unitsPerStage: unitsPerStage, scales: scales, classes: classes)
    change(&run)
    let results = try run.make()
    return [
      Figure3Examples(
        examples: [
          run.example(), run.example(title: String(repeating: "a long name ", count: 20)),
        ],
        results: results),
      Figure3Average(results: results, profile: run.averageProfile()), Figure4(results: results),
      ShiftOverDepth(results: results),
    ]
  }
}

@Suite("The layout of a figure")
struct LayoutTests {
  private let fonts: Fonts

  init() throws { fonts = try Fonts() }

  private func recorded(_ figure: any Figure) -> (page: Rect, canvas: RecordingCanvas) {
    let drawing = figure.drawing(with: fonts)
    let canvas = RecordingCanvas()
    drawing.draw(canvas)
    return (Rect(x: 0, y: 0, width: drawing.width, height: drawing.height), canvas)
  }

  @Test("has no text over another", arguments: LayoutCase.all)
  func textsApart(_ layout: LayoutCase) throws {
    for figure in try layout.figures() {
      let texts = recorded(figure).canvas.texts
      #expect(texts.count > 4)
      let boxes = texts.map { fonts.box(of: $0) }
      let pairs = boxes.indices.flatMap { first in
        boxes.indices.filter { $0 > first && boxes[$0].intersects(boxes[first]) }
          .map { "'\(texts[first].string)' and '\(texts[$0].string)'" }
      }
      #expect(pairs.isEmpty, "\(figure.name)")
    }
  }

  @Test("keeps text and pictures on the page and off the data", arguments: LayoutCase.all)
  func textsOutsidePlots(_ layout: LayoutCase) throws {
    for figure in try layout.figures() {
      let (page, canvas) = recorded(figure)
      #expect(!canvas.clips.isEmpty)
      let obstacles = canvas.clips + canvas.pictures
      let misplaced = canvas.texts.filter { text in
        let box = fonts.box(of: text)
        return !page.contains(box) || obstacles.contains { $0.intersects(box) }
      }
      #expect(misplaced.map(\.string).isEmpty, "\(figure.name)")
      #expect(canvas.pictures.allSatisfy(page.contains))
    }
  }

  @Test("keeps every mark inside its axes", arguments: LayoutCase.all)
  func marksInside(_ layout: LayoutCase) throws {
    for figure in try layout.figures() {
      let (page, canvas) = recorded(figure)
      #expect(canvas.marks.contains { $0.clip != nil })
      let outside = canvas.marks.filter { mark in
        // A tenth of a point for rounding; less than any line is wide.
        let frame = (mark.clip ?? page).grown(by: 0.1)
        return !mark.points.allSatisfy(frame.contains)
      }
      #expect(outside.isEmpty, "\(figure.name)")
    }
  }

  @Test("sets no type smaller than 6.5 points", arguments: LayoutCase.all)
  func legible(_ layout: LayoutCase) throws {
    for figure in try layout.figures() {
      let (page, canvas) = recorded(figure)
      #expect(page.width <= 7 * 72)
      #expect(canvas.texts.allSatisfy { $0.size >= 6.5 })
    }
  }

  @Test("aligns the panels' plots")
  func aligned() throws {
    for figure in try LayoutCase(unitsPerStage: [3, 4, 6, 3], scales: [1, 1.5, 2], classes: 16)
      .figures()
    {
      let plots = Set(recorded(figure).canvas.clips.map(\.x))
      #expect(plots.count == (figure.name.hasPrefix("figure-3") ? 2 : 1), "\(figure.name)")
    }
  }

  @Test(
    "leaves gaps for numbers that are not finite",
    arguments: [Double.nan, .infinity, -.infinity, .greatestFiniteMagnitude])
  func notFinite(_ value: Double) throws {
    let layout = LayoutCase(unitsPerStage: [2, 2], scales: [1, 1.5, 2], classes: 16)
    for figure in try layout.figures({ $0.everywhere = value }) {
      let (page, canvas) = recorded(figure)
      #expect(page.height.isFinite)
      #expect(
        canvas.marks.allSatisfy { $0.points.allSatisfy { $0.x.isFinite && $0.y.isFinite } })
      #expect(try !figure.data(format: .pdf).isEmpty)
    }
  }

  @Test("says in words what is missing when there is nothing to draw")
  func empty() throws {
    let results = try MadeUpResults(unitsPerStage: [], scales: []).make()
    let profile = AverageProfile(
      unit: "", channelsPerPoint: 1, scales: [], mean: [], deviation: [])
    let figures: [any Figure] = [
      Figure3Examples(examples: [], results: results),
      Figure3Average(results: results, profile: profile), Figure4(results: results),
      ShiftOverDepth(results: results),
    ]
    for figure in figures {
      let canvas = recorded(figure).canvas
      #expect(canvas.texts.count >= 2 && canvas.marks.isEmpty, "\(figure.name)")
      #expect(try !figure.data(format: .png).isEmpty)
    }
  }

  @Test("needs two scales for a shift, and one for the rest")
  func oneScale() throws {
    let figures = try LayoutCase(unitsPerStage: [2, 2], scales: [1], classes: 2).figures()
    #expect(figures.map { recorded($0).canvas.clips.isEmpty } == [false, false, false, true])
  }

  @Test("survives an example whose lists do not fit each other")
  func raggedExample() throws {
    let example = ExamplePhotograph(
      title: "", stimuli: [StimulusImage(scale: .nan, width: 9, height: 9, rgb: [1, 2, 3])],
      profileUnit: "SK_9_9", channelsPerPoint: 16, profile: [[], [0.5]],
      unitNames: ["SK_2_1", "SK_9_9"], differences: [[]])
    let figure = Figure3Examples(examples: [example], results: try MadeUpResults().make())
    let canvas = recorded(figure).canvas
    #expect(canvas.pictures.isEmpty)
    #expect(canvas.texts.contains { $0.string == "no channels" })
    #expect(try !figure.data(format: .svg).isEmpty)
  }
}
