import Checkpoints
import Foundation
import Networks
import TestSupport
import Testing

@Suite("Caffe models", .serialized)
struct CaffeModelTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test("of the paper are read, each blob in its place", arguments: PublishedNetwork.caffe)
  func published(_ network: PublishedNetwork) throws {
    let path = folder.path("sknet.caffemodel")
    let shapes = try network.shapes()
    var writer = CaffeWriter()
    for (layer, list) in try network.blobs().sorted(by: { $0.key < $1.key }) {
      let names = PublishedNetwork.fields(of: list.count).map { "\(layer).\($0)" }
      writer.add(
        layer, layer == "classifier" ? "InnerProduct" : "Convolution",
        blobs: zip(names, list).map { name, shape in
          Tensor(shape: shape, values: Formula.tensor(name, shape: shapes[name] ?? []).values)
        })
      writer.add(layer + "_split", "Split", blobs: [])
    }
    try Data(writer.bytes).write(to: URL(filePath: path))

    let model = try Model(contentsOfFile: path)
    #expect(model.name == network.name)
    for parameter in model.architecture.parameters {
      let isRight = model.weights[parameter.name] == network.expected(parameter, shapes: shapes)
      #expect(isRight, "\(parameter.name)")
    }
    #expect(
      model.architecture.parameters.reduce(0) { $0 + $1.count }
        == shapes.values.reduce(0) { $0 + $1.reduce(1, *) })
    #expect(model.architecture.stem.pool == .ceil)
    // The released SKNet-101 has 16 where the paper's rule gives 32.
    #expect(
      model.architecture.stages.map(\.attentionWidth)
        == [nil, network.name == "caffe-sknet101" ? 16 : nil, nil, nil])
    #expect(model.preprocessing.channelOrder == .bgr)
    #expect(model.preprocessing.mean == [104, 117, 123])
    #expect(model.preprocessing.std == [1, 1, 1] && model.preprocessing.scale == 1)
  }

  @Test("are read whatever encodings an independent writer chose")
  func small() throws {
    let model = try Model(contentsOfFile: Fixtures.path("foreign/caffe-small.caffemodel"))
    #expect(model.architecture.stages.map(\.units) == [1, 1, 1, 1])
    #expect(model.architecture.classes == 5)
    #expect(model.architecture.branches.map(\.groups) == [32, 32])
    for (ours, theirs) in [
      ("stem.conv.weight", "conv1/7x7_s2.weight"),
      ("stages.0.0.reduce.bn.weight", "conv2_1/1x1_reduce/bn.weight"),
      // As doubles, with four legacy extents, unpacked.
      ("stages.1.0.reduce.bn.running_var", "conv3_1/1x1_reduce/bn.running_var"),
      ("stages.2.0.reduce.bn.running_mean", "conv4_1/1x1_reduce/bn.running_mean"),
      ("stages.3.0.fuse.bn.bias", "conv5_1/B_fc1/bn.bias"),
      ("classifier.weight", "classifier.weight"), ("classifier.bias", "classifier.bias"),
    ] {
      let tensor = try #require(model.weights[ours])
      #expect(tensor == Formula.tensor(theirs, shape: tensor.shape), "\(ours)")
    }
  }

  @Test(
    "are read in every encoding that Caffe had",
    arguments: [
      CaffeWriter.Encoding(), CaffeWriter.Encoding(isDouble: true),
      CaffeWriter.Encoding(isUnpacked: true), CaffeWriter.Encoding(isLegacy: true),
      CaffeWriter.Encoding(isLegacy: true, isV1: true),
    ])
  func encodings(_ encoding: CaffeWriter.Encoding) throws {
    let path = try folder.write(Self.smallest(encoding).bytes, to: "a.caffemodel")
    let tensors = try CaffeModel(contentsOfFile: path).tensors()
    #expect(
      tensors.shapes == [
        "conv.weight": [2, 3, 1, 1], "fc.weight": [4, 2], "fc.bias": [4], "bn.weight": [2],
        "bn.bias": [2], "bn.running_mean": [2], "bn.running_var": [2],
      ])
    #expect(try tensors.tensor("conv.weight").values == [1, 2, 3, 4, 5, 6])
    #expect(try tensors.tensor("fc.weight").values == [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(try tensors.tensor("bn.running_var").values == [1, 2])
  }

  /// A layer of each kind.
  static func smallest(_ encoding: CaffeWriter.Encoding) -> CaffeWriter {
    func tensor(_ shape: [Int]) -> Tensor {
      Tensor(shape: shape, values: (1...shape.reduce(1, *)).map { Float($0) })
    }
    var writer = CaffeWriter(encoding: encoding)
    writer.add("data", "Input", blobs: [])
    writer.add("conv", "Convolution", blobs: [tensor([2, 3, 1, 1])])
    writer.add("bn", "CuDNNBatchNorm", blobs: (0..<4).map { _ in tensor([1, 2, 1, 1]) })
    writer.add("fc", "InnerProduct", blobs: [tensor([4, 2]), tensor([4])])
    return writer
  }

  @Test("that are hostile or none are refused with a line that says why", arguments: Fault.all)
  func refused(_ fault: Fault) throws {
    let path = try folder.write(fault.bytes, to: "hostile.caffemodel")
    let (time, error) = processorTime {
      #expect(throws: CheckpointError.self) { try Model(contentsOfFile: path) }
    }
    let line = error?.description ?? ""
    #expect(line.hasPrefix(path) && line.contains(fault.words), "\(line)")
    #expect(line.count < 700 && !line.contains("\n"))
    #expect(time < .seconds(5))
  }

  /// One thing wrong with a Caffe model.
  struct Fault: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var words: String
    var bytes: [UInt8]

    init(_ name: String, words: String, _ bytes: [UInt8]) {
      testDescription = name
      self.words = words
      self.bytes = bytes
    }

    private static let name = CaffeWriter.field(1, Array("network".utf8))

    private static func layer(_ blob: [UInt8]) -> [UInt8] {
      name + CaffeWriter.field(100, CaffeWriter.field(1, [0x61]) + CaffeWriter.field(7, blob))
    }

    /// A field within a field of the same number, and so on, all lengths right.
    private static func nested(_ number: UInt64, depth: Int) -> [UInt8] {
      // From the innermost outwards, the bytes in reverse.
      var reversed: [UInt8] = []
      for _ in 0..<depth {
        let length = CaffeWriter.varint(UInt64(reversed.count))
        reversed += length.reversed() + CaffeWriter.varint(number << 3 | 2).reversed()
      }
      return reversed.reversed()
    }

    static let all = [
      Fault(
        "groups nested a million deep", words: "is not a sound protobuf message",
        name + [UInt8](repeating: 0x0B, count: 1_000_000)),
      Fault(
        "groups opened and closed a million deep", words: "is not a sound protobuf message",
        name + [UInt8](repeating: 0x0B, count: 1_000_000)
          + [UInt8](repeating: 0x0C, count: 1_000_000)),
      Fault(
        "layers nested a million deep", words: "no Caffe layers with weights",
        name + nested(100, depth: 1_000_000)),
      Fault(
        "blobs nested a million deep", words: "more than 32 dimensions",
        name + CaffeWriter.field(100, nested(7, depth: 1_000_000))),
      Fault(
        "layers that each claim the next 127 bytes", words: "is not a sound protobuf message",
        name + (0..<200_000).flatMap { _ in CaffeWriter.varint(100 << 3 | 2) + [0x7F] }),
      Fault(
        "a layer longer than the file", words: "is not a sound protobuf message",
        name + CaffeWriter.varint(100 << 3 | 2) + CaffeWriter.varint(1 << 62)),
      Fault("an unknown wire type", words: "is not a sound protobuf message", name + [0x0F]),
      Fault(
        "a million empty layers", words: "no Caffe layers with weights",
        name + (0..<1_000_000).flatMap { _ in CaffeWriter.field(100, []) }),
      Fault(
        "a million empty blobs", words: "has 1000000 blobs",
        name
          + CaffeWriter.field(
            100, (0..<1_000_000).flatMap { _ in CaffeWriter.field(7, []) })),
      Fault(
        "a blob of 2⁴⁰ numbers", words: "but it has 0 numbers",
        layer(CaffeWriter.field(7, CaffeWriter.field(1, CaffeWriter.varint(1 << 40))))),
      Fault(
        "a blob of 2⁸⁰ numbers", words: "but it has 0 numbers",
        layer(
          CaffeWriter.field(
            7, CaffeWriter.field(1, CaffeWriter.varint(1 << 40) + CaffeWriter.varint(1 << 40))))),
      Fault(
        "a blob of a thousand dimensions", words: "more than 32 dimensions",
        layer(CaffeWriter.field(7, CaffeWriter.field(1, [UInt8](repeating: 1, count: 1000))))),
      Fault(
        "a blob of a negative extent", words: "but it has 0 numbers",
        layer(CaffeWriter.varint(1 << 3) + CaffeWriter.varint(.max))),
      Fault("another network", words: "no known network has these names", layer([1 << 3, 0])),
      Fault("a name alone", words: "no Caffe layers with weights", name),
    ]
  }
}
