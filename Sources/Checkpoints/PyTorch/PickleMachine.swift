/// A reader of the pickles that PyTorch writes, which calls nothing.
///
/// It knows the opcodes that state dicts and their wrappers use. The few functions that build
/// tensors are acted out; every other class or function becomes an opaque value, and so does whatever
/// it would have made.
///
/// - Complexity: Linear in the pickle. Memory beside the pickle itself is bounded by `Limits`: the
///   worst of a score of hostile pickles of 20 MB took 75 MB.
/// - SeeAlso: Python's `pickletools`, PyTorch's `torch/_weights_only_unpickler.py`.
struct PickleMachine {
  /// What is wrong with a pickle, and at which byte.
  struct Fault: Error {
    var problem: String
    var offset: Int
  }

  /// Bounds far beyond what a checkpoint of a network needs.
  enum Limits {
    /// Bytes of a pickle.
    static let bytes = 64 << 20
    /// Values on the stack.
    static let stack = 1 << 18
    /// Values that were put into containers or the memo.
    static let values = 1 << 21
    /// Bytes of a name.
    static let name = 1024
    /// Dimensions of a tensor.
    static let dimensions = 32
    /// Tuples, lists and dictionaries.
    static let containers = 1 << 18
  }

  /// The pickle, or a file that begins with several.
  let bytes: [UInt8]
  /// The next byte.
  var offset = 0

  /// Places of the texts in `bytes`.
  private(set) var texts: [Range<Int>] = []
  private(set) var sequences: [[PickleValue]] = []
  private(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  private(set) var globals: [PickleGlobal] = []
  private(set) var storages: [TorchStorage] = []
  private(set) var tensors: [TorchTensor] = []

  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [PickleValue] = []
  private var valueCount = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Runs one pickle from the present byte to its STOP.
  ///
  /// - Returns: The value that it leaves; its parts lie in the machine's arrays.
  /// - Throws: `Fault` for an opcode that PyTorch does not write, a value in a place where it cannot
  ///   be, or a limit.
  mutating func run() throws(Fault) -> PickleValue {
    stack.removeAll()
    marks.removeAll()
    memo.removeAll()
    while true {
      let start = offset
      let byte = UInt8(try takeInteger(1))
      guard let opcode = PickleOpcode(rawValue: byte) else {
        offset = start
        throw fault("opcode \(byte) is not one that state dicts use")
      }
      if opcode == .stop {
        let value = try pop()
        guard stack.isEmpty, marks.isEmpty else { throw fault("it ends with values left over") }
        return value
      }
      do throws(Fault) {
        try perform(opcode)
      } catch {
        throw Fault(problem: error.problem, offset: start)
      }
    }
  }

  private mutating func perform(_ opcode: PickleOpcode) throws(Fault) {
    switch opcode {
    case .proto:
      let version = try takeInteger(1)
      if version > 5 { throw fault("protocol \(version), expected 2 to 5") }
    case .frame: _ = try take(8)
    case .stop: break
    case .mark:
      if marks.count >= Limits.stack { throw fault("too many marks") }
      marks.append(stack.count)
    case .pop:
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    case .duplicate:
      let value = try pop()
      try push(value)
      try push(value)

    case .none: try push(.none)
    case .newTrue: try push(.bool(true))
    case .newFalse: try push(.bool(false))
    case .integer: try push(.integer(Int(Int32(truncatingIfNeeded: try takeInteger(4)))))
    case .integer1: try push(.integer(try takeInteger(1)))
    case .integer2: try push(.integer(try takeInteger(2)))
    case .long1: try pushLong(count: try takeInteger(1))
    case .long4: try pushLong(count: try takeInteger(4))
    case .float:
      let bits = try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      try push(.real(Double(bitPattern: bits)))
    case .shortUnicode, .shortString, .shortBytes: try pushText(count: try takeInteger(1))
    case .unicode, .string, .bytes: try pushText(count: try takeInteger(4))
    case .unicode8, .bytes8, .byteArray: try pushText(count: try takeInteger(8))

    case .emptyTuple: try pushSequence([], PickleValue.tuple)
    case .tuple1: try pushTuple(count: 1)
    case .tuple2: try pushTuple(count: 2)
    case .tuple3: try pushTuple(count: 3)
    case .tuple: try pushSequence(try popToMark(), PickleValue.tuple)
    case .emptyList: try pushSequence([], PickleValue.list)
    case .emptyDictionary: try push(try newDictionary([]))
    case .emptySet: try push(.opaque(try newGlobal("builtins", "set")))
    case .frozenSet:
      _ = try popToMark()
      try push(.opaque(try newGlobal("builtins", "frozenset")))
    case .append: try append([try pop()])
    case .appends: try append(try popToMark())
    case .setItem:
      let value = try pop()
      try setItems([try pop(), value])
    case .setItems: try setItems(try popToMark())
    case .addItems:
      _ = try popToMark()
      _ = try top()

    case .put: try remember(at: try takeInteger(1))
    case .longPut: try remember(at: try takeInteger(4))
    case .memoize: try remember(at: memo.count)
    case .get: try push(try remembered(at: try takeInteger(1)))
    case .longGet: try push(try remembered(at: try takeInteger(4)))

    case .global:
      let module = try takeLine()
      try push(.global(try newGlobal(module, try takeLine())))
    case .stackGlobal:
      let name = try pop()
      guard let name = text(name), let module = text(try pop()) else {
        throw fault("a class whose name is not a text")
      }
      try push(.global(try newGlobal(module, name)))
    case .reduce, .newObject:
      let arguments = try pop()
      guard let arguments = tuple(arguments) else { throw fault("arguments that are no tuple") }
      try push(try result(of: try pop(), arguments))
    case .newObjectWithKeywords:
      _ = try pop()
      guard let arguments = tuple(try pop()) else { throw fault("arguments that are no tuple") }
      try push(try result(of: try pop(), arguments))
    case .build:
      _ = try pop()
      _ = try top()
    case .persistentID: try push(try persistent(try pop()))
    }
  }
}

// MARK: The stack, the memo and the bytes

extension PickleMachine {
  /// A fault at the present byte.
  func fault(_ problem: String) -> Fault { Fault(problem: problem, offset: offset) }

  private mutating func push(_ value: PickleValue) throws(Fault) {
    if stack.count >= Limits.stack { throw fault("more than \(Limits.stack) values on the stack") }
    stack.append(value)
  }

  /// The value on top, which must not lie below a mark.
  private func top() throws(Fault) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else {
      throw fault("a value is missing from the stack")
    }
    return value
  }

  private mutating func pop() throws(Fault) -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func popToMark() throws(Fault) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw fault("a mark is missing from the stack") }
    let values = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return values
  }

  /// Accounts for values that are about to be kept.
  private mutating func keep(_ count: Int) throws(Fault) {
    valueCount += count
    if valueCount > Limits.values { throw fault("more than \(Limits.values) values") }
  }

  /// Pickles number what they remember from 0 or 1 on, without gaps.
  private mutating func remember(at index: Int) throws(Fault) {
    let value = try top()
    try keep(2)
    guard index <= memo.count + 1 else {
      throw fault("value \(index) is remembered after \(memo.count) others")
    }
    while memo.count <= index { memo.append(.none) }
    memo[index] = value
  }

  private func remembered(at index: Int) throws(Fault) -> PickleValue {
    guard index < memo.count else { throw fault("value \(index) was never remembered") }
    return memo[index]
  }

  private mutating func take(_ count: Int) throws(Fault) -> ArraySlice<UInt8> {
    guard count <= bytes.count - offset else { throw fault("it ends in the middle") }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }

  /// Takes an unsigned integer of up to eight bytes, the lowest first.
  private mutating func takeInteger(_ count: Int) throws(Fault) -> Int {
    let value = try take(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let value = Int(exactly: value) else { throw fault("a length beyond 2⁶³") }
    return value
  }

  private mutating func takeLine() throws(Fault) -> String {
    guard let end = bytes[offset...].prefix(Limits.name).firstIndex(of: 0x0A) else {
      throw fault("a name without an end")
    }
    defer { offset = end + 1 }
    return String(decoding: bytes[offset..<end], as: UTF8.self)
  }

  private mutating func pushText(count: Int) throws(Fault) {
    let start = offset
    _ = try take(count)
    try keep(1)
    texts.append(start..<offset)
    try push(.text(texts.count - 1))
  }

  private mutating func pushLong(count: Int) throws(Fault) {
    let start = offset
    let digits = try take(count)
    guard count > 8 else {
      var value: UInt64 = digits.last.map { $0 >= 0x80 ? .max : 0 } ?? 0
      for digit in digits.reversed() { value = value << 8 | UInt64(digit) }
      return try push(.integer(Int(Int64(bitPattern: value))))
    }
    try keep(1)
    texts.append(start..<offset)
    try push(.long(texts.count - 1))
  }
}

// MARK: Containers

extension PickleMachine {
  /// The text of a value; nil for any other value and for texts too long to be a name.
  ///
  /// Without the bound a short pickle could ask for a long text many times.
  func text(_ value: PickleValue) -> String? {
    guard case .text(let index) = value, texts[index].count <= Limits.name else { return nil }
    return String(decoding: bytes[texts[index]], as: UTF8.self)
  }

  /// The elements of a tuple; nil for any other value.
  func tuple(_ value: PickleValue) -> [PickleValue]? {
    guard case .tuple(let index) = value else { return nil }
    return sequences[index]
  }

  /// The elements of a tuple or list; nil for any other value.
  func sequence(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .tuple(let index), .list(let index): sequences[index]
    default: nil
    }
  }

  /// The items of a dictionary in order; nil for any other value.
  func items(_ value: PickleValue) -> [(key: PickleValue, value: PickleValue)]? {
    guard case .dictionary(let index) = value else { return nil }
    return dictionaries[index]
  }

  /// Makes a dictionary.
  mutating func newDictionary(
    _ items: [(key: PickleValue, value: PickleValue)]
  ) throws(Fault) -> PickleValue {
    try checkContainers()
    try keep(2 * items.count)
    dictionaries.append(items)
    return .dictionary(dictionaries.count - 1)
  }

  private func checkContainers() throws(Fault) {
    if sequences.count + dictionaries.count >= Limits.containers {
      throw fault("more than \(Limits.containers) tuples, lists and dictionaries")
    }
  }

  private mutating func pushSequence(
    _ values: [PickleValue], _ kind: (Int) -> PickleValue
  ) throws(Fault) {
    try checkContainers()
    try keep(values.count)
    sequences.append(values)
    try push(kind(sequences.count - 1))
  }

  private mutating func pushTuple(count: Int) throws(Fault) {
    var values: [PickleValue] = []
    for _ in 0..<count { values.append(try pop()) }
    try pushSequence(values.reversed(), PickleValue.tuple)
  }

  private mutating func append(_ values: [PickleValue]) throws(Fault) {
    try keep(values.count)
    switch try top() {
    case .list(let index): sequences[index].append(contentsOf: values)
    case .opaque: break
    default: throw fault("elements for what is no list")
    }
  }

  private mutating func setItems(_ values: [PickleValue]) throws(Fault) {
    guard values.count.isMultiple(of: 2) else { throw fault("a key without a value") }
    try keep(values.count)
    switch try top() {
    case .dictionary(let index):
      for start in stride(from: 0, to: values.count, by: 2) {
        dictionaries[index].append((values[start], values[start + 1]))
      }
    case .opaque: break
    default: throw fault("items for what is no dictionary")
    }
  }
}

// MARK: What the machine's other files add to its arrays

extension PickleMachine {
  /// Adds a class or function.
  mutating func newGlobal(_ module: String, _ name: String) throws(Fault) -> Int {
    try keep(4)
    globals.append(PickleGlobal(module: module, name: name))
    return globals.count - 1
  }

  /// Adds a storage.
  mutating func newStorage(_ storage: TorchStorage) throws(Fault) -> PickleValue {
    try keep(4)
    storages.append(storage)
    return .storage(storages.count - 1)
  }

  /// Adds a tensor.
  mutating func newTensor(_ tensor: TorchTensor) throws(Fault) -> PickleValue {
    try keep(8 + 2 * tensor.shape.count)
    tensors.append(tensor)
    return .tensor(tensors.count - 1)
  }
}
