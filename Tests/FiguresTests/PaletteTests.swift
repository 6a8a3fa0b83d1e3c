import Figures
import Foundation
import Testing

@Suite("The palette")
struct PaletteTests {
  /// Relative luminance of sRGB (WCAG 2).
  private func luminance(_ color: Color) -> Double {
    let linear = [color.red, color.green, color.blue].map {
      $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }

  @Test("orders scales by lightness, each step to be seen without colour", arguments: 2...9)
  func scales(_ count: Int) {
    let steps = (0..<count).map { luminance(Palette.scale($0, of: count)) }
    #expect(zip(steps, steps.dropFirst()).allSatisfy { $1 > $0 })
    if count <= 3 {
      // Contrast ratio between neighbours, which WCAG asks to be 1.5 and more for parts of a graph.
      #expect(zip(steps, steps.dropFirst()).allSatisfy { ($1 + 0.05) / ($0 + 0.05) > 1.5 })
    }
  }
}
