import Kernels
import Memory

/// A gate's way back: from the gradient of its weights to that of the mean it sees, in a runner's own memory.
final class GateGradient {
  /// The gradient of the weights, `[M, padded C]`, which its users add up.
  let weights: Buffer
  /// What each position of the gate's maps is owed, one value a channel.
  let addend: Buffer
  private let gate: Gate
  private let hidden: Buffer

  init(_ gate: Gate, _ variant: sk_variant) throws {
    self.gate = gate
    weights = try Buffer(bytes: 4 * gate.branches * gate.paddedWidth)
    addend = try Buffer(bytes: 4 * variant.padded(gate.width))
    hidden = try Buffer(bytes: 4 * gate.hidden)
  }

  /// Turns the weights' gradient into the addend.
  ///
  /// - Parameters:
  ///   - attention: What the gate gave in the last run, `[M, padded C]`.
  ///   - activated: What its first layer gave, after the ReLU.
  func run(attention: UnsafePointer<Float>, activated: UnsafePointer<Float>) {
    let (branches, padded) = (gate.branches, gate.paddedWidth)
    let gradient = weights.floats
    if gate.isSigmoid {
      for i in 0..<branches * padded { gradient[i] *= attention[i] * (1 - attention[i]) }
    } else {
      for c in 0..<padded {
        var mean: Float = 0
        for m in 0..<branches { mean += attention[m * padded + c] * gradient[m * padded + c] }
        for m in 0..<branches {
          gradient[m * padded + c] = attention[m * padded + c] * (gradient[m * padded + c] - mean)
        }
      }
    }
    let count = Float(gate.positions)
    addend.floats.update(repeating: 0, count: addend.count)
    for h in 0..<gate.hidden where activated[h] > 0 {
      var sum: Float = 0
      for m in 0..<branches {
        let row = gate.select[m].floats + h * padded
        let part = gradient + m * padded
        var partial: Float = 0
        for c in 0..<padded { partial += row[c] * part[c] }
        sum += partial
      }
      sum /= count
      let row = gate.fuse.floats + h * gate.width
      for c in 0..<gate.width { addend.floats[c] += sum * row[c] }
    }
  }
}
