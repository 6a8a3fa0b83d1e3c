extension PickleMachine {
  /// What a call would give, without calling anything.
  ///
  /// - Throws: `Fault` if one of the functions that build tensors has impossible arguments.
  mutating func result(
    of callee: PickleValue, _ arguments: [PickleValue]
  ) throws(Fault) -> PickleValue {
    switch callee {
    case .opaque: return callee
    case .global(let index):
      switch globals[index].action {
      case nil: return .opaque(index)
      case .dictionary: return try newDictionary(try pairs(arguments))
      case .firstArgument: return arguments.first ?? .opaque(index)
      case .tensor: return try tensor(arguments, function: index)
      }
    default: throw fault("a call of what is no function")
    }
  }

  /// Items of `OrderedDict([[key, value], …])`, as Python 2 writes it.
  private func pairs(
    _ arguments: [PickleValue]
  ) throws(Fault) -> [(key: PickleValue, value: PickleValue)] {
    guard let argument = arguments.first else { return [] }
    if let items = items(argument) { return items }
    var pairs: [(key: PickleValue, value: PickleValue)] = []
    for element in sequence(argument) ?? [] {
      guard let pair = sequence(element), pair.count == 2 else {
        throw fault("a dictionary of what are no pairs")
      }
      pairs.append((pair[0], pair[1]))
    }
    return pairs
  }

  /// `_rebuild_tensor…(storage, offset, size, stride, …)`; the third version's seventh argument is
  /// the element type.
  private mutating func tensor(
    _ arguments: [PickleValue], function: Int
  ) throws(Fault) -> PickleValue {
    guard arguments.count >= 4 else { throw fault("a tensor of \(arguments.count) arguments") }
    if case .opaque(let index) = arguments[0] { return .opaque(index) }
    guard case .storage(let index) = arguments[0], case .integer(let offset) = arguments[1],
      let shape = integers(arguments[2]), let strides = integers(arguments[3])
    else { throw fault("a tensor whose arguments are not storage, offset, size and strides") }
    let storage = storages[index]
    var dataType = storage.dataType
    if globals[function].name == "_rebuild_tensor_v3" {
      guard arguments.count > 6, case .global(let type) = arguments[6] else {
        throw fault("a tensor without an element type")
      }
      dataType = globals[type].elementType
      if dataType == nil { return .opaque(type) }
    }
    guard let dataType else { throw fault("a tensor without an element type") }
    let tensor = TorchTensor(
      storage: storage, dataType: dataType, offset: offset, shape: shape,
      // Nobody steps along a dimension of one, whose stride may be anything.
      strides: zip(shape, strides).map { $0 == 1 ? min($1, 1) : $1 })
    if strides.count != shape.count {
      throw fault("a tensor of \(shape.count) dimensions and \(strides.count) strides")
    }
    if let problem = tensor.problem { throw fault(problem) }
    return try newTensor(tensor)
  }

  /// The elements of a short sequence of integers; nil for anything else.
  private func integers(_ value: PickleValue) -> [Int]? {
    integers(sequence(value)?[...])
  }

  private func integers(_ elements: ArraySlice<PickleValue>?) -> [Int]? {
    guard let elements, elements.count <= Limits.dimensions else { return nil }
    var integers: [Int] = []
    for element in elements {
      guard case .integer(let integer) = element else { return nil }
      integers.append(integer)
    }
    return integers
  }

  /// `("storage", class, key, location, count[, view])` or, in old files,
  /// `("module", class, file, source)`.
  mutating func persistent(_ value: PickleValue) throws(Fault) -> PickleValue {
    let elements = tuple(value) ?? []
    guard let kind = elements.first.flatMap(text) else {
      throw fault("a persistent value that is no tuple with a name")
    }
    if kind == "module", elements.count > 1 { return elements[1] }
    guard kind == "storage", elements.count >= 5, case .global(let type) = elements[1],
      let key = text(elements[2]), case .integer(let count) = elements[4], count >= 0
    else { throw fault("a persistent value that is no storage") }
    let isUntyped = globals[type] == PickleGlobal(module: "torch.storage", name: "UntypedStorage")
    let dataType = globals[type].storageType
    guard dataType != nil || isUntyped else { return .opaque(type) }
    var storage = TorchStorage(dataType: dataType, key: key, count: count)
    if elements.count > 5, let view = sequence(elements[5]) {
      guard let view = integers(view.dropFirst()), view.count == 2, view[0] >= 0, view[1] >= 0,
        view[0] <= count, view[1] <= count - view[0]
      else { throw fault("a view outside its storage") }
      storage.viewOffset = view[0]
      storage.viewCount = view[1]
    }
    return try newStorage(storage)
  }
}

extension TorchTensor {
  /// Number of elements.
  var count: Int { shape.reduce(1, *) }

  /// What makes it reach outside its storage or overflow; nil for a sound tensor.
  fileprivate var problem: String? {
    guard offset >= 0, shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 }) else {
      return "a tensor with a negative offset, size or stride"
    }
    var count = 1
    var last = offset
    for (extent, stride) in zip(shape, strides) {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      let (span, spanOverflow) = max(0, extent - 1).multipliedReportingOverflow(by: stride)
      let (sum, sumOverflow) = last.addingReportingOverflow(span)
      if overflow || spanOverflow || sumOverflow { return "a tensor beyond 2⁶³ elements" }
      count = product
      last = sum
    }
    guard storage.dataType == nil ? storage.viewCount == nil : storage.dataType == dataType else {
      return "a tensor of another type than its storage"
    }
    let room = storage.dataType == nil ? storage.count / dataType.byteCount : storage.count
    let available = storage.viewCount ?? room
    if count > 0, last >= available {
      return "a tensor reaches element \(last) of a storage of \(available)"
    }
    return nil
  }
}
