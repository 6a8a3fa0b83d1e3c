import Networks

/// Noise with one of five colours, which is the class.
struct Toy {
  private static let colours: [[Float]] = [
    [0, 0, 0], [1, 0, -1], [-1, 0, 1], [0, 1, 0], [-1, -1, -1],
  ]
  let count = 20
  let size: Int

  init(_ variant: Variant) { size = variant.size.count }

  func batch(_ step: Int) -> (pixels: [Float], labels: [Int]) {
    let labels = (0..<count).map { ($0 + step) % 5 }
    var pixels = Formula.noise("toy/\(step)", shape: [count, 3, size]).values
    for (picture, label) in labels.enumerated() {
      for channel in 0..<3 {
        let shift = Self.colours[label][channel]
        for index in 0..<size { pixels[(picture * 3 + channel) * size + index] += shift }
      }
    }
    return (pixels, labels)
  }
}
