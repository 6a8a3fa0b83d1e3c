import Pictures
import Stimuli
import Testing

@Suite("Filling a hole from its surroundings")
struct InpaintingTests {
  /// A function of column and row whose mean over four neighbours is its value, and its hole.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let hole: (columns: Range<Int>, rows: Range<Int>)
    let level: @Sendable (Double, Double) -> Double
    var testDescription: String { name }
  }

  static let size = 60

  @Test(
    "goes on harmonic functions",
    arguments: [
      Case(name: "slope", hole: (10..<45, 20..<41)) { x, y in 10 + 2 * x + 1.5 * y },
      Case(name: "saddle", hole: (5..<50, 8..<57)) { x, y in
        128 + ((x - 30) * (x - 30) - (y - 30) * (y - 30)) / 8
      },
      Case(name: "level towards the edge", hole: (0..<30, 10..<20)) { _, y in 20 + 3 * y },
      Case(name: "level towards a corner", hole: (40..<60, 30..<60)) { _, _ in 77 },
    ])
  func harmonic(_ harmonic: Case) {
    let size = Self.size
    var levels: [UInt8] = []
    for y in 0..<size {
      for x in 0..<size {
        let level = UInt8(harmonic.level(Double(x), Double(y)).rounded())
        levels += [level, level, level]
      }
    }
    let whole = Picture(width: size, height: size, pixels: levels)
    var holed = levels
    for y in harmonic.hole.rows {
      for x in harmonic.hole.columns { holed[3 * (y * size + x)] = 255 }
    }
    let hole = PixelRectangle(columns: harmonic.hole.columns, rows: harmonic.hole.rows)
    let filled = Picture(width: size, height: size, pixels: holed).filled(hole)
    // The surroundings are rounded to levels, and so is the result.
    for (a, b) in zip(filled.pixels, whole.pixels) { #expect(abs(Int(a) - Int(b)) <= 1) }
  }

  @Test("stays within the levels around it")
  func maximumPrinciple() {
    let picture = SpectraTests.noise(40, contrast: 30, seed: 3)
    let hole = PixelRectangle(columns: 3..<37, rows: 15..<40)
    let filled = picture.filled(hole)
    for (a, b) in zip(filled.pixels, picture.pixels) where a != b {
      #expect((98...158).contains(Int(a)))
    }
    // Far from the border, noise has averaged out.
    #expect(abs(Int(filled.pixels[3 * (28 * 40 + 20)]) - 128) < 12)
  }

  @Test("of everything is gray")
  func everything() {
    let picture = Picture(width: 9, height: 9, color: (1, 2, 3))
    let filled = picture.filled(PixelRectangle(columns: 0..<9, rows: 0..<9))
    #expect(filled == Picture(width: 9, height: 9, color: (128, 128, 128)))
  }
}
