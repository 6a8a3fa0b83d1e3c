import Networks
import Wording

/// A file that `torch.save` wrote: an object whose tensors view storages.
///
/// - SeeAlso: PyTorch's `torch/serialization.py`.
package struct TorchFile {
  private let path: String
  private let byteCount: Int
  private let machine: PickleMachine
  private let root: PickleValue
  private let storages: any TorchStorages

  /// Opens a file.
  ///
  /// - Throws: `CheckpointError` if it cannot be read or is not what PyTorch saves weights as.
  package init(contentsOfFile path: String) throws(CheckpointError) {
    try self.init(ReadableFile(path: path))
  }

  /// Reads the object's description; its numbers are read when asked for.
  ///
  /// - Throws: `CheckpointError` if the file breaks a rule of the format, was written on a machine
  ///   of the other byte order, or is something else that PyTorch writes.
  init(_ file: ReadableFile) throws(CheckpointError) {
    path = file.path
    byteCount = file.byteCount
    let head = try file.bytes(at: 0, count: min(2, file.byteCount))
    if head == [0x50, 0x4B] {
      let archive = try TorchZip(file)
      (machine, root) = (archive.machine, archive.root)
      storages = archive
    } else {
      let legacy = try TorchLegacy(file)
      (machine, root) = (legacy.machine, legacy.root)
      storages = legacy
    }
  }

  /// Keys under which training programs keep the weights, in the order in which to look: averaged
  /// weights first, as timm does.
  private static let wrappers = [
    "state_dict_ema", "model_ema", "state_dict", "model", "model_state_dict", "net",
  ]

  /// The weights that the file holds, bare or wrapped.
  ///
  /// - Throws: `CheckpointError` that names what the file holds instead.
  package func stateDict() throws(CheckpointError) -> NamedTensors {
    guard let items = machine.items(root) else { throw notWeights(root, "the file holds") }
    let wrapped = Self.wrappers.compactMap { wrapper in
      items.last { machine.text($0.key) == wrapper }.map { (wrapper, value: $0.value) }
    }
    for (wrapper, value) in wrapped {
      if let inner = machine.items(value) { return try namedTensors(inner, in: wrapper) }
    }
    // A whole network under one of the keys has its tensors out of reach.
    for case (let wrapper, .opaque(let index)) in wrapped {
      throw notWeights(.opaque(index), "'\(wrapper)' holds")
    }
    return try namedTensors(items, in: "")
  }

  private func namedTensors(
    _ items: [(key: PickleValue, value: PickleValue)], in place: String
  ) throws(CheckpointError) -> NamedTensors {
    var tensors: [String: TorchTensor] = [:]
    for (key, value) in items {
      guard let name = machine.text(key) else { continue }
      switch value {
      case .tensor(let index): tensors[name] = machine.tensors[index]
      case .opaque(let index), .global(let index):
        throw CheckpointError(
          file: path, place: "entry '\(abbreviated(name))'",
          problem: "is made by \(machine.globals[index].fullName), which is never run",
          advice: "save the state dict alone: torch.save(model.state_dict(), …)")
      default: continue
      }
    }
    if tensors.isEmpty {
      throw CheckpointError(
        file: path, place: place.isEmpty ? nil : "entry '\(place)'",
        problem: "expected a dictionary of tensors, found one without any",
        advice: "save the state dict alone: torch.save(model.state_dict(), …)")
    }
    try checkSizes(tensors)
    let source = TorchTensors(path: path, tensors: tensors, storages: storages)
    return try NamedTensors(path: path, shapes: tensors.mapValues(\.shape)) {
      name throws(CheckpointError) in
      try source.tensor(name)
    }
  }

  /// Views that repeat elements let a small file hold huge tensors; no network needs them.
  private func checkSizes(_ tensors: [String: TorchTensor]) throws(CheckpointError) {
    var room = 4 * byteCount + (1 << 16)
    for name in tensors.keys.sorted() {
      guard let tensor = tensors[name] else { continue }
      let (size, overflow) = tensor.count.multipliedReportingOverflow(
        by: tensor.dataType.byteCount)
      guard !overflow, size <= room else {
        throw CheckpointError(
          file: path, place: "tensor '\(abbreviated(name))'",
          problem: "shape \(brief(tensor.shape)) makes the tensors larger than four times the file",
          advice: "the file is damaged or was made to mislead")
      }
      room -= size
    }
  }

  private func notWeights(_ value: PickleValue, _ subject: String) -> CheckpointError {
    let found: String
    switch value {
    case .opaque(let index):
      found = "an object of \(machine.globals[index].fullName), whose code is never run"
    case .global(let index): found = "the class \(machine.globals[index].fullName)"
    case .tensor: found = "a single tensor"
    case .tuple, .list: found = "a sequence"
    default: found = "a plain value"
    }
    return CheckpointError(
      file: path, problem: "expected a dictionary of tensors, \(subject) \(found)",
      advice: "save the state dict: torch.save(model.state_dict(), …)")
  }
}

/// Where the raw numbers of storages lie.
protocol TorchStorages {
  /// Reads a whole storage.
  ///
  /// - Parameters:
  ///   - storage: The storage.
  ///   - byteCount: Its size, which has been computed from its count without overflow.
  /// - Returns: Its bytes, little-endian.
  /// - Throws: `CheckpointError` if there is none of its key or it has another size.
  func bytes(of storage: TorchStorage, byteCount: Int) throws(CheckpointError) -> [UInt8]
}
