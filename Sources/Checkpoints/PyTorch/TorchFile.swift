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
  private let storages: any TorchStorageSource

  /// Opens a file.
  ///
  /// - Throws: `CheckpointError` if it cannot be read or is not what PyTorch saves weights as.
  package init(contentsOfFile path: String) throws(CheckpointError) {
    try self.init(WeightFile(path: path))
  }

  /// Reads the object's description; its numbers are read when asked for.
  ///
  /// - Throws: `CheckpointError` if the file breaks a rule of the format, was written on a machine
  ///   of the other byte order, or is something else that PyTorch writes.
  init(_ file: WeightFile) throws(CheckpointError) {
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

  /// The weights that the file holds, bare or wrapped in whatever a training keeps beside them.
  ///
  /// - Throws: `CheckpointError` that names what the file holds instead.
  package func stateDict() throws(CheckpointError) -> NamedTensors {
    guard let items = machine.items(root) else { throw notWeights(root, "the file holds") }
    let dictionaries = StateDictSearch(machine: machine, root: root).dictionaries
    // The first that holds a network; otherwise what is likeliest to be meant for one.
    if let found = dictionaries.first(where: \.holdsNetwork) ?? dictionaries.first {
      return try namedTensors(found.items, in: found.place, isNetwork: found.holdsNetwork)
    }
    // A whole network in place of its state dict has its tensors out of reach.
    for (key, value) in items {
      guard case .opaque(let index) = value, let name = machine.text(key),
        StateDictSearch.wrappers.contains(name)
      else { continue }
      throw notWeights(.opaque(index), "'\(name)' holds")
    }
    return try namedTensors(items, in: "", isNetwork: false)
  }

  private func namedTensors(
    _ items: [(key: PickleValue, value: PickleValue)], in place: String, isNetwork: Bool
  ) throws(CheckpointError) -> NamedTensors {
    var tensors: [String: TorchTensor] = [:]
    var opaque: [(name: String, maker: PickleGlobal)] = []
    for (key, value) in items {
      guard let name = machine.text(key) else { continue }
      switch value {
      case .tensor(let index): tensors[name] = machine.tensors[index]
      case .opaque(let index), .global(let index):
        // Beside the tensors of a network there may be settings.
        if !isNetwork || Self.isParameter(name) { opaque.append((name, machine.globals[index])) }
      default: continue
      }
    }
    if tensors.isEmpty, opaque.isEmpty || opaque.count < items.count {
      let keys = items.compactMap { machine.text($0.key) }
      throw CheckpointError(
        file: path, place: place.isEmpty ? nil : "entry '\(abbreviated(place))'",
        problem: "expected a dictionary of tensors, found one without any"
          + (keys.isEmpty ? "" : "; its keys are " + listed(keys, of: keys.count, first: 8)),
        advice: "save the state dict alone: torch.save(model.state_dict(), …)")
    }
    if let opaque = opaque.first {
      throw CheckpointError(
        file: path, place: "entry '\(abbreviated(opaque.name))'",
        problem: "is made by \(opaque.maker.fullName), which is never run",
        advice: "save the state dict alone: torch.save(model.state_dict(), …)")
    }
    try checkSizes(tensors)
    let source = TorchTensorReader(path: path, tensors: tensors, storages: storages)
    return try NamedTensors(path: path, shapes: tensors.mapValues(\.shape)) {
      name throws(CheckpointError) in
      try source.tensor(name)
    }
  }

  private static func isParameter(_ name: String) -> Bool {
    [".weight", ".bias", ".running_mean", ".running_var"].contains { name.hasSuffix($0) }
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
protocol TorchStorageSource {
  /// Reads a whole storage.
  ///
  /// - Parameters:
  ///   - storage: The storage.
  ///   - byteCount: Its size, which has been computed from its count without overflow.
  /// - Returns: Its bytes, little-endian.
  /// - Throws: `CheckpointError` if there is none of its key or it has another size.
  func bytes(of storage: TorchStorage, byteCount: Int) throws(CheckpointError) -> [UInt8]
}
