import Foundation
import Networks

/// A network computed in the plainest way, in double precision, batch norms as they stand: the engine's
/// twin for everything that an architecture can say and no fixture holds.
struct PlainNetwork {
  let architecture: Architecture
  let weights: Weights
  /// What weighs the branches of a unit instead of its attention `[branch][channel]`, made from it.
  var replaced: [Int: ([[Double]]) -> [[Double]]] = [:]

  /// `[C, H, W]`.
  struct Image {
    var channels: Int
    var height: Int
    var width: Int
    var values: [Double]

    var positions: Int { height * width }

    func map(_ body: (Double) -> Double) -> Image {
      var result = self
      result.values = values.map(body)
      return result
    }

    func channels(_ range: Range<Int>) -> Image {
      Image(
        channels: range.count, height: height, width: width,
        values: Array(values[range.lowerBound * positions..<range.upperBound * positions]))
    }

    /// All channels at one position.
    func column(_ position: Int) -> [Double] {
      (0..<channels).map { values[$0 * positions + position] }
    }

    func scaled(_ factors: [Double]) -> Image {
      var result = self
      for index in values.indices { result.values[index] *= factors[index / positions] }
      return result
    }

    func adding(_ other: Image) -> Image {
      var result = self
      for index in values.indices { result.values[index] += other.values[index] }
      return result
    }

    var means: [Double] {
      (0..<channels).map { channel in
        values[channel * positions..<(channel + 1) * positions].reduce(0, +) / Double(positions)
      }
    }
  }

  struct Result {
    var logits: [Float]
    /// `[M, C]` of each unit; empty where it has none.
    var attention: [[Float]]
    /// `[C]` of each unit.
    var means: [[Float]]
  }

  func run(_ input: [Float], height: Int, width: Int) -> Result {
    var result = Result(logits: [], attention: [], means: [])
    let stem = architecture.stem
    var x = Image(channels: 3, height: height, width: width, values: input.map { Double($0) })
    let names = (stem.hidden ?? []).indices.map { "stem.hidden.\($0)" } + ["stem"]
    for (index, name) in names.enumerated() {
      x = normalized(x, name, stride: index == 0 ? stem.stride : 1).map { max($0, 0) }
    }
    x = pooled(x)
    for (index, unit) in architecture.units.enumerated() {
      let halves = architecture.block == .shuffle
      var left = x
      var y = x
      if halves {
        (left, y) =
          unit.hasProjection
          ? (leftHalf(unit, x), x)
          : (x.channels(0..<unit.input / 2), x.channels(unit.input / 2..<unit.input))
      }
      if architecture.block != .basic {
        y = normalized(y, unit.prefix + "reduce").map { max($0, 0) }
      }
      let branches = self.branches(unit, y)
      var joined = branches[0]
      for branch in branches.dropFirst() { joined = joined.adding(branch) }
      let hasAttention = architecture.gate != .sum && branches.count > 1
      if !hasAttention { result.attention.append([]) }
      if hasAttention {
        var attention = self.attention(unit, joined.means)
        if architecture.attentionScope == .position {
          let here = joined
          let local = (0..<here.positions).map { self.attention(unit, here.column($0)) }
          attention = branches.indices.map { m in
            (0..<unit.width).map { c in
              local.reduce(0) { $0 + $1[m][c] } / Double(here.positions)
            }
          }
          joined = joined.map { _ in 0 }
          for position in 0..<here.positions {
            // Weights for the whole map, or this position's attention, or that with its branches swapped.
            let factors = replaced[index].map { $0(local[position]) } ?? local[position]
            for (branch, row) in zip(branches, factors) {
              for c in 0..<unit.width {
                joined.values[c * here.positions + position] +=
                  row[c] * branch.values[c * here.positions + position]
              }
            }
          }
        } else {
          joined = joined.map { _ in 0 }
          for (branch, factors) in zip(branches, replaced[index]?(attention) ?? attention) {
            joined = joined.adding(branch.scaled(factors))
          }
        }
        result.attention.append(attention.flatMap { $0.map { Float($0) } })
      }
      var end = normalized(joined, unit.prefix + "expand")
      if halves { end = end.map { max($0, 0) } }
      if architecture.squeezeExcitation != nil { end = excited(end, unit.prefix) }
      if halves {
        x = shuffled(left, end)
      } else {
        var shortcut = x
        if unit.hasProjection, architecture.shortcutPool != nil {
          shortcut = normalized(averaged(x, side: unit.stride), unit.prefix + "shortcut")
        } else if unit.hasProjection {
          shortcut = normalized(x, unit.prefix + "shortcut", stride: unit.stride)
        }
        x = end.adding(shortcut).map { max($0, 0) }
      }
      result.means.append(x.means.map { Float($0) })
    }
    if architecture.head != nil {
      x = normalized(x, "head").map { max($0, 0) }
      if weights["head.squeeze.weight"] != nil { x = excited(x, "head.") }
    }
    result.logits = product("classifier", x.means).map { Float($0) }
    return result
  }

  private func excited(_ x: Image, _ prefix: String) -> Image {
    let hidden = product(prefix + "squeeze", x.means).map { max($0, 0) }
    return x.scaled(product(prefix + "excite", hidden).map { 1 / (1 + exp(-$0)) })
  }

  private func leftHalf(_ unit: Networks.Unit, _ x: Image) -> Image {
    let thinned = normalized(
      x, unit.prefix + "shortcut.depthwise", stride: unit.stride, groups: x.channels)
    return normalized(thinned, unit.prefix + "shortcut.pointwise").map { max($0, 0) }
  }

  /// Channels of both in turn.
  private func shuffled(_ left: Image, _ right: Image) -> Image {
    var result = left
    result.channels = 2 * left.channels
    result.values = (0..<left.channels).flatMap { i in
      left.channels(i..<i + 1).values + right.channels(i..<i + 1).values
    }
    return result
  }

  private func branches(_ unit: Networks.Unit, _ y: Image) -> [Image] {
    let branches =
      architecture.block == .shuffle && unit.unitIndex == 0
      ? Array(architecture.branches.prefix(1)) : architecture.branches
    let count = branches.count
    return branches.enumerated().map { m, branch in
      var source = y
      if architecture.splitInput {
        source.channels = y.channels / count
        let length = source.channels * y.positions
        source.values = Array(y.values[m * length..<(m + 1) * length])
      }
      return normalized(
        source, unit.prefix + "branches.\(m)", stride: unit.stride, dilation: branch.dilation,
        groups: min(branch.groups, source.channels)
      ).map { architecture.block == .shuffle && count == 1 ? $0 : max($0, 0) }
    }
  }

  private func attention(_ unit: Networks.Unit, _ means: [Double]) -> [[Double]] {
    let hidden = normalized(
      Image(channels: means.count, height: 1, width: 1, values: means), unit.prefix + "fuse"
    ).values.map { max($0, 0) }
    var logits = architecture.branches.indices.map { m in
      let values = product(unit.prefix + "select.\(m)", hidden)
      let all = values.count == 1 ? Array(repeating: values[0], count: unit.width) : values
      return all.map { exp($0) }
    }
    if architecture.gate == .sigmoid { return logits.map { $0.map { $0 / (1 + $0) } } }
    for channel in 0..<unit.width {
      let total = logits.reduce(0) { $0 + $1[channel] }
      for m in logits.indices { logits[m][channel] /= total }
    }
    return logits
  }

  /// A linear layer; without a bias where the network has none.
  private func product(_ name: String, _ x: [Double]) -> [Double] {
    let matrix = weights[name + ".weight"]?.values ?? []
    let bias = weights[name + ".bias"]?.values
    return (0..<matrix.count / x.count).map { row in
      x.indices.reduce(Double(bias?[row] ?? 0)) {
        $0 + Double(matrix[row * x.count + $1]) * x[$1]
      }
    }
  }

  /// Convolution and batch norm.
  private func normalized(
    _ x: Image, _ name: String, stride: Int = 1, dilation: Int = 1, groups: Int = 1
  ) -> Image {
    guard let kernel = weights[name + ".conv.weight"] else { return x }
    func vector(_ suffix: String) -> [Double] {
      (weights[name + ".bn." + suffix]?.values ?? []).map { Double($0) }
    }
    let (outputs, inputs, side) = (kernel.shape[0], kernel.shape[1], kernel.shape[2])
    let padding = dilation * (side - 1) / 2
    let reach = dilation * (side - 1) + 1
    let height = (x.height + 2 * padding - reach) / stride + 1
    let width = (x.width + 2 * padding - reach) / stride + 1
    let (gamma, beta) = (vector("weight"), vector("bias"))
    let (mean, variance) = (vector("running_mean"), vector("running_var"))
    var values: [Double] = []
    for o in 0..<outputs {
      let first = o / (outputs / groups) * inputs
      for row in 0..<height {
        for column in 0..<width {
          var sum = 0.0
          for i in 0..<inputs {
            for ky in 0..<side {
              let y = row * stride + ky * dilation - padding
              guard (0..<x.height).contains(y) else { continue }
              for kx in 0..<side {
                let at = column * stride + kx * dilation - padding
                guard (0..<x.width).contains(at) else { continue }
                sum +=
                  Double(kernel.values[((o * inputs + i) * side + ky) * side + kx])
                  * x.values[((first + i) * x.height + y) * x.width + at]
              }
            }
          }
          values.append(
            (sum - mean[o]) / (variance[o] + architecture.epsilon).squareRoot() * gamma[o] + beta[o]
          )
        }
      }
    }
    return Image(channels: outputs, height: height, width: width, values: values)
  }

  /// The mean over windows of side × side, of what of them lies on the map.
  private func averaged(_ x: Image, side: Int) -> Image {
    let (height, width) = ((x.height + side - 1) / side, (x.width + side - 1) / side)
    var sums = [Double](repeating: 0, count: x.channels * height * width)
    var counts = sums
    for (index, value) in x.values.enumerated() {
      let (channel, row, column) = (
        index / x.positions, index / x.width % x.height, index % x.width
      )
      let window = (channel * height + row / side) * width + column / side
      sums[window] += value
      counts[window] += 1
    }
    return Image(
      channels: x.channels, height: height, width: width, values: zip(sums, counts).map(/))
  }

  private func pooled(_ x: Image) -> Image {
    let padding = architecture.stem.pool == .padded ? 1 : 0
    func side(_ length: Int) -> Int {
      switch architecture.stem.pool {
      case .none: length
      case .padded: (length + 2 - 3) / 2 + 1
      case .ceil: max(0, Int((Double(length - 3) / 2).rounded(.up))) + 1
      }
    }
    guard architecture.stem.pool != .none else { return x }
    let (height, width) = (side(x.height), side(x.width))
    var values: [Double] = []
    for channel in 0..<x.channels {
      for row in 0..<height {
        for column in 0..<width {
          var largest = -Double.infinity
          for y in 2 * row - padding..<2 * row - padding + 3 where (0..<x.height).contains(y) {
            for at in 2 * column - padding..<2 * column - padding + 3
            where (0..<x.width).contains(at) {
              largest = max(largest, x.values[(channel * x.height + y) * x.width + at])
            }
          }
          values.append(largest)
        }
      }
    }
    return Image(channels: x.channels, height: height, width: width, values: values)
  }
}
