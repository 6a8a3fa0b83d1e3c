import Networks

/// Writes state dicts as PyTorch does, in both containers: pickle protocol 2, float32.
struct TorchWriter {
  /// Names and values in order.
  var tensors: [(name: String, tensor: Tensor)]
  /// What stands before every name.
  var prefix = ""
  /// The key of the dictionary around the state dict; nil for none.
  var wrapper: String?
  /// Other items of that dictionary: keys and pickled values.
  var others: [(key: String, pickled: Pickle)] = []

  /// The object's pickle.
  var pickle: Pickle {
    var object = Pickle.global("collections", "OrderedDict") + [.emptyTuple, .reduce, .mark]
    for (index, entry) in tensors.enumerated() {
      object += Pickle.text(prefix + entry.name)
      object += .tensor(key: "\(index)", shape: entry.tensor.shape)
    }
    object += [.setItems]
    guard let wrapper else { return .whole(object) }
    var root: Pickle = [.emptyDictionary, .mark]
    for other in others { root += Pickle.text(other.key) + other.pickled }
    return .whole(root + Pickle.text(wrapper) + object + [.setItems])
  }

  /// The file as PyTorch 1.6 and later write it, maybe with other bytes for its pickle.
  func zip(folder: String = "archive", pickle other: [UInt8]? = nil) -> [UInt8] {
    var zip = ZipWriter()
    zip.add("\(folder)/data.pkl", other ?? pickle.bytes)
    zip.add("\(folder)/byteorder", Array("little".utf8))
    for (index, entry) in tensors.enumerated() {
      zip.add("\(folder)/data/\(index)", littleEndian(entry.tensor.values))
    }
    zip.add("\(folder)/version", Array("3\n".utf8))
    return zip.finished()
  }

  /// The file as earlier versions write it.
  func legacy() -> [UInt8] {
    var bytes = Pickle.legacyHead.bytes + pickle.bytes
    var keys: Pickle = [.emptyList, .mark]
    for index in tensors.indices { keys += Pickle.text("\(index)") }
    bytes += Pickle.whole(keys + [.appends]).bytes
    for entry in tensors {
      bytes += Pickle.littleEndian(UInt64(entry.tensor.values.count))
      bytes += littleEndian(entry.tensor.values)
    }
    return bytes
  }

  private func littleEndian(_ values: [Float]) -> [UInt8] {
    values.map { $0.bitPattern.littleEndian }.withUnsafeBytes { Array($0) }
  }
}

/// A pickle's bytes, put together opcode by opcode.
struct Pickle: ExpressibleByArrayLiteral, Sendable {
  enum Opcode: UInt8, Sendable {
    case mark = 0x28
    case stop = 0x2E
    case emptyTuple = 0x29
    case emptyList = 0x5D
    case emptyDictionary = 0x7D
    case tuple = 0x74
    case appends = 0x65
    case setItems = 0x75
    case reduce = 0x52
    case newObject = 0x81
    case build = 0x62
    case persistentID = 0x51
    case none = 0x4E
    case newTrue = 0x88
    case newFalse = 0x89
  }

  var bytes: [UInt8] = []

  init(_ bytes: [UInt8]) { self.bytes = bytes }
  init(arrayLiteral elements: Opcode...) { bytes = elements.map(\.rawValue) }

  static func + (a: Pickle, b: Pickle) -> Pickle { Pickle(a.bytes + b.bytes) }
  static func += (a: inout Pickle, b: Pickle) { a.bytes += b.bytes }

  /// A pickle of protocol 2 around the opcodes that make a value.
  static func whole(_ value: Pickle) -> Pickle { Pickle([0x80, 2]) + value + [.stop] }

  static func text(_ text: String) -> Pickle {
    let utf8 = Array(text.utf8)
    return Pickle([0x58] + littleEndian(UInt32(utf8.count)) + utf8)
  }

  static func integer(_ value: Int) -> Pickle {
    guard let small = Int32(exactly: value) else {
      return Pickle([0x8A, 8] + littleEndian(UInt64(bitPattern: Int64(value))))
    }
    return Pickle([0x4A] + littleEndian(UInt32(bitPattern: small)))
  }

  static func global(_ module: String, _ name: String) -> Pickle {
    Pickle([0x63] + Array("\(module)\n\(name)\n".utf8))
  }

  static func tuple(_ elements: [Pickle]) -> Pickle {
    elements.reduce([.mark], +) + [.tuple]
  }

  /// A storage's persistent id.
  static func storage(key: String, count: Int, type: String = "FloatStorage") -> Pickle {
    let module = type == "UntypedStorage" ? "torch.storage" : "torch"
    return tuple([text("storage"), global(module, type), text(key), text("cpu"), integer(count)])
      + [.persistentID]
  }

  /// A tensor that views a storage; by default all of a storage of its own, row-major.
  static func tensor(
    key: String, shape: [Int], strides: [Int]? = nil, offset: Int = 0, count: Int? = nil,
    type: String = "FloatStorage", function: String = "_rebuild_tensor_v2", dtype: String? = nil
  ) -> Pickle {
    var dense: [Int] = []
    for extent in shape.reversed() { dense.insert((dense.first ?? 1) &* extent, at: 0) }
    let rowMajor = Array((dense + [1]).dropFirst())
    return global("torch._utils", function)
      + tuple(
        [
          storage(key: key, count: count ?? dense.first ?? 1, type: type), integer(offset),
          tuple(shape.map(integer)), tuple((strides ?? rowMajor).map(integer)), [.newFalse],
          global("collections", "OrderedDict") + [.emptyTuple, .reduce],
        ] + (dtype.map { [global("torch", $0)] } ?? [])) + [.reduce]
  }

  /// The three pickles that a file of the old format begins with.
  static let legacyHead: Pickle = {
    let magicNumber: [UInt8] = [
      0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
    ]
    let system: Pickle =
      [.emptyDictionary, .mark] + text("protocol_version") + integer(1001)
      + text("little_endian") + [.newTrue] + text("type_sizes") + [.emptyDictionary, .setItems]
    return whole(Pickle(magicNumber)) + whole(integer(1001)) + whole(system)
  }()

  static func littleEndian<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
