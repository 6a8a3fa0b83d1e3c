/// A colour in sRGB, each part in 0…1, `alpha` 1 being opaque.
package struct Color: Equatable, Sendable {
  package var red: Double
  package var green: Double
  package var blue: Double
  package var alpha: Double = 1

  /// Makes an opaque colour from its usual notation, `0xRRGGBB`.
  package init(_ hex: UInt32) {
    red = Double(hex >> 16 & 0xFF) / 255
    green = Double(hex >> 8 & 0xFF) / 255
    blue = Double(hex & 0xFF) / 255
  }

  /// The same colour, seen through.
  package func opacity(_ alpha: Double) -> Color {
    var color = self
    color.alpha = alpha
    return color
  }
}

/// The figures' colours, which a colour-blind reader can tell apart.
///
/// Categories are Okabe and Ito's (2008); scales are samples of viridis, whose lightness rises
/// steadily, short of its pale end so that lines stand out on white.
package enum Palette {
  package static let paper = Color(0xFFFFFF)
  package static let ink = Color(0x1A1A1A)
  package static let faint = Color(0x595959)
  package static let grid = Color(0xDDDDDD)
  package static let band = Color(0xF3F3F3)
  /// Behind values that do not matter.
  package static let margin = Color(0xD5E4F0)
  package static let frame = Color(0x8C8C8C)

  package static let orange = Color(0xE69F00)
  package static let blue = Color(0x0072B2)
  package static let green = Color(0x009E73)
  package static let purple = Color(0xCC79A7)
  package static let vermilion = Color(0xD55E00)

  private static let viridis: [Color] = [
    Color(0x440154), Color(0x414487), Color(0x2A788E), Color(0x22A884), Color(0x7AD151),
  ]

  /// The colour of the scale at `position` among `count`, from dark to light.
  package static func scale(_ position: Int, of count: Int) -> Color {
    guard count > 1 else { return viridis[0] }
    let place = Double(position) / Double(count - 1) * Double(viridis.count - 1)
    let lower = min(max(Int(place), 0), viridis.count - 2)
    return mix(viridis[lower], viridis[lower + 1], share: place - Double(lower))
  }

  /// A colour between white and dark blue whose lightness falls steadily, for a share of 0 to 1.
  package static func shade(_ share: Double) -> Color {
    let share = min(max(share, 0), 1)
    return share < 0.5
      ? mix(Color(0xF7FBFF), Color(0x6BAED6), share: 2 * share)
      : mix(Color(0x6BAED6), Color(0x08306B), share: 2 * share - 1)
  }

  private static func mix(_ first: Color, _ second: Color, share: Double) -> Color {
    var color = first
    color.red += (second.red - first.red) * share
    color.green += (second.green - first.green) * share
    color.blue += (second.blue - first.blue) * share
    return color
  }
}
