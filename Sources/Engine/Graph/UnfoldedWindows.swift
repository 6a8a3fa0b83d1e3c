import Networks

/// What a convolution's taps see, as the columns of a matrix; of one group.
struct UnfoldedWindows: Sendable {
  let window: Graph.Operation.Window
  let inputs: Int
  let outputs: Int
  let height: Int
  let width: Int
  let outputHeight: Int
  let outputWidth: Int
  /// Which of the groups.
  let index: Int

  /// Of a group, between values of shape `[1, C, H, W]`.
  init(
    _ convolution: Graph.Operation.Convolution, group index: Int, input: [Int], output: [Int]
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
      let inside = inside(left)
      let step = window.stride.columns
      for y in 0..<outputHeight {
        let from = top + y * window.stride.rows
        let target = row + y * outputWidth
        guard (0..<height).contains(from) else {
          target.update(repeating: 0, count: outputWidth)
          continue
        }
        let line = map + from * width
        target.update(repeating: 0, count: inside.lowerBound)
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
  ///
  /// - Parameters:
  ///   - columns: `[I · K · K, rows · W']`.
  ///   - rows: The rows of outputs that the columns are of; nil for all.
  ///   - target: `[I, H, W]`.
  func fold(
    _ columns: UnsafePointer<Float>, rows: Range<Int>? = nil,
    into target: UnsafeMutablePointer<Float>
  ) {
    let rows = rows ?? 0..<outputHeight
    var row = columns
    forEachTap { channel, top, left in
      let map = target + channel * height * width
      let inside = inside(left)
      let step = window.stride.columns
      for y in rows {
        let to = top + y * window.stride.rows
        guard (0..<height).contains(to) else { continue }
        let line = map + to * width + left
        let source = row + (y - rows.lowerBound) * outputWidth
        for x in inside { line[x * step] += source[x] }
      }
      row += rows.count * outputWidth
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
