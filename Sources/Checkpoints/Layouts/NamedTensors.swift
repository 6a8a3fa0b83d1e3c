import Networks
import Wording

/// A file's tensors under the names that its writer gave them: shapes at once, values when asked for.
///
/// What wraps a network in PyTorch leaves `module.` (data parallel) or `_orig_mod.` (compiled) before
/// every name; both are taken off. `num_batches_tracked` is left out: nothing depends on it.
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
    for (original, shape) in shapes where !original.hasSuffix("num_batches_tracked") {
      let name = Self.withoutPrefixes(original)
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

  /// Reads a tensor.
  ///
  /// - Throws: `CheckpointError` if there is none of this name, or it cannot be read as float32.
  package func tensor(_ name: String) throws(CheckpointError) -> Tensor {
    guard let original = originals[name] else { throw missing(name) }
    return try read(original)
  }

  /// The error for a tensor that is not there.
  func missing(_ name: String) -> CheckpointError {
    CheckpointError(file: path, place: "tensor '\(name)'", problem: "is not in the file")
  }

  private static func withoutPrefixes(_ name: String) -> String {
    var rest = name[...]
    while let prefix = ["module.", "_orig_mod."].first(where: { rest.hasPrefix($0) }) {
      rest = rest.dropFirst(prefix.count)
    }
    return String(rest)
  }
}
