import Networks
import Wording

/// A file's tensors under the names that its writer gave them: shapes at once, values when asked for.
///
/// What wraps a network in PyTorch leaves `module.` (data parallel, averaged) before every name, or a
/// name of PyTorch's own (compiled, sharded, recomputed) anywhere; both are taken off. Counts of
/// batches and of averaged steps are left out: nothing depends on them.
package struct NamedTensors {
  /// Where the file lies.
  package let path: String
  /// Shapes by name.
  package let shapes: [String: [Int]]

  /// The file's own names by those without prefixes.
  private let originals: [String: String]
  private let read: (String) throws(CheckpointError) -> Tensor

  /// Collects the tensors of a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - shapes: Shapes by the file's own names.
  ///   - read: Reads the tensor of one of these names.
  /// - Throws: `CheckpointError` if two names are the same without their prefixes.
  package init(
    path: String, shapes: [String: [Int]],
    read: @escaping (String) throws(CheckpointError) -> Tensor
  ) throws(CheckpointError) {
    var stripped: [String: [Int]] = [:]
    var originals: [String: String] = [:]
    for (original, shape) in shapes where !Self.isCount(original, shape) {
      let name = Self.bare(original)
      if let other = originals.updateValue(original, forKey: name) {
        let names = [original, other].sorted().map { "'\(abbreviated($0))'" }
        throw CheckpointError(
          file: path, place: "tensors", problem: "\(names[0]) and \(names[1]) have the same name")
      }
      stripped[name] = shape
    }
    self.path = path
    self.shapes = stripped
    self.originals = originals
    self.read = read
  }

  /// Collects the tensors of a safetensors file.
  init(_ file: SafetensorsFile) throws(CheckpointError) {
    var shapes: [String: [Int]] = [:]
    for name in file.names { shapes[name] = file.shape(of: name) }
    try self.init(path: file.path, shapes: shapes) { name throws(CheckpointError) in
      try file.tensor(name)
    }
  }

  private init(path: String, prefix: String, of all: NamedTensors) {
    self.path = path
    var shapes: [String: [Int]] = [:]
    var originals: [String: String] = [:]
    for (name, shape) in all.shapes where name.hasPrefix(prefix) {
      let rest = String(name.dropFirst(prefix.count))
      shapes[rest] = shape
      originals[rest] = all.originals[name]
    }
    self.shapes = shapes
    self.originals = originals
    read = all.read
  }

  /// The tensors whose names begin with a prefix, without it: a network that is part of another.
  func within(_ prefix: String) -> NamedTensors {
    prefix.isEmpty ? self : NamedTensors(path: path, prefix: prefix, of: self)
  }

  /// Reads a tensor.
  ///
  /// - Throws: `CheckpointError` if there is none of this name, or it cannot be read as float32.
  package func tensor(_ name: String) throws(CheckpointError) -> Tensor {
    guard let original = originals[name] else { throw missing(name) }
    return try read(original)
  }

  /// What to do about missing tensors, if the file's name says that it is one of several.
  var partAdvice: String? {
    path.contains(#/-[0-9]{5}-of-[0-9]{5}\./#)
      ? "this is one of several parts: give their index, such as model.safetensors.index.json" : nil
  }

  /// The error for a tensor that is not there.
  func missing(_ name: String) -> CheckpointError {
    CheckpointError(file: path, place: "tensor '\(name)'", problem: "is not in the file")
  }

  /// A batch norm's `num_batches_tracked`, or the `n_averaged` of stochastic weight averaging.
  static func isCount(_ name: String, _ shape: [Int]) -> Bool {
    name.hasSuffix("num_batches_tracked")
      || (shape.allSatisfy { $0 == 1 } && name.split(separator: ".").last == "n_averaged")
  }

  /// A name without what wraps the network; twice is once.
  static func bare(_ name: String) -> String {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      .filter { !wrappers.contains($0) }
    return parts.drop { $0 == "module" }.joined(separator: ".")
  }

  /// Names that PyTorch puts between a module's own.
  private static let wrappers: Set<Substring> = [
    "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module",
  ]
}
