import Foundation
import Networks
import SystemPackage
import Wording

extension Model {
  /// Reads a model, telling the format of the file from its content.
  ///
  /// In safetensors that this project wrote the metadata describe the network. For every other file the
  /// network follows from names and shapes of the tensors and from the conventions of whoever
  /// published them; 1,000 outputs are then ImageNet's classes where their order is known.
  ///
  /// - Throws: `CheckpointError` if the file breaks a rule of its format, has weights of no known
  ///   network, or lacks, adds or mis-shapes a tensor; also for weights that no network can have.
  public init(contentsOfFile path: String) throws(CheckpointError) {
    let file = try WeightFile(path: path)
    switch try FileFormat.recognized(in: file) {
    case .safetensors:
      let file = try SafetensorsFile(contentsOfFile: path)
      if file.metadata["architecture"] == nil, file.metadata["input"] == nil {
        try self.init(NamedTensors(file), sha256: file.sha256())
      } else {
        try self.init(described: file)
      }
    case .shardIndex:
      let index = try ShardIndex(file)
      try self.init(index.tensors(), sha256: index.sha256())
    case .pytorch:
      try self.init(TorchFile(file).stateDict(), sha256: SHA256.hexDigest(of: file))
    case .caffe:
      try self.init(CaffeModel(file).tensors(), sha256: SHA256.hexDigest(of: file))
    case .onnx:
      throw CheckpointError(
        file: path, problem: "is an ONNX model, which 'inspect' and 'probe' read",
        advice: "give weights in a training framework's form here")
    }
  }

  /// Reads a file whose metadata describe the network; the tensors may have anybody's names.
  private init(described file: SafetensorsFile) throws(CheckpointError) {
    let architecture = try file.decoded(Architecture.self, key: "architecture")
    let preprocessing = try file.decoded(Preprocessing.self, key: "input")
    do throws(ArchitectureError) {
      try architecture.validate()
      try preprocessing.validate()
    } catch {
      throw CheckpointError(file: file.path, place: "metadata", problem: error.description)
    }
    var classes: [String]?
    if file.metadata["classes"] != nil {
      let names = try file.decoded([String].self, key: "classes")
      guard names.count == architecture.classes else {
        throw CheckpointError(
          file: file.path, place: "metadata 'classes'",
          problem: "expected \(counted(architecture.classes, "name")), found \(names.count)")
      }
      classes = names
    }
    self.init(
      name: file.metadata["name"] ?? Self.name(ofFile: file.path),
      architecture: architecture, preprocessing: preprocessing, classes: classes,
      weights: try file.weights(for: architecture), sha256: try file.sha256(), path: file.path)
  }

  /// Infers the network from the tensors of a file.
  package init(_ tensors: NamedTensors, sha256: String) throws(CheckpointError) {
    let (layout, tensors) = try Layout.recognized(in: tensors)
    let architecture = try layout.architecture(of: tensors)
    self.init(
      name: layout.variant(architecture) ?? Self.name(ofFile: tensors.path),
      architecture: architecture, preprocessing: layout.conventions.preprocessing(architecture),
      classes: layout.conventions.sortsClassesByID
        && architecture.classes == ImageNetClasses.ids.count ? ImageNetClasses.ids : nil,
      weights: try layout.weights(for: architecture, from: tensors), sha256: sha256,
      path: tensors.path)
  }

  private static func name(ofFile path: String) -> String {
    FilePath(path).stem ?? path
  }
}

extension SafetensorsFile {
  /// Reads the tensors of a network, checking that they are exactly those that it needs.
  ///
  /// `num_batches_tracked`, which PyTorch adds to every batch norm, is ignored.
  ///
  /// - Throws: `CheckpointError` that counts the missing, unexpected and mis-shaped tensors and
  ///   names the first of each, or names the first tensor with a NaN, an infinity or a
  ///   negative variance.
  public func weights(for architecture: Architecture) throws(CheckpointError) -> Weights {
    let tensors = try NamedTensors(self)
    let layout = Layout.marked(in: tensors) ?? .own
    return try layout.weights(for: architecture, from: tensors)
  }
}
