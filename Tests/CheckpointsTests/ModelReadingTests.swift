import Checkpoints
import Foundation
import Networks
import TestSupport
import Testing

@Suite("A model's file")
struct ModelReadingTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test("gives back what was written, the same bytes each time")
  func roundTrip() throws {
    let model = SmallModel.model
    let path = folder.path("model.safetensors")
    try model.write(toFile: path)
    let read = try Model(contentsOfFile: path)
    #expect(read.name == model.name)
    #expect(read.architecture == model.architecture)
    #expect(read.preprocessing == model.preprocessing)
    #expect(read.classes == model.classes)
    #expect(read.weights.tensors == model.weights.tensors)
    #expect(read.path == path)
    let first = try Data(contentsOf: URL(filePath: path))
    #expect(read.sha256 == SHA256.hexDigest(of: first))
    try read.write(toFile: path)
    #expect(try Data(contentsOf: URL(filePath: path)) == first)
  }

  @Test(
    "is read once for pictures of several sizes",
    arguments: ["test-resnet.onnx", "model.safetensors"])
  func sizes(_ name: String) throws {
    let path = folder.path(name)
    if name.hasSuffix("onnx") {
      // Rows and columns left open: a dimension's value (field 1), 96, becomes a name (field 2), empty.
      let fixed = try Data(contentsOf: URL(filePath: Fixtures.path("onnx/" + name)))
      let open = [UInt8](fixed).replacing([0x0a, 2, 0x08, 96], with: [0x0a, 2, 0x12, 0])
      try Data(open).write(to: URL(filePath: path))
    } else {
      try SmallModel.model.write(toFile: path)
    }
    let expected = try [nil, 48, 80].map { try GraphModel(contentsOfFile: path, size: $0) }
    let file = try GraphModelFile(path: path)
    try FileManager.default.removeItem(atPath: path)
    for (model, size) in zip(expected, [nil, 48, 80]) {
      let read = try file.model(size: size)
      #expect(read.graph == model.graph && read.weights.tensors == model.weights.tensors)
      #expect(read.picture == model.picture && read.sha256 == model.sha256)
      #expect(read.name == model.name && read.preprocessing == model.preprocessing)
    }
    #expect(Set(expected.map(\.picture)).count == 3)
  }

  @Test("takes its name where none is given")
  func name() throws {
    let path = try write(metadata: { $0["name"] = nil }, name: "resnet.v2.safetensors")
    #expect(try Model(contentsOfFile: path).name == "resnet.v2")
  }

  @Test("may hold PyTorch's batch counters and half-precision weights")
  func foreignHabits() throws {
    let path = try write(arrays: { arrays in
      arrays.append(
        NamedArray("stem.bn.num_batches_tracked", shape: [], integers: [12]))
      let index = try #require(arrays.firstIndex { $0.name == "classifier.bias" })
      arrays[index] = NamedArray(
        "classifier.bias", shape: [3], element: .number(.bfloat16)
      ) { [0x80, 0x3F, 0x20, 0xC0, 0x00, 0x00] }
    })
    let model = try Model(contentsOfFile: path)
    #expect(model.weights["classifier.bias"]?.values == [1, -2.5, 0])
    #expect(model.weights["stem.bn.num_batches_tracked"] == nil)
  }

  @Test(
    "may be a state dict of ShuffleNetV2 under our names, without metadata",
    arguments: ["shufflenetv2-0.5x", "shufflenetv2-0.5x-se", "shufflenetv2-0.5x-sk"])
  func shuffled(name: String) throws {
    let architecture = try Catalogue.entry(named: name).architecture
    let weights = Weights.formula(for: architecture)
    let path = folder.path("state.safetensors")
    try SafetensorsWriter.write(
      weights.tensors.map { NamedArray($0.key, shape: $0.value.shape, floats: $0.value.values) },
      metadata: [:], toFile: path)
    let model = try Model(contentsOfFile: path)
    #expect(model.architecture == architecture)
    #expect(model.preprocessing.size == 224)
    #expect(model.weights.tensors == weights.tensors)
  }

  @Test("describes its network by the keys of before where it has nothing new")
  func keys() throws {
    let object = try JSONSerialization.jsonObject(
      with: JSONEncoder().encode(SmallModel.architecture))
    let network = try #require(object as? [String: Any])
    let stem = try #require(network["stem"] as? [String: Any])
    #expect(stem.keys.sorted() == ["channels", "kernel", "pool", "stride"])
    #expect(
      network.keys.sorted() == [
        "block", "branches", "classes", "epsilon", "gate", "minimum", "reduction", "selectBias",
        "splitInput", "stages", "stem",
      ])
  }

  @Test("is refused with a line that names what is wrong", arguments: ModelFault.all)
  func refused(_ fault: ModelFault) throws {
    let path = try write(metadata: fault.metadata, arrays: fault.arrays)
    let error = #expect(throws: CheckpointError.self) { try Model(contentsOfFile: path) }
    let line = try #require(error).description
    #expect(line.hasPrefix(path + ": "))
    #expect(line.contains(fault.words), "\(line)")
    #expect(line.count < 700 && !line.contains("\n"))
  }

  @Test("is refused where there is none: missing, a folder, a pipe, empty")
  func notAFile() throws {
    let pipe = folder.path("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    for (path, words) in [
      (folder.path("missing"), "No such file"), (folder.url.path, "not a regular file"),
      (pipe, "not a regular file"), (try folder.write([], to: "empty"), "0 bytes"),
    ] {
      let error = #expect(throws: CheckpointError.self) { try Model(contentsOfFile: path) }
      #expect(error?.description.contains(words) == true)
    }
  }

  @Test("is refused at every length but its own")
  func truncated() throws {
    let whole = [UInt8](try Data(contentsOf: URL(filePath: write())))
    for count in stride(from: 0, to: whole.count, by: 61) {
      let path = try folder.write(Array(whole[..<count]), to: "short.safetensors")
      #expect(throws: CheckpointError.self) { try Model(contentsOfFile: path) }
    }
  }

  /// Writes the small model with its metadata and arrays edited.
  private func write(
    metadata edit: (inout [String: String]) throws -> Void = { _ in },
    arrays editArrays: (inout [NamedArray]) throws -> Void = { _ in },
    name: String = "edited.safetensors"
  ) throws -> String {
    let path = folder.path("base.safetensors")
    try SmallModel.model.write(toFile: path)
    let base = try SafetensorsFile(contentsOfFile: path)
    var metadata = base.metadata
    var arrays = try base.names.map { name in
      let tensor = try base.tensor(name)
      return NamedArray(name, shape: tensor.shape, floats: tensor.values)
    }
    try edit(&metadata)
    try editArrays(&arrays)
    try SafetensorsWriter.write(arrays, metadata: metadata, toFile: folder.path(name))
    return folder.path(name)
  }
}
