import Pictures
import Randomness

extension StimulusMaker {
  /// What lies behind a photograph of this name, at the stimuli's size.
  func backdrop(for name: String) -> Picture {
    let size = specification.size
    if let backdrop { return backdrop }
    guard specification.background == .noise else { return .gray(size: size) }
    // By the file's name, wherever the file lies.
    let file = name.split(separator: "/").last.map(String.init) ?? name
    var random = SplitMix64(seed: specification.seed, name: file)
    let count = size * size * 3
    return Picture(
      width: size, height: size, pixels: (0..<count).map { _ in UInt8(random.next() >> 56) })
  }
}
