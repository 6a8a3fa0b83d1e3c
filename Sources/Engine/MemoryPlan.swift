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
    bufferOfValue = [Int?](repeating: nil, count: lowered.values.count)
    let sizes = lowered.values.map { $0.count * ($0.isFloat ? 4 : variant.size) }
    var last = [Int](repeating: -1, count: sizes.count)
    for (index, step) in lowered.steps.enumerated() {
      for value in step.values { last[value] = index }
    }
    var free: [Int] = []
    let picture = [lowered.picture.plain, lowered.picture.blocked, lowered.picture.floats]
    for value in picture.compactMap({ $0 }) where bufferOfValue[value] == nil {
      take(value, sizes[value], &free)
    }
    for (index, step) in lowered.steps.enumerated() {
      let values = Set(step.values).sorted()
      for value in values where bufferOfValue[value] == nil { take(value, sizes[value], &free) }
      for value in values where last[value] == index {
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
