import CDNNL
import Networks

extension Graph.Operation {
  /// Floats that a step needs beside its inputs and its output.
  func scratchCount(input: [Int], output: [Int]) -> Int {
    guard case .convolution(let convolution) = self, input.count == 4 else { return 0 }
    let kernel = convolution.window.kernel
    return input[1] / convolution.groups * kernel.rows * kernel.columns * output[2] * output[3]
  }
}

/// A convolution as matrix products over unfolded windows, a group at a time.
extension GraphStep {
  func convolve(_ convolution: Graph.Operation.Convolution) throws(EngineError) {
    let plane = shape[2] * shape[3]
    let weights = program.tensor(convolution.weights)
    for channel in 0..<shape[1] {
      let bias = convolution.bias.map { program.tensor($0)[channel] } ?? 0
      (output + channel * plane).update(repeating: bias, count: plane)
    }
    for group in 0..<convolution.groups {
      let part = Group(convolution, index: group, input: inputs[0].shape, output: shape)
      let source = inputs[0].values + part.inputOffset
      let target = output + part.outputOffset
      if part.isPointwise {
        try sgemm(
          "N", "N", part.outputs, plane, part.taps, weights + part.weightOffset, source, 1, target)
      } else {
        part.unfold(source, into: scratch)
        try sgemm(
          "N", "N", part.outputs, plane, part.taps, weights + part.weightOffset, scratch, 1, target)
      }
    }
  }

  func convolveBackward(
    _ convolution: Graph.Operation.Convolution, _ gradient: UnsafeMutablePointer<Float>,
    _ target: UnsafeMutablePointer<Float>
  ) throws(EngineError) {
    let plane = shape[2] * shape[3]
    let weights = program.tensor(convolution.weights)
    for group in 0..<convolution.groups {
      let part = Group(convolution, index: group, input: inputs[0].shape, output: shape)
      let source = gradient + part.outputOffset
      let result = target + part.inputOffset
      if part.isPointwise {
        try sgemm(
          "T", "N", part.taps, plane, part.outputs, weights + part.weightOffset, source, 1, result)
      } else {
        try sgemm(
          "T", "N", part.taps, plane, part.outputs, weights + part.weightOffset, source, 0, scratch)
        part.fold(scratch, into: result)
      }
    }
  }

  /// One group of a convolution.
  private struct Group {
    let window: Graph.Operation.Window
    let inputs: Int
    let outputs: Int
    let height: Int
    let width: Int
    let outputHeight: Int
    let outputWidth: Int
    let index: Int

    init(
      _ convolution: Graph.Operation.Convolution, index: Int, input: [Int], output: [Int]
    ) {
      window = convolution.window
      inputs = input[1] / convolution.groups
      outputs = output[1] / convolution.groups
      (height, width) = (input[2], input[3])
      (outputHeight, outputWidth) = (output[2], output[3])
      self.index = index
    }

    var taps: Int { inputs * window.kernel.rows * window.kernel.columns }
    var inputOffset: Int { index * inputs * height * width }
    var outputOffset: Int { index * outputs * outputHeight * outputWidth }
    var weightOffset: Int { index * outputs * taps }

    /// Whether the windows are the positions themselves.
    var isPointwise: Bool {
      window
        == .init(kernel: .init(1, 1), roundsUp: window.roundsUp)
    }

    /// `[I · K · K, H' · W']`: what each tap sees at each output, zeros beside the map.
    func unfold(_ source: UnsafePointer<Float>, into columns: UnsafeMutablePointer<Float>) {
      var row = columns
      forEachTap { channel, top, left in
        let map = source + channel * height * width
        for y in 0..<outputHeight {
          let from = top + y * window.stride.rows
          let target = row + y * outputWidth
          guard (0..<height).contains(from) else {
            target.update(repeating: 0, count: outputWidth)
            continue
          }
          let line = map + from * width
          let inside = inside(left)
          target.update(repeating: 0, count: inside.lowerBound)
          let step = window.stride.columns
          if step == 1 {
            (target + inside.lowerBound).update(
              from: line + left + inside.lowerBound, count: inside.count)
          } else {
            for x in inside { target[x] = line[left + x * step] }
          }
          (target + inside.upperBound).update(
            repeating: 0, count: outputWidth - inside.upperBound)
        }
        row += outputHeight * outputWidth
      }
    }

    /// Adds each tap's share to the position that it saw.
    func fold(_ columns: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
      var row = columns
      forEachTap { channel, top, left in
        let map = target + channel * height * width
        for y in 0..<outputHeight {
          let to = top + y * window.stride.rows
          guard (0..<height).contains(to) else { continue }
          let line = map + to * width + left
          let source = row + y * outputWidth
          let step = window.stride.columns
          for x in inside(left) { line[x * step] += source[x] }
        }
        row += outputHeight * outputWidth
      }
    }

    /// The outputs along a row whose tap at `left` of the first lies within the map.
    private func inside(_ left: Int) -> Range<Int> {
      let step = window.stride.columns
      let first = left >= 0 ? 0 : (-left + step - 1) / step
      let end = left >= width ? 0 : (width - 1 - left) / step + 1
      let lower = min(first, outputWidth)
      return lower..<max(lower, min(end, outputWidth))
    }

    private func forEachTap(_ body: (_ channel: Int, _ top: Int, _ left: Int) -> Void) {
      for channel in 0..<inputs {
        for i in 0..<window.kernel.rows {
          for j in 0..<window.kernel.columns {
            body(
              channel, i * window.dilation.rows - window.before.rows,
              j * window.dilation.columns - window.before.columns)
          }
        }
      }
    }
  }

  /// C = A B + β C, row-major; `T` turns A `[K, M]` or B `[N, K]`.
  func sgemm(
    _ turnsA: Character, _ turnsB: Character, _ m: Int, _ n: Int, _ k: Int,
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ beta: Float,
    _ c: UnsafeMutablePointer<Float>
  ) throws(EngineError) {
    let letter = { (turn: Character) in CChar(UInt8(ascii: turn == "T" ? "T" : "N")) }
    try check(
      dnnl_sgemm(
        letter(turnsA), letter(turnsB), dnnl_dim_t(m), dnnl_dim_t(n), dnnl_dim_t(k), 1, a,
        dnnl_dim_t(turnsA == "T" ? m : k), b, dnnl_dim_t(turnsB == "T" ? k : n), beta, c,
        dnnl_dim_t(n)), "dnnl_sgemm")
  }
}
