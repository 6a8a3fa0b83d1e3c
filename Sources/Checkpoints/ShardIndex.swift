import Foundation
import SystemPackage
import Wording

/// A network in several files of safetensors or PyTorch's, and the JSON that says which tensor lies in which.
///
/// - SeeAlso: huggingface.co/docs/transformers, `model.safetensors.index.json` and
///   `pytorch_model.bin.index.json`.
struct ShardIndex {
  /// Longest index that is read; one of 10,000 tensors has 1 MB.
  private static let longest = 16 << 20
  /// Most files that are opened together.
  private static let mostFiles = 128

  private struct Content: Decodable {
    var weight_map: [String: String]
  }

  private let path: String
  private let hash: String
  private let shards: [String: Shard]
  /// The shard that holds a tensor.
  private let places: [String: Shard]

  private struct Shard {
    let file: WeightFile
    let tensors: NamedTensors

    /// Reads the table of one of several files.
    init(path: String) throws(CheckpointError) {
      file = try WeightFile(path: path)
      switch try FileFormat.recognized(in: file) {
      case .safetensors: tensors = try NamedTensors(SafetensorsFile(contentsOfFile: path))
      case .pytorch: tensors = try TorchFile(file).stateDict()
      case .shardIndex, .caffe, .onnx:
        throw CheckpointError(
          file: path, problem: "is no part of a network: neither safetensors nor PyTorch's")
      }
    }
  }

  /// Reads an index and the tables of its files, which lie in its folder.
  ///
  /// - Throws: `CheckpointError` if it is no index, names a file outside of its folder or too many, or
  ///   if a file breaks a rule of the format or lacks a tensor.
  init(_ file: WeightFile) throws(CheckpointError) {
    path = file.path
    guard file.byteCount <= Self.longest else {
      throw CheckpointError(
        file: path, problem: "an index of \(file.byteCount) bytes, expected at most \(Self.longest)"
      )
    }
    let json = Data(try file.bytes(at: 0, count: file.byteCount))
    guard let content = try? JSONDecoder().decode(Content.self, from: json) else {
      throw CheckpointError(
        file: path, problem: "is JSON, but no index of weights with a 'weight_map' of texts",
        advice: "give the weights themselves, such as model.safetensors")
    }
    let names = Set(content.weight_map.values).sorted()
    guard names.count <= Self.mostFiles else {
      throw CheckpointError(
        file: path, problem: "names \(names.count) files, expected at most \(Self.mostFiles)")
    }
    let folder = FilePath(path).removingLastComponent()
    var shards: [String: Shard] = [:]
    for name in names {
      guard let component = FilePath.Component(name), component.kind == .regular,
        component.string == name
      else {
        throw CheckpointError(
          file: path, place: "file '\(abbreviated(name))'", problem: "does not lie in its folder")
      }
      shards[name] = try Shard(path: folder.appending(component).string)
    }
    var places: [String: Shard] = [:]
    for (tensor, name) in content.weight_map where !NamedTensors.isCount(tensor, []) {
      guard let shard = shards[name], shard.tensors.shapes[NamedTensors.bare(tensor)] != nil else {
        throw CheckpointError(
          file: path, place: "tensor '\(abbreviated(tensor))'",
          problem: "is not in '\(abbreviated(name))'")
      }
      places[tensor] = shard
    }
    self.shards = shards
    self.places = places
    hash = try SHA256.hexDigest(of: file)
  }

  /// The tensors of all files.
  func tensors() throws(CheckpointError) -> NamedTensors {
    let shapes = Dictionary(
      uniqueKeysWithValues: places.map {
        ($0.key, $0.value.tensors.shapes[NamedTensors.bare($0.key)] ?? [])
      })
    return try NamedTensors(path: path, shapes: shapes) { name throws(CheckpointError) in
      guard let shard = places[name] else {
        throw CheckpointError(file: path, place: "tensor '\(name)'", problem: "is not in the index")
      }
      return try shard.tensors.tensor(NamedTensors.bare(name))
    }
  }

  /// SHA-256 of what `sha256sum` prints of the index, named `index`, and its files by their names: one
  /// hash for all of them.
  func sha256() throws(CheckpointError) -> String {
    var lines = "\(hash)  index\n"
    for (name, shard) in shards.sorted(by: { $0.key < $1.key }) {
      lines += "\(try SHA256.hexDigest(of: shard.file))  \(name)\n"
    }
    return SHA256.hexDigest(of: lines.utf8)
  }
}
