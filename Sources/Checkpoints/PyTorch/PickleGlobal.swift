import Networks
import Wording

/// A class or function that a pickle names.
struct PickleGlobal: Hashable, Sendable {
  var module: String
  var name: String

  /// Its name in Python, for messages.
  var fullName: String { abbreviated("\(module).\(name)") }

  /// What a reader of weights does when it is called; nil for all that is not called.
  var action: Action? { Self.actions[module]?[name] }

  /// Type of the elements of a storage class; nil if it is no such class or has another type.
  var storageType: DataType? {
    module == "torch" || module == "torch.cuda" ? Self.storageTypes[name] : nil
  }

  /// The element type that a PyTorch dtype stands for.
  var elementType: DataType? { module == "torch" ? Self.elementTypes[name] : nil }

  /// The functions and classes that are acted out.
  enum Action: Sendable {
    /// A dictionary, empty or of the given pairs.
    case dictionary
    /// The first argument as it is: a parameter around its tensor, a size around its tuple.
    case firstArgument
    /// A view of a storage.
    case tensor
  }

  private static let actions: [String: [String: Action]] = [
    "collections": ["OrderedDict": .dictionary, "defaultdict": .dictionary],
    "builtins": ["dict": .dictionary],
    "__builtin__": ["dict": .dictionary],
    "torch": ["Size": .firstArgument],
    "torch._utils": [
      "_rebuild_tensor": .tensor, "_rebuild_tensor_v2": .tensor, "_rebuild_tensor_v3": .tensor,
      "_rebuild_parameter": .firstArgument, "_rebuild_parameter_with_state": .firstArgument,
    ],
  ]

  private static let storageTypes: [String: DataType] = [
    "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .bfloat16,
    "DoubleStorage": .float64, "LongStorage": .int64, "IntStorage": .int32,
    "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
    "ComplexFloatStorage": .complex64,
  ]

  private static let elementTypes: [String: DataType] = [
    "float32": .float32, "float16": .float16, "bfloat16": .bfloat16, "float64": .float64,
    "int64": .int64, "int32": .int32, "int16": .int16, "int8": .int8, "uint8": .uint8,
    "bool": .bool, "uint16": .uint16, "uint32": .uint32, "uint64": .uint64,
    "complex64": .complex64, "float8_e5m2": .float8e5m2, "float8_e4m3fn": .float8e4m3,
  ]
}
