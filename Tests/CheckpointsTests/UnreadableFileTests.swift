import Checkpoints
import Networks
import TestSupport
import Testing

@Suite("Files that cannot be read")
struct UnreadableFileTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// A file by its first bytes, and words of its refusal.
  struct Kind: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
    var words: String

    init(_ name: String, _ bytes: [UInt8], _ words: String) {
      testDescription = name
      self.bytes = bytes
      self.words = words
    }

    private static let zeros = [UInt8](repeating: 0, count: 600)

    static let all = [
      Kind(
        "a tar archive", Array(zeros[..<257]) + Array("ustar\0".utf8) + zeros, "is a tar archive"),
      Kind("gzip", [0x1F, 0x8B, 8, 0] + zeros, "is compressed by gzip"),
      Kind("HDF5", [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A] + zeros, "is a HDF5 file"),
      Kind(
        "a pointer of Git LFS", Array("version https://git-lfs.github.com/spec/v1\noid".utf8),
        "is a pointer of Git LFS"),
      Kind("a web page", Array("\n<!DOCTYPE html><html>".utf8), "is a web page"),
      Kind(
        "a MindSpore checkpoint",
        CaffeWriter.field(
          1, CaffeWriter.field(1, Array("conv1.weight".utf8)) + CaffeWriter.field(2, zeros)),
        "is a MindSpore checkpoint"),
      Kind("ONNX", [0x08, 0x08, 0x12, 0x07] + Array("pytorch".utf8), "is an ONNX model"),
      Kind("text", Array("hello".utf8), "5 bytes that begin with 68 65 6C 6C 6F"),
      Kind("nothing", [], "found 0 bytes"),
      Kind(
        "a pickle of somebody else", Pickle.whole([.emptyDictionary]).bytes,
        "is a pickle that torch.save did not write"),
      Kind("an npz archive", npz, "is no PyTorch file"),
    ]

    private static let npz: [UInt8] = {
      var zip = ZipWriter()
      zip.add("weights.npy", zeros)
      return zip.finished()
    }()
  }

  @Test("are told by their content", arguments: Kind.all)
  func kinds(_ kind: Kind) throws {
    let path = try folder.write(kind.bytes, to: "model.safetensors")
    let error = #expect(throws: CheckpointError.self) { try Model(contentsOfFile: path) }
    let line = error?.description ?? ""
    #expect(line.contains(kind.words) && !line.contains("\n"), "\(line)")
  }

  @Test(
    "are told by their tensors",
    arguments: [
      ("stage_1.0.feas.0.weight", "pppLang/SKNet"),
      ("layer1.0.conv.3.path_convs.0.0.weight", "Holocron's SKNet"),
      ("layer1.0.bn1.moving_mean", "MindSpore or TensorFlow"),
      ("layer1.0.conv2.weight", "no known network has these names: 'layer1.0.conv2.weight'"),
      ("a\nb", "'a\\nb'"),
    ])
  func networks(name: String, words: String) throws {
    let error = #expect(throws: CheckpointError.self) {
      try Model(tensors([name: [1, 1, 1, 1]]), sha256: "")
    }
    let line = error?.description ?? ""
    #expect(line.contains(words) && !line.contains("\n"), "\(line)")
  }

  @Test("name what does not fit, and the network that they seem to be")
  func misfits() throws {
    let shapes = try PublishedNetwork.named("timm-skresnet18").shapes()
    func line(_ edit: (inout [String: [Int]]) -> Void) throws -> String {
      var edited = shapes
      edit(&edited)
      let error = #expect(throws: CheckpointError.self) {
        try Model(tensors(edited), sha256: "")
      }
      return error?.description ?? ""
    }
    let missing = try line { $0["layer2.0.downsample.1.bias"] = nil }
    #expect(missing.contains("tensors: 1 missing: layer2.0.downsample.1.bias; "))
    #expect(missing.contains("skresnet18 in timm's basic-block layout"))
    let extra = try line { $0["layer1.0.se.weight"] = [1] }
    #expect(extra.contains("1 unexpected: layer1.0.se.weight"))
    let misshapen = try line { $0["layer3.1.conv1.attn.fc_select.weight"] = [256, 32, 1, 1] }
    #expect(
      misshapen.contains(
        "layer3.1.conv1.attn.fc_select.weight expected [512, 32, 1, 1], found [256, 32, 1, 1]"))
    let decisive = try line { $0["fc.weight"] = nil }
    #expect(decisive.contains("tensor 'fc.weight': is not in the file"))
    let flat = try line { $0["layer1.0.conv1.paths.0.conv.weight"] = [64] }
    #expect(flat.contains("expected a square convolution [O, I, K, K], found shape [64]"))
    let empty = try line { $0["layer1.0.conv2.conv.weight"] = [0, 64, 3, 3] }
    #expect(empty.contains("expected one row or more, found shape [0, 64, 3, 3]"))
    let huge = try line { $0["fc.weight"] = [1 << 40, 512] }
    #expect(huge.contains("classes: expected 0 to 1000000, found 1099511627776"))
  }

  @Test("have two tensors of one name behind their prefixes")
  func collision() {
    let error = #expect(throws: CheckpointError.self) {
      try tensors(["module.fc.bias": [1], "fc.bias": [1]])
    }
    #expect(error?.description.contains("'fc.bias' and 'module.fc.bias'") == true)
  }

  private func tensors(_ shapes: [String: [Int]]) throws(CheckpointError) -> NamedTensors {
    try NamedTensors(path: "file", shapes: shapes) { name throws(CheckpointError) in
      Formula.tensor(name, shape: shapes[name] ?? [])
    }
  }
}
