import Networks

extension ONNXReader {
  /// The function of each value alone that a node is; nil if it is none.
  mutating func activation(
    _ node: ONNXNode, _ inputs: [Value?]
  ) throws(CheckpointError) -> Activation? {
    switch node.type {
    case "Relu": return .relu
    case "LeakyRelu": return .leakyReLU(slope: node.number("alpha", default: 0.01))
    case "Sigmoid": return .sigmoid
    case "HardSigmoid":
      return .hardSigmoid(
        slope: node.number("alpha", default: 0.2), offset: node.number("beta", default: 0.5))
    case "HardSwish": return .hardSwish
    case "Swish": return node.number("alpha", default: 1) == 1 ? .swish : nil
    case "Mish": return .mish
    case "Gelu": return node.text("approximate", default: "none") == "tanh" ? .geluTanh : .gelu
    case "Tanh": return .tanh
    case "Erf": return .erf
    case "Exp": return .exp
    case "Sqrt": return .sqrt
    case "Softplus": return .softplus
    case "Reciprocal": return .reciprocal
    case "Neg": return .negative
    case "Abs": return .absolute
    case "Elu": return .elu(alpha: node.number("alpha", default: 1))
    case "Clip": return clip(node, inputs)
    case "PRelu":
      guard let source = inputs[0], let shape = shape(of: source), shape.count >= 2,
        inputs.count > 1, let slopes = tensor(inputs[1], named: node.inputs[1]),
        let tensor = weights[slopes.name],
        tensor.values.count == 1
          || tensor.values.count == shape[1]
            && slopes.shape.first == shape[1] && slopes.shape.count == shape.count - 1
      else { return nil }
      let name = node.outputs[0] + "/slopes"
      weights[name] = Tensor(shape: [tensor.values.count], values: tensor.values)
      return .parametricReLU(slopes: name, count: tensor.values.count)
    default: return nil
    }
  }

  private func clip(_ node: ONNXNode, _ inputs: [Value?]) -> Activation? {
    func bound(_ index: Int, default value: Float) -> Float? {
      guard inputs.indices.contains(index), let input = inputs[index] else { return value }
      return known(input)?.values.first.map { Float($0) }
    }
    guard let lower = bound(1, default: -.infinity), let upper = bound(2, default: .infinity)
    else { return nil }
    return .clip(lower: lower, upper: upper)
  }
}
