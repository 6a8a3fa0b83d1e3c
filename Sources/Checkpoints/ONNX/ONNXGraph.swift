import Networks

/// A graph of ONNX operators under construction; a value's name is also that of the node that makes it.
struct ONNXGraph {
  /// An operator's setting.
  enum Attribute {
    case integer(Int)
    case integers([Int])
  }

  /// The operators in the order in which they run.
  private(set) var nodes: [ONNXNodeProto] = []
  /// What the operators take besides other operators' results.
  private(set) var constants: [NamedArray] = []
  /// Values that come in and go out.
  private(set) var inputs: [ONNXValueInfoProto] = []
  private(set) var outputs: [ONNXValueInfoProto] = []

  /// Adds an operator with one result.
  mutating func add(
    _ operation: String, _ inputs: [String], as name: String, _ attributes: [(String, Attribute)]
  ) {
    var node = ONNXNodeProto()
    node.opType = operation
    node.name = name
    node.input = inputs
    node.output = [name]
    node.attribute = attributes.map { name, value in
      var attribute = ONNXAttributeProto()
      attribute.name = name
      switch value {
      case .integer(let value):
        attribute.i = Int64(value)
        attribute.type = .int
      case .integers(let values):
        attribute.ints = values.map { Int64($0) }
        attribute.type = .ints
      }
      return attribute
    }
    nodes.append(node)
  }

  /// Adds a constant; its numbers are asked for when the file is written.
  mutating func add(_ constant: NamedArray) -> String {
    constants.append(constant)
    return constant.name
  }

  /// Declares an input of floats.
  mutating func addInput(_ name: String, _ shape: [Dimension]) {
    inputs.append(Self.valueInfo(name, shape))
  }

  /// Declares a result of floats as an output.
  mutating func addOutput(_ name: String, _ shape: [Dimension]) {
    outputs.append(Self.valueInfo(name, shape))
  }

  /// The extent of a dimension.
  enum Dimension {
    case fixed(Int)
    /// As many as come in: the pictures of a batch.
    case named(String)
  }

  private static func valueInfo(_ name: String, _ shape: [Dimension]) -> ONNXValueInfoProto {
    var value = ONNXValueInfoProto()
    value.name = name
    value.type.tensorType.elemType = .float
    value.type.tensorType.shape.dim = shape.map { extent in
      var dimension = ONNXTensorShapeProto.Dimension()
      switch extent {
      case .fixed(let count): dimension.dimValue = Int64(count)
      case .named(let name): dimension.dimParam = name
      }
      return dimension
    }
    return value
  }
}
