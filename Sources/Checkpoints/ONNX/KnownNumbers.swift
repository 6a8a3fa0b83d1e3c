import Networks

/// Numbers that are known while a graph is read.
struct KnownNumbers: Hashable {
  /// More are never worked out here: what is larger is a tensor.
  static let most = 65_536

  var values: [Double]
  var shape: [Int]
  var isInteger: Bool

  init(values: [Double], shape: [Int], isInteger: Bool) {
    self.values = values
    self.shape = shape
    self.isInteger = isInteger
  }

  init(integers: [Int], shape: [Int]? = nil) {
    self.init(
      values: integers.map { Double($0) }, shape: shape ?? [integers.count], isInteger: true)
  }

  /// The values as integers, those that are none rounded towards 0, those too large at the ends.
  var integers: [Int] { values.map(Self.integer) }

  static func integer(_ value: Double) -> Int {
    value.isNaN
      ? 0 : value >= 0x1p62 ? Int.max : value <= -0x1p62 ? Int.min : Int(value)
  }
}

// MARK: Rearranged

extension KnownNumbers {
  /// The same numbers in another shape of as many.
  func shaped(_ shape: [Int]) -> KnownNumbers {
    KnownNumbers(values: values, shape: shape, isInteger: isInteger)
  }

  /// Those at some places of an axis, in their order; nil if they would be too many.
  func taking(_ places: [Int], along axis: Int) -> KnownNumbers? {
    let inner = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    guard places.count <= Self.most, inner * outer * places.count <= max(Self.most, values.count)
    else { return nil }
    let extent = shape[axis]
    var taken: [Double] = []
    taken.reserveCapacity(inner * outer * places.count)
    for row in 0..<outer {
      for place in places {
        let start = (row * extent + place) * inner
        taken += values[start..<start + inner]
      }
    }
    var shape = shape
    shape[axis] = places.count
    return KnownNumbers(values: taken, shape: shape, isInteger: isInteger)
  }

  /// The parts that rows of indices name, each from the first axis on; nil if there are no such parts, or too many.
  func gathered(_ indices: KnownNumbers) -> KnownNumbers? {
    guard let depth = indices.shape.last, (1...max(shape.count, 1)).contains(depth),
      shape.count >= depth
    else { return nil }
    let rest = Array(shape[depth...])
    let inner = rest.reduce(1, *)
    let all = indices.integers
    let count = all.count / depth
    guard count * inner <= max(Self.most, values.count) else { return nil }
    var taken: [Double] = []
    for row in 0..<count {
      var place = 0
      for axis in 0..<depth {
        let index = all[row * depth + axis]
        let own = index < 0 ? index &+ shape[axis] : index
        guard (0..<shape[axis]).contains(own) else { return nil }
        place = place * shape[axis] + own
      }
      taken += values[place * inner..<(place + 1) * inner]
    }
    return KnownNumbers(
      values: taken, shape: indices.shape.dropLast() + rest, isInteger: isInteger)
  }

  /// Lists one after the other along an axis; nil if they do not fit or would be too many.
  static func joined(_ parts: [KnownNumbers], along axis: Int) -> KnownNumbers? {
    guard let first = parts.first, first.shape.indices.contains(axis) else { return nil }
    var shape = first.shape
    shape[axis] = 0
    for part in parts {
      var other = part.shape
      guard other.count == shape.count else { return nil }
      shape[axis] += other[axis]
      other[axis] = shape[axis]
      guard other == shape, shape[axis] <= most else { return nil }
    }
    guard let count = Graph.count(shape), count <= most else { return nil }
    let outer = shape[..<axis].reduce(1, *)
    var values: [Double] = []
    for row in 0..<outer {
      for part in parts {
        let count = part.values.count / max(outer, 1)
        values += part.values[row * count..<(row + 1) * count]
      }
    }
    return KnownNumbers(
      values: values, shape: shape, isInteger: parts.allSatisfy(\.isInteger))
  }

  /// The numbers with their axes in another order.
  func transposed(_ order: [Int]) -> KnownNumbers {
    KnownNumbers(
      values: values.transposed(order, from: shape), shape: order.map { shape[$0] },
      isInteger: isInteger)
  }
}

extension Array {
  /// The values of a tensor with its axes in another order.
  func transposed(_ order: [Int], from shape: [Int]) -> [Element] {
    let target = order.map { shape[$0] }
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    var turned: [Element] = []
    turned.reserveCapacity(count)
    forEachPlace(in: target, order.map { strides[$0] }, order.map { _ in 0 }) { source, _ in
      turned.append(self[source])
    }
    return turned
  }
}

/// Tells for each value of a shape, in order, the places that it has in two lists.
///
/// - Parameters:
///   - shape: How far each axis goes.
///   - first: How far the first list goes on along each axis.
///   - second: How far the second does.
///   - body: Told both places.
@inline(__always)
func forEachPlace(
  in shape: [Int], _ first: [Int], _ second: [Int], _ body: (Int, Int) -> Void
) {
  var index = [Int](repeating: 0, count: shape.count)
  var (one, other) = (0, 0)
  for _ in 0..<shape.reduce(1, *) {
    body(one, other)
    for axis in shape.indices.reversed() {
      index[axis] += 1
      one += first[axis]
      other += second[axis]
      if index[axis] < shape[axis] { break }
      one -= first[axis] * shape[axis]
      other -= second[axis] * shape[axis]
      index[axis] = 0
    }
  }
}
