import Networks

/// What a node's value is made of, as far as that takes no kernel: rows of other nodes' values in another
/// order, some of them weighed, some of them added up.
///
/// A row is a channel with all its positions, or one number of a vector. Reshapes, slices, joins,
/// transpositions and sums are so worked out while compiling, in whatever way a network spells them.
struct Form: Sendable {
  /// Some rows, each weighed by a row of a vector or of maps of weights if there are any.
  struct Term: Sendable {
    var rows: Rows
    var weights: Rows?
  }

  /// What is added up.
  var terms: [Term]
  /// The axes that count rows.
  var leading: [Int]
  /// The axes that count positions; none in a vector.
  var trailing: [Int]
  /// Whether rows have positions, though it may be one.
  var isMap: Bool

  var shape: [Int] { leading + trailing }
  var rowCount: Int { leading.reduce(1, *) }
  var positions: Int { trailing.reduce(1, *) }
  /// Whether it is one picture's map as convolutions and pools take it, `[1, C, H, W]`.
  var isPlainMap: Bool {
    isMap && leading.count == 2 && leading[0] == 1 && trailing.count == 2
  }
  /// The rows where nothing is added up or weighed.
  var plainRows: Rows? { terms.count == 1 && terms[0].weights == nil ? terms[0].rows : nil }

  /// A node's own value.
  init(node: Int, shape: [Int], isMap: Bool) {
    leading = isMap ? Array(shape.prefix(2)) : shape
    trailing = isMap ? Array(shape.dropFirst(2)) : []
    self.isMap = isMap
    terms = [Term(rows: Rows(node: node, count: leading.reduce(1, *)))]
  }

  /// A node's own value whose rows lie along the axes of another's.
  init(node: Int, like form: Form) {
    self = form
    terms = [Term(rows: Rows(node: node, count: rowCount))]
  }

  private init(terms: [Term], leading: [Int], trailing: [Int], isMap: Bool) {
    self.terms = terms
    self.leading = leading
    self.trailing = trailing
    self.isMap = isMap
  }

  /// Rows that take memory.
  var storedCount: Int {
    terms.reduce(0) { $0 + $1.rows.storedCount + ($1.weights?.storedCount ?? 0) }
  }

  // MARK: Rearrangements

  /// The same values in another shape; nil where rows would break up.
  func reshaped(_ target: [Int]) -> Form? {
    guard isMap else {
      return Form(terms: terms, leading: target, trailing: [], isMap: false)
    }
    let rows = rowCount
    for split in min(2, target.count)...target.count
    where target[..<split].reduce(1, *) == rows && target[split...].reduce(1, *) == positions {
      return Form(
        terms: terms, leading: Array(target[..<split]), trailing: Array(target[split...]),
        isMap: true)
    }
    return nil
  }

  /// The axes in another order; nil where positions would move.
  func transposed(_ order: [Int]) -> Form? {
    guard Array(order.dropFirst(leading.count)) == Array(leading.count..<shape.count) else {
      return nil
    }
    let order = order.prefix(leading.count)
    let strides = StridedWalk.contiguous(leading)
    return gathered(
      order.map { leading[$0] }, strides: order.map { strides[$0] }, trailing: trailing)
  }

  /// Some positions of an axis, in a given order.
  func selected(axis: Int, _ indices: [Int], drops: Bool) -> Form? {
    guard axis < leading.count else { return nil }
    let inner = leading[(axis + 1)...].reduce(1, *)
    let outer = leading[..<axis].reduce(1, *)
    var places: [Int] = []
    places.reserveCapacity(outer * indices.count * inner)
    for block in 0..<outer {
      for index in indices {
        let start = (block * leading[axis] + index) * inner
        places.append(contentsOf: start..<start + inner)
      }
    }
    var target = leading
    if drops { target.remove(at: axis) } else { target[axis] = indices.count }
    return gathered(places, leading: target)
  }

  /// Axes of extent 1 repeated to a shape.
  func expanded(_ target: [Int]) -> Form? {
    guard let full = Graph.broadcast(shape, target), full.count <= Graph.Limits.rank,
      Array(full.suffix(trailing.count)) == trailing
    else { return nil }
    let wanted = Array(full.dropLast(trailing.count))
    return gathered(
      wanted, strides: StridedWalk.broadcast(leading, to: wanted), trailing: trailing)
  }

  private func gathered(_ leading: [Int], strides: [Int], trailing: [Int]) -> Form {
    var places = [Int](repeating: 0, count: leading.reduce(1, *))
    StridedWalk(shape: leading, strides: strides).forEach { places[$0] = $1 }
    return gathered(places, leading: leading)
  }

  private func gathered(_ places: [Int], leading: [Int]) -> Form {
    let terms = terms.map { term in
      Term(rows: term.rows.picked(places), weights: term.weights.map { $0.picked(places) })
    }
    return Form(terms: terms, leading: leading, trailing: trailing, isMap: isMap)
  }

  /// Values one after the other along an axis of rows.
  static func joined(_ forms: [Form], axis: Int) -> Form? {
    guard let first = forms.first, axis < first.leading.count,
      forms.allSatisfy({
        $0.plainRows != nil && $0.isMap == first.isMap && $0.trailing == first.trailing
          && $0.leading.count == first.leading.count
      })
    else { return nil }
    var leading = first.leading
    leading[axis] = forms.reduce(0) { $0 + $1.leading[axis] }
    let outer = leading[..<axis].reduce(1, *)
    var rows: [NodeRow] = []
    rows.reserveCapacity(leading.reduce(1, *))
    for block in 0..<outer {
      for form in forms {
        let size = form.leading[axis...].reduce(1, *)
        rows.append(contentsOf: form.terms[0].rows.part(block * size..<(block + 1) * size))
      }
    }
    return Form(
      terms: [Term(rows: Rows(rows))], leading: leading, trailing: first.trailing,
      isMap: first.isMap)
  }

  // MARK: Sums and products

  /// Two values of one shape added.
  func adding(_ other: Form) -> Form? {
    guard isMap, other.isMap, shape == other.shape, leading == other.leading else { return nil }
    return Form(
      terms: terms + other.terms, leading: leading, trailing: trailing, isMap: true)
  }

  /// The sum over an axis of rows.
  func summed(axis: Int, keeps: Bool) -> Form? {
    guard isMap, axis < leading.count else { return nil }
    var parts: [Term] = []
    for index in 0..<leading[axis] {
      guard let part = selected(axis: axis, [index], drops: !keeps) else { return nil }
      parts += part.terms
    }
    var leading = leading
    if keeps { leading[axis] = 1 } else { leading.remove(at: axis) }
    return Form(terms: parts, leading: leading, trailing: trailing, isMap: true)
  }

  /// Each row times its number of a vector, or times a map of as many rows.
  func weighed(by weights: Form) -> Form? {
    guard isMap, plainRows != nil, let rows = weights.plainRows else { return nil }
    let own = shape
    if weights.isMap {
      guard weights.shape == own, weights.leading == leading else { return nil }
      return Form(
        terms: [Term(rows: terms[0].rows, weights: rows)], leading: leading, trailing: trailing,
        isMap: true)
    }
    let shape = weights.shape
    // Axes of positions are not told apart; all others may be repeated.
    guard Graph.broadcast(shape, own) == own, shape.suffix(trailing.count).allSatisfy({ $0 == 1 }),
      shape.count >= trailing.count
    else { return nil }
    var places = [Int](repeating: 0, count: rowCount)
    StridedWalk(
      shape: leading,
      strides: StridedWalk.broadcast(Array(shape.dropLast(trailing.count)), to: leading)
    ).forEach { places[$0] = $1 }
    return Form(
      terms: [Term(rows: terms[0].rows, weights: rows.picked(places))], leading: leading,
      trailing: trailing, isMap: true)
  }
}
