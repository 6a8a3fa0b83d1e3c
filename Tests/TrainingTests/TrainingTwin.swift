import Networks

/// A network trained in the plainest way, in double precision: the twin of forward and backward passes for
/// everything that an architecture can say.
struct TrainingTwin {
  let architecture: Architecture
  /// The learnt tensors by name.
  private(set) var parameters: [String: Node] = [:]
  private(set) var pixels: Node
  private(set) var loss = 0.0
  /// The tape's.
  var margin: Double { tape.margin }
  private let tape = Tape()

  /// Runs a batch `[N, 3, H, W]` forwards and backwards.
  init(
    _ architecture: Architecture, _ weights: [String: [Double]], pixels: [Double],
    size: SpatialSize, labels: [Int], smoothing: Double
  ) {
    self.architecture = architecture
    self.pixels = Node(labels.count, 3, size.height, size.width, pixels)
    for parameter in architecture.parameters where parameter.isLearnt {
      let shape = parameter.shape + [Int](repeating: 1, count: 4 - parameter.shape.count)
      // A vector has a value a channel.
      parameters[parameter.name] =
        parameter.shape.count == 1
        ? Node(1, shape[0], 1, 1, weights[parameter.name])
        : Node(shape[0], shape[1], shape[2], shape[3], weights[parameter.name])
    }
    loss = tape.loss(logits(), labels: labels, smoothing: smoothing)
    tape.run()
  }

  private func parameter(_ name: String) -> Node { parameters[name] ?? Node(0, 0, 0, 0) }

  // MARK: Layers

  private func normalized(
    _ x: Node, _ name: String, stride: Int = 1, dilation: Int = 1, groups: Int = 1
  ) -> Node {
    let y = tape.convolution(
      x, parameter(name + ".conv.weight"), stride: stride, dilation: dilation, groups: groups)
    return tape.normalized(
      y, gamma: parameter(name + ".bn.weight"), beta: parameter(name + ".bn.bias"),
      epsilon: architecture.epsilon)
  }

  private func linear(_ x: Node, _ name: String) -> Node {
    let y = tape.convolution(x, parameter(name + ".weight"))
    guard let bias = parameters[name + ".bias"] else { return y }
    return tape.biased(y, bias)
  }

  private func mean(_ x: Node) -> Node { tape.means(x, rows: x.height, columns: x.width) }

  private func slice(_ x: Node, _ range: Range<Int>) -> Node {
    tape.gather(range.map { (x, $0) })
  }

  private func excited(_ x: Node, _ prefix: String) -> Node {
    let hidden = tape.relu(linear(mean(x), prefix + "squeeze"))
    return tape.product(x, tape.sigmoid(linear(hidden, prefix + "excite")))
  }

  // MARK: The network

  private func logits() -> Node {
    let stem = architecture.stem
    var x = pixels
    let names = (stem.hidden ?? []).indices.map { "stem.hidden.\($0)" } + ["stem"]
    for (index, name) in names.enumerated() {
      x = tape.relu(normalized(x, name, stride: index == 0 ? stem.stride : 1))
    }
    x = pooled(x)
    for unit in architecture.units { x = output(of: unit, x) }
    if architecture.head != nil {
      x = tape.relu(normalized(x, "head"))
      if architecture.excitesHead { x = excited(x, "head.") }
    }
    return linear(mean(x), "classifier")
  }

  private func pooled(_ x: Node) -> Node {
    func side(_ length: Int) -> Int {
      // Padded by 1, or rounded up; never fewer than one window.
      architecture.stem.pool == .padded ? (length - 1) / 2 + 1 : max(0, (length - 2) / 2) + 1
    }
    guard architecture.stem.pool != .none else { return x }
    return tape.largest(
      x, padding: architecture.stem.pool == .padded ? 1 : 0, height: side(x.height),
      width: side(x.width))
  }

  private func output(of unit: Unit, _ x: Node) -> Node {
    let halves = architecture.block == .shuffle
    var (left, y) = (x, x)
    if halves, unit.hasProjection {
      left = normalized(
        x, unit.prefix + "shortcut.depthwise", stride: unit.stride, groups: x.channels)
      left = tape.relu(normalized(left, unit.prefix + "shortcut.pointwise"))
    } else if halves {
      let half = unit.input / 2
      (left, y) = (slice(x, 0..<half), slice(x, half..<unit.input))
    }
    if architecture.block != .basic { y = tape.relu(normalized(y, unit.prefix + "reduce")) }
    var end = normalized(joined(unit, branches(unit, y)), unit.prefix + "expand")
    if halves { end = tape.relu(end) }
    if architecture.squeezeExcitation != nil { end = excited(end, unit.prefix) }
    guard !halves else {
      return tape.gather((0..<left.channels).flatMap { [(left, $0), (end, $0)] })
    }
    var shortcut = x
    if unit.hasProjection {
      let pools = architecture.shortcutPool != nil
      if pools { shortcut = tape.means(x, rows: unit.stride, columns: unit.stride) }
      shortcut = normalized(
        shortcut, unit.prefix + "shortcut", stride: pools ? 1 : unit.stride)
    }
    return tape.relu(tape.sum(end, shortcut))
  }

  private func branches(_ unit: Unit, _ y: Node) -> [Node] {
    let branches = unit.branches
    let share = architecture.splitInput ? y.channels / branches.count : y.channels
    return branches.enumerated().map { m, branch in
      let source = architecture.splitInput ? slice(y, m * share..<(m + 1) * share) : y
      let result = normalized(
        source, unit.prefix + "branches.\(m)", stride: unit.stride, dilation: branch.dilation,
        groups: min(branch.groups, share))
      // ShuffleNetV2's depthwise convolution has no ReLU of its own.
      return architecture.block == .shuffle && branches.count == 1 ? result : tape.relu(result)
    }
  }

  /// Split, fuse, select.
  private func joined(_ unit: Unit, _ branches: [Node]) -> Node {
    var sum = branches[0]
    for branch in branches.dropFirst() { sum = tape.sum(sum, branch) }
    guard unit.hasAttention else { return sum }
    let fused = architecture.attentionScope == .position ? sum : mean(sum)
    let hidden = tape.relu(normalized(fused, unit.prefix + "fuse"))
    let logits = branches.indices.map { m in
      let logits = linear(hidden, unit.prefix + "select.\(m)")
      guard logits.channels < unit.width else { return logits }
      return tape.gather((0..<unit.width).map { _ in (logits, 0) })
    }
    let shares =
      architecture.gate == .sigmoid ? logits.map { tape.sigmoid($0) } : tape.softmax(logits)
    var result = tape.product(branches[0], shares[0])
    for (branch, share) in zip(branches, shares).dropFirst() {
      result = tape.sum(result, tape.product(branch, share))
    }
    return result
  }
}
