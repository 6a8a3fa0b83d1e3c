import Kernels

/// `[C, H, W]` in an instruction set's blocks.
final class Blocked {
  let set: sk_variant
  let channels: Int
  let positions: Int
  let memory: UnsafeMutableRawPointer

  init(_ set: sk_variant, channels: Int, positions: Int, _ values: [Float]? = nil) {
    self.set = set
    self.channels = channels
    self.positions = positions
    let lanes = Int(sk_lanes(set))
    memory = .allocate(
      byteCount: 4 * (channels + lanes) * positions, alignment: 64)
    if let values { sk_block(set, Int32(channels), positions, values, memory) }
  }

  deinit { memory.deallocate() }

  /// The memory of a set whose format is float.
  var floats: UnsafeMutablePointer<Float> { memory.assumingMemoryBound(to: Float.self) }

  var blocks: Int32 { (Int32(channels) + sk_lanes(set) - 1) / sk_lanes(set) }

  /// What lies in the lanes beyond the last channel.
  var fill: ArraySlice<Float> {
    let padded = Int(blocks * sk_lanes(set))
    var result = [Float](repeating: .nan, count: padded * positions)
    sk_unblock(set, Int32(padded), positions, memory, &result)
    return result[(channels * positions)...]
  }

  var values: [Float] {
    var result = [Float](repeating: .nan, count: channels * positions)
    sk_unblock(set, Int32(channels), positions, memory, &result)
    return result
  }
}

extension Blocked {
  /// One value a channel, filled up with zeros to whole blocks.
  static func perChannel(_ set: sk_variant, _ values: [Float]) -> [Float] {
    let lanes = Int(sk_lanes(set))
    return values + [Float](repeating: 0, count: (lanes - values.count % lanes) % lanes)
  }
}
