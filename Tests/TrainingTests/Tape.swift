import Foundation

/// Numbers `[N, C, H, W]` in double precision, and the loss's gradient by them.
final class Node {
  let pictures: Int, channels: Int, height: Int, width: Int
  var values: [Double]
  var gradient: [Double]

  init(_ pictures: Int, _ channels: Int, _ height: Int, _ width: Int, _ values: [Double]? = nil) {
    (self.pictures, self.channels, self.height, self.width) = (pictures, channels, height, width)
    let count = pictures * channels * height * width
    self.values = values ?? [Double](repeating: 0, count: count)
    gradient = [Double](repeating: 0, count: count)
  }

  var positions: Int { height * width }

  /// Zeros of the same shape.
  func like() -> Node { Node(pictures, channels, height, width) }
}

/// What was computed, to be led back from the last to the first: reverse-mode differentiation in the
/// plainest way.
final class Tape {
  private var steps: [() -> Void] = []
  /// How far every ReLU's input is from 0, and the largest value of every pooled window that is above 0 from
  /// the next: no smaller change of them moves a gradient by a step.
  private(set) var margin = Double.infinity

  /// Leads the gradients that stand in the last nodes back to all others.
  func run() { for step in steps.reversed() { step() } }

  private func record(_ step: @escaping () -> Void) { steps.append(step) }

  // MARK: Value by value

  /// Applies a function whose slope follows from what goes in and what comes out.
  private func map(
    _ x: Node, _ function: (Double) -> Double, slope: @escaping (Double, Double) -> Double
  ) -> Node {
    let y = x.like()
    for i in x.values.indices { y.values[i] = function(x.values[i]) }
    record {
      for i in x.values.indices { x.gradient[i] += y.gradient[i] * slope(x.values[i], y.values[i]) }
    }
    return y
  }

  func relu(_ x: Node) -> Node {
    margin = x.values.reduce(margin) { min($0, abs($1)) }
    return map(x, { max($0, 0) }, slope: { x, _ in x > 0 ? 1 : 0 })
  }

  func sigmoid(_ x: Node) -> Node {
    map(x, { 1 / (1 + exp(-$0)) }, slope: { _, y in y * (1 - y) })
  }

  func sum(_ a: Node, _ b: Node) -> Node {
    let y = a.like()
    for i in y.values.indices { y.values[i] = a.values[i] + b.values[i] }
    record {
      for i in y.values.indices {
        a.gradient[i] += y.gradient[i]
        b.gradient[i] += y.gradient[i]
      }
    }
    return y
  }

  /// The product with factors of the same shape, or with one a picture and channel.
  func product(_ x: Node, _ factors: Node) -> Node {
    let y = x.like()
    let share = x.values.count / factors.values.count
    for i in y.values.indices { y.values[i] = x.values[i] * factors.values[i / share] }
    record {
      for i in y.values.indices {
        x.gradient[i] += y.gradient[i] * factors.values[i / share]
        factors.gradient[i / share] += y.gradient[i] * x.values[i]
      }
    }
    return y
  }

  /// Softmax over branches, value by value.
  func softmax(_ logits: [Node]) -> [Node] {
    let shares = logits.map { $0.like() }
    for i in logits[0].values.indices {
      let e = logits.map { exp($0.values[i]) }
      for m in shares.indices { shares[m].values[i] = e[m] / e.reduce(0, +) }
    }
    record {
      for i in logits[0].values.indices {
        let mean = shares.reduce(0) { $0 + $1.values[i] * $1.gradient[i] }
        for m in shares.indices {
          logits[m].gradient[i] += shares[m].values[i] * (shares[m].gradient[i] - mean)
        }
      }
    }
    return shares
  }

  // MARK: Positions

  /// The mean over windows of so many rows and columns at that stride, of what of them lies on the map.
  func means(_ x: Node, rows: Int, columns: Int) -> Node {
    let y = Node(
      x.pictures, x.channels, (x.height + rows - 1) / rows, (x.width + columns - 1) / columns)
    let windows = x.values.indices.map { i -> (place: Int, share: Double) in
      let (plane, row, column) = (i / x.positions, i / x.width % x.height, i % x.width)
      let (top, left) = (row / rows, column / columns)
      let count =
        min(rows, x.height - top * rows) * min(columns, x.width - left * columns)
      return ((plane * y.height + top) * y.width + left, 1 / Double(count))
    }
    for (i, window) in windows.enumerated() { y.values[window.place] += x.values[i] * window.share }
    record {
      for (i, window) in windows.enumerated() {
        x.gradient[i] += y.gradient[window.place] * window.share
      }
    }
    return y
  }

  /// The largest of 3 × 3 windows at stride 2 that begin `padding` before the border.
  func largest(_ x: Node, padding: Int, height: Int, width: Int) -> Node {
    let y = Node(x.pictures, x.channels, height, width)
    let winners = y.values.indices.map { i -> Int in
      let (plane, row, column) = (i / y.positions, i / width % height, i % width)
      var best: Int?
      var second = -Double.infinity
      for r in 2 * row - padding..<2 * row - padding + 3 where (0..<x.height).contains(r) {
        for c in 2 * column - padding..<2 * column - padding + 3 where (0..<x.width).contains(c) {
          let at = (plane * x.height + r) * x.width + c
          guard let leader = best, x.values[at] <= x.values[leader] else {
            second = best.map { x.values[$0] } ?? second
            best = at
            continue
          }
          second = max(second, x.values[at])
        }
      }
      if let best, x.values[best] > 0 { margin = min(margin, x.values[best] - second) }
      return best ?? 0
    }
    for (i, winner) in winners.enumerated() { y.values[i] = x.values[winner] }
    record { for (i, winner) in winners.enumerated() { x.gradient[winner] += y.gradient[i] } }
    return y
  }

  // MARK: Channels

  /// Takes each channel from a channel of one of the sources.
  func gather(_ sources: [(node: Node, channel: Int)]) -> Node {
    let first = sources[0].node
    let y = Node(first.pictures, sources.count, first.height, first.width)
    func each(_ body: (_ place: Int, _ node: Node, _ source: Int) -> Void) {
      for n in 0..<y.pictures {
        for (c, source) in sources.enumerated() {
          let to = (n * y.channels + c) * y.positions
          let from = (n * source.node.channels + source.channel) * y.positions
          for i in 0..<y.positions { body(to + i, source.node, from + i) }
        }
      }
    }
    each { y.values[$0] = $1.values[$2] }
    record { each { $1.gradient[$2] += y.gradient[$0] } }
    return y
  }

  /// Adds a number a channel.
  func biased(_ x: Node, _ bias: Node) -> Node {
    let y = x.like()
    func channel(_ i: Int) -> Int { i / x.positions % x.channels }
    for i in y.values.indices { y.values[i] = x.values[i] + bias.values[channel(i)] }
    record {
      for i in y.values.indices {
        x.gradient[i] += y.gradient[i]
        bias.gradient[channel(i)] += y.gradient[i]
      }
    }
    return y
  }

  /// A convolution by a kernel `[O, C/G, K, K]`, padded so that stride 1 keeps the size.
  func convolution(
    _ x: Node, _ kernel: Node, stride: Int = 1, dilation: Int = 1, groups: Int = 1
  ) -> Node {
    let (outputs, inputs, side) = (kernel.pictures, kernel.channels, kernel.height)
    let padding = dilation * (side - 1) / 2
    let y = Node(
      x.pictures, outputs, (x.height - 1) / stride + 1, (x.width - 1) / stride + 1)
    /// Calls a body with the places of a tap's row: of input, kernel and output, and how many there are.
    func eachRow(_ body: (_ input: Int, _ tap: Int, _ output: Int, _ count: Int) -> Void) {
      for n in 0..<x.pictures {
        for o in 0..<outputs {
          for i in 0..<inputs {
            let channel = o / (outputs / groups) * inputs + i
            for ky in 0..<side {
              for kx in 0..<side {
                let shift = kx * dilation - padding
                let first = max(0, (-shift + stride - 1) / stride)
                let last = min(y.width, (x.width - shift + stride - 1) / stride)
                guard first < last else { continue }
                for row in 0..<y.height {
                  let at = row * stride + ky * dilation - padding
                  guard (0..<x.height).contains(at) else { continue }
                  body(
                    ((n * x.channels + channel) * x.height + at) * x.width + first * stride + shift,
                    ((o * inputs + i) * side + ky) * side + kx,
                    ((n * outputs + o) * y.height + row) * y.width + first, last - first)
                }
              }
            }
          }
        }
      }
    }
    y.values.withUnsafeMutableBufferPointer { values in
      x.values.withUnsafeBufferPointer { source in
        eachRow { input, tap, output, count in
          let weight = kernel.values[tap]
          for j in 0..<count { values[output + j] += weight * source[input + j * stride] }
        }
      }
    }
    record {
      x.gradient.withUnsafeMutableBufferPointer { gradient in
        eachRow { input, tap, output, count in
          let weight = kernel.values[tap]
          var sum = 0.0
          for j in 0..<count {
            let g = y.gradient[output + j]
            gradient[input + j * stride] += weight * g
            sum += g * x.values[input + j * stride]
          }
          kernel.gradient[tap] += sum
        }
      }
    }
    return y
  }

  /// Batch norm by the batch's own statistics.
  func normalized(_ x: Node, gamma: Node, beta: Node, epsilon: Double) -> Node {
    let y = x.like()
    let count = Double(x.pictures * x.positions)
    for c in 0..<x.channels {
      let places = (0..<x.pictures).flatMap { n in
        (0..<x.positions).map { (n * x.channels + c) * x.positions + $0 }
      }
      let mean = places.reduce(0) { $0 + x.values[$1] } / count
      let variance = places.reduce(0) { $0 + pow(x.values[$1] - mean, 2) } / count
      let scale = 1 / (variance + epsilon).squareRoot()
      for i in places {
        y.values[i] = (x.values[i] - mean) * scale * gamma.values[c] + beta.values[c]
      }
      record {
        let sum = places.reduce(0) { $0 + y.gradient[$1] }
        let dot = places.reduce(0) { $0 + y.gradient[$1] * (x.values[$1] - mean) * scale }
        beta.gradient[c] += sum
        gamma.gradient[c] += dot
        for i in places {
          x.gradient[i] +=
            gamma.values[c] * scale
            * (y.gradient[i] - sum / count - (x.values[i] - mean) * scale * dot / count)
        }
      }
    }
    return y
  }

  /// Mean cross-entropy of logits `[N, classes]`, whose gradient is put into them.
  func loss(_ logits: Node, labels: [Int], smoothing: Double) -> Double {
    var loss = 0.0
    let classes = logits.channels
    for (n, label) in labels.enumerated() {
      let row = n * classes..<(n + 1) * classes
      let total = row.reduce(0) { $0 + exp(logits.values[$1]) }
      for i in row {
        let target =
          (i - row.lowerBound == label ? 1 - smoothing : 0) + smoothing / Double(classes)
        loss -= target * (logits.values[i] - log(total)) / Double(labels.count)
        logits.gradient[i] = (exp(logits.values[i]) / total - target) / Double(labels.count)
      }
    }
    return loss
  }
}
