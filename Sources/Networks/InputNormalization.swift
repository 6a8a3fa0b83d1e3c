/// Turns pixels into the network's input by table.
package struct InputNormalization: Sendable {
  private let tables: [[Float]]
  private let channelOrder: [Int]

  /// Prepares the tables of a preprocessing.
  package init(_ preprocessing: Preprocessing) {
    tables = (0..<3).map { c in
      (0...255).map {
        Float(
          (Double($0) * preprocessing.scale - preprocessing.mean[c]) / preprocessing.std[c])
      }
    }
    channelOrder = preprocessing.channelOrder == .rgb ? [0, 1, 2] : [2, 1, 0]
  }

  /// Fills an input.
  ///
  /// - Parameters:
  ///   - input: Becomes `[3, H, W]` in the network's channel order; at least as long as the pixels.
  ///   - pixels: `[H, W, 3]`, RGB.
  package func fill(_ input: UnsafeMutableBufferPointer<Float>, with pixels: [UInt8]) {
    precondition(input.count >= pixels.count)
    let plane = pixels.count / 3
    pixels.withUnsafeBufferPointer { pixels in
      for c in 0..<3 {
        let source = channelOrder[c]
        tables[c].withUnsafeBufferPointer { table in
          for i in 0..<plane { input[c * plane + i] = table[Int(pixels[3 * i + source])] }
        }
      }
    }
  }

  /// Fills an input of one picture; see above.
  package func fill(_ input: inout [Float], with pixels: [UInt8]) {
    input.withUnsafeMutableBufferPointer { fill($0, with: pixels) }
  }
}

extension Preprocessing {
  /// The network's input for a grey picture that was never rounded to bytes.
  ///
  /// - Parameter luminances: `[H, W]`, black 0 and white 1.
  /// - Returns: `[3, H, W]`, normalised.
  public func input(luminances: [Double]) -> [Float] {
    let order = channelOrder == .rgb ? [0, 1, 2] : [2, 1, 0]
    return order.flatMap { c in
      luminances.map { Float((255 * $0 * scale - mean[c]) / std[c]) }
    }
  }

  /// The network's input for a stimulus.
  ///
  /// - Parameter pixels: `[H, W, 3]`, RGB.
  /// - Returns: `[3, H, W]`, normalised, in the network's channel order.
  public func input(pixels: [UInt8]) -> [Float] {
    var input = [Float](repeating: 0, count: pixels.count)
    InputNormalization(self).fill(&input, with: pixels)
    return input
  }
}
