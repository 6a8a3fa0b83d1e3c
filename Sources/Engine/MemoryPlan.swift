import Kernels

/// Which buffer each value of a lowered network lies in, so that few are needed.
struct MemoryPlan: Sendable {
  /// Bytes of each buffer.
  private(set) var buffers: [Int] = []
  /// For each value its buffer; nil for one that no step touches.
  private(set) var bufferOfValue: [Int?]

  /// Gives each value a buffer from the first step that touches it to the last.
  ///
  /// A buffer that is free again goes to the next value that it is large enough for, the one freed last
  /// first, since it is still near the processor.
  init(_ lowered: Lowered, variant: sk_variant) {
    let picture = [lowered.picture.plain, lowered.picture.blocked, lowered.picture.floats]
    self.init(
      sizes: lowered.values.map { $0.count * ($0.isFloat ? 4 : variant.size) },
      touched: [picture.compactMap { $0 }] + lowered.steps.map(\.values),
      reuses: !lowered.keepsValues)
  }

  /// The same for any values.
  ///
  /// - Parameters:
  ///   - sizes: Bytes of each value.
  ///   - touched: For each step the values that it reads or writes.
  ///   - reuses: Whether a value that nobody touches any more makes room.
  init(sizes: [Int], touched: [[Int]], reuses: Bool = true) {
    bufferOfValue = [Int?](repeating: nil, count: sizes.count)
    var last = [Int](repeating: -1, count: sizes.count)
    for (index, step) in touched.enumerated() {
      for value in step { last[value] = index }
    }
    var free: [Int] = []
    for (index, step) in touched.enumerated() {
      let values = Set(step).sorted()
      for value in values where bufferOfValue[value] == nil { take(value, sizes[value], &free) }
      for value in values where reuses && last[value] == index {
        if let buffer = bufferOfValue[value] { free.append(buffer) }
      }
    }
  }

  private mutating func take(_ value: Int, _ size: Int, _ free: inout [Int]) {
    var chosen = free.lastIndex { buffers[$0] >= size }
    if chosen == nil { chosen = free.indices.max { buffers[free[$0]] < buffers[free[$1]] } }
    guard let chosen else {
      bufferOfValue[value] = buffers.count
      buffers.append(size)
      return
    }
    let buffer = free.remove(at: chosen)
    buffers[buffer] = max(buffers[buffer], size)
    bufferOfValue[value] = buffer
  }
}
