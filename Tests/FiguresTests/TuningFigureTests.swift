import Analysis
import Figures
import Foundation
import Testing

@Suite("Figures of size tuning")
struct TuningFigureTests {
  private static let stimuli = TuningResults.Stimuli(
    orientations: [0], frequencies: [0.1], phases: 4, radii: (0..<17).map { pow(1.25, Double($0)) },
    contrasts: [0.1, 1], edge: "hard", degreesPerPixel: 0.125)

  /// Cavanaugh's ratio of Gaussians: k_c L_c / (1 + k_s L_s), L = w² erf(x/w)².
  private static func ratio(_ radius: Double, centre: Double, surround: Double) -> Double {
    func part(_ width: Double) -> Double {
      let own = width * erf(radius / width)
      return own * own
    }
    return part(centre) / (1 + 0.02 * part(surround))
  }

  /// A node of eleven channels of which some respond, and whose fields are so much larger at a contrast of 10 %.
  private static func results(growth: [Double] = (0..<5).map { pow(1.25, Double($0)) })
    -> TuningResults
  {
    let tuned = growth.enumerated().map { index, growth in
      let centre = 2 + Double(index) / 2
      let high = stimuli.radii.map { ratio($0, centre: centre, surround: 3 * centre) }
      // The same curve over radii `growth` times as large.
      let low = stimuli.radii.map {
        0.2 * ratio($0 / growth, centre: centre, surround: 3 * centre)
      }
      return TunedChannel(
        channel: 2 * index, measure: .mean, orientation: 0, frequency: 0.1, discs: [low, high],
        heldDiscs: [high.map { 0.1 * $0 }, high], annuli: high.reversed())
    }
    return TuningResults(
      model: "made up", sha256: "", input: [64, 64], stimuli: stimuli,
      nodes: [
        TuningResults.Node(
          name: "A", theoretical: [19, 19], channels: 11, tuned: tuned, attention: [],
          stimuli: stimuli)
      ])
  }

  /// Expects places to follow from values by one line downwards.
  private func expectScale(
    _ pairs: [(value: Double, y: Double)], within tolerance: Double = 1e-9,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let low = try #require(pairs.min { $0.value < $1.value }, sourceLocation: sourceLocation)
    let high = try #require(pairs.max { $0.value < $1.value }, sourceLocation: sourceLocation)
    #expect(high.value > low.value && high.y < low.y, sourceLocation: sourceLocation)
    let apart = pairs.map { pair in
      let share = (pair.value - low.value) / (high.value - low.value)
      return abs(low.y + share * (high.y - low.y) - pair.y)
    }
    #expect(
      apart.allSatisfy { $0 < tolerance }, "\(apart.max() ?? 0)", sourceLocation: sourceLocation)
  }

  /// The plot whose title begins so: its frame lies below.
  private func frame(_ title: String, on canvas: RecordingCanvas) throws -> Rect {
    let text = try #require(canvas.texts.first { $0.string.hasPrefix(title) }, "\(title)")
    return try #require(
      canvas.clips.filter { abs($0.x - text.at.x) < 1 && $0.y > text.at.y }.min { $0.y < $1.y })
  }

  @Test(
    "set monkey V1's cells beside the channels, by the octaves of their diameters",
    arguments: [
      // Cavanaugh, Bair and Movshon 2002, as Brain-Score packages them: of 148 cells.
      ("Diameter of the summation field", [0, 9, 30, 55, 42, 10, 2, 0]),
      ("Diameter of the surround", [0, 0, 2, 20, 33, 49, 40, 4]),
    ])
  func monkey(_ title: String, _ cells: [Int]) throws {
    let canvas = try RecordingCanvas(SizeTuningFigure(Self.results()))
    let frame = try frame(title, on: canvas)
    let line = try #require(
      canvas.lines(Palette.faint).first { $0.clip == frame && $0.points.count == 8 })
    try expectScale(
      zip(cells.map { 100 * Double($0) / 148 }, line.points.map(\.y)).map { ($0, $1) })
    // On the same axis five channels, a fifth each: diameters of 2 radii, 8 pixels a degree.
    let own = try #require(
      canvas.lines(Palette.ink).first { $0.clip == frame && $0.points.count == 8 })
    let both = line.points.map(\.y) + own.points.map(\.y)
    #expect(both.allSatisfy { (frame.y...frame.bottom).contains($0) })
    if title.hasSuffix("summation field") {
      var counts = [Double](repeating: 0, count: 8)
      for unit in Self.results().nodes[0].units {
        counts[Int((log2(2 * unit.tuning.interpolatedSummation / 8) + 4).rounded(.down))] += 20
      }
      try expectScale(
        zip(
          counts + cells.map { 100 * Double($0) / 148 }, own.points.map(\.y) + line.points.map(\.y)
        )
        .map { ($0, $1) })
    }
    #expect(canvas.texts.contains { $0.string == "monkey V1" })
  }

  @Test(
    "show how summation fields shift with contrast, gates live and held, over the channels that answer"
  )
  func contrasts() throws {
    let canvas = try RecordingCanvas(SizeTuningFigure(Self.results()))
    for (title, ratios) in [
      ("Summation field by contrast", [1.25, 1.5625, 1.953125]), ("Gates held", [1, 1, 1]),
    ] {
      let frame = try frame(title, on: canvas)
      let own = canvas.lines(Palette.ink).filter { $0.clip == frame && $0.points.count == 2 }
      let joined = try #require(own.first { $0.points[0].x != $0.points[1].x })
      let quartiles = own.filter { $0.points[0].x == $0.points[1].x }.sorted {
        $0.points[0].x < $1.points[0].x
      }
      #expect(quartiles.count == 2)
      let (low, full) = (quartiles[0].points.map(\.y).sorted(by: >), joined.points[1].y)
      // At full contrast all are 1.
      #expect(quartiles[1].points.allSatisfy { abs($0.y - full) < 1e-9 })
      let shifts = [low[0], joined.points[0].y, low[1]].map { full - $0 }
      if ratios[2] == 1 {
        #expect(shifts.allSatisfy { abs($0) < 1e-9 })
      } else {
        // Radii grow by 1.25, so that the curves between them are the same ones further along.
        for (shift, ratio) in zip(shifts, ratios) {
          #expect(abs(shift / shifts[1] - (ratio - 1) / (ratios[1] - 1)) < 1e-6)
        }
        #expect(shifts[0] > 1)
      }
    }
  }

  @Test("say how many channels responded, of how many")
  func counted() throws {
    let canvas = try RecordingCanvas(SizeTuningFigure(Self.results()))
    #expect(canvas.words.contains("A 5 of 11"), "\(canvas.words)")
    var silent = Self.results()
    silent.nodes[0] = TuningResults.Node(
      name: "A", theoretical: [19, 19], channels: 11, tuned: [], attention: [],
      stimuli: Self.stimuli
    )
    for figure: any Figure in [SizeTuningFigure(silent), TuningCurvesFigure(silent)] {
      let canvas = try RecordingCanvas(figure)
      #expect(canvas.words.contains("No channel answered") && canvas.marks.isEmpty)
    }
  }

  @Test("draw both fits over the responses of the channels at the quartiles of suppression")
  func curves() throws {
    let results = Self.results()
    let canvas = try RecordingCanvas(TuningCurvesFigure(results))
    #expect(canvas.clips.count == 3)
    let units = results.nodes[0].units.sorted { $0.tuning.suppression < $1.tuning.suppression }[
      1...3]
    for (frame, unit) in zip(canvas.clips.sorted { $0.x < $1.x }, units) {
      let peak = unit.tuning.responses.max() ?? 1
      let discs = canvas.areas(Palette.ink).filter { $0.clip == frame }.map { mark in
        Point(
          mark.points.map(\.x).reduce(0, +) / Double(mark.points.count),
          mark.points.map(\.y).reduce(0, +) / Double(mark.points.count))
      }
      #expect(discs.count == Self.stimuli.radii.count)
      try expectScale(
        zip(unit.tuning.responses.map { $0 / peak }, discs.map(\.y)).map { ($0, $1) }, within: 1e-6)
      #expect(canvas.areas(Palette.faint).count { $0.clip == frame } == Self.stimuli.radii.count)
      // x is the radius's logarithm: so many times from the first disc to the last.
      func radius(_ x: Double) -> Double {
        pow(pow(1.25, 16), (x - discs[0].x) / (discs[discs.count - 1].x - discs[0].x))
      }
      let centre = 2 + Double(unit.channel / 2) / 2
      let both = try [Palette.vermilion, Palette.blue].map { color in
        try #require(canvas.lines(color).first { $0.clip == frame && $0.points.count > 50 })
      }
      // The ratio is the very curve that the responses came of.
      try expectScale(
        both[0].points.map {
          (Self.ratio(radius($0.x), centre: centre, surround: 3 * centre) / peak, $0.y)
        } + zip(unit.tuning.responses.map { $0 / peak }, discs.map(\.y)).map { ($0, $1) },
        within: 0.3)
      // The difference, another family, passes near them; both span the whole frame.
      for line in both {
        let (first, last) = (line.points[0].x, line.points[line.points.count - 1].x)
        #expect(abs(first - frame.x) < 1e-6 && abs(last - frame.right) < 1e-6)
        for disc in discs {
          let nearest = try #require(line.points.min { abs($0.x - disc.x) < abs($1.x - disc.x) })
          #expect(abs(nearest.y - disc.y) < 0.08 * frame.height, "\(nearest) \(disc)")
        }
      }
      let field = try #require(canvas.lines(Palette.orange).first { $0.clip == frame })
      #expect(abs(radius(field.points[0].x) - unit.tuning.interpolatedSummation) < 1e-6)
      #expect(
        canvas.texts.contains {
          $0.string == "A, channel \(unit.channel)" && abs($0.at.x - frame.x) < 1
        })
    }
    let explained = canvas.texts.filter { $0.string.contains("R² 1.00 and ") }
    #expect(explained.count == 3)
  }
}
