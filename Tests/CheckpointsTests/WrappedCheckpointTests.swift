import Checkpoints
import Foundation
import Networks
import TestSupport
import Testing

@Suite("Checkpoints as trainings leave them")
struct WrappedCheckpointTests {
  private func model(_ name: String) throws -> Model {
    try Model(contentsOfFile: Fixtures.path("foreign/wrapped-" + name))
  }

  @Test(
    "hold their network behind any keys and prefixes, the averaged weights if there are some",
    arguments: [
      "averaged.pth", "lightning.ckpt", "protocol5.pth", "params.pth", "ema.pth", "deep.pth",
      "shards.safetensors.index.json", "shards.bin.index.json",
    ])
  func wrapped(_ name: String) throws {
    let model = try model(name)
    #expect(model.architecture.classes == 3)
    for parameter in model.architecture.parameters {
      #expect(
        model.weights[parameter.name] == Formula.tensor(parameter.name, shape: parameter.shape))
    }
  }

  @Test("may lack the classifier", arguments: ["headless.pth", "encoder.pth"])
  func headless(_ name: String) throws {
    let model = try model(name)
    #expect(model.architecture.classes == 0 && model.classes == nil)
    #expect(model.weights["classifier.weight"] == nil)
    for parameter in model.architecture.parameters {
      #expect(
        model.weights[parameter.name] == Formula.tensor(parameter.name, shape: parameter.shape))
    }
    let folder = try ScratchFolder()
    try model.write(toFile: folder.path("own.safetensors"))
    let read = try Model(contentsOfFile: folder.path("own.safetensors"))
    #expect(
      read.architecture == model.architecture && read.weights.tensors == model.weights.tensors)
    let error = #expect(throws: CheckpointError.self) {
      try model.writeONNX(toFile: folder.path("model.onnx"))
    }
    #expect(error?.description.contains("no classifier") == true)
    try model.writeONNX(toFile: folder.path("model.onnx"), attention: true)
  }

  @Test(
    "say in a line what they hold where it is no network, or several",
    arguments: [
      ("twice.pth", "hold 2 networks, behind 'student.', 'teacher.'; save the state dict of one"),
      ("nothing.pth", #"its keys are 'epoch', 'args', 'best\u{1B}[2J'; save the state dict alone"#),
      ("shards-00001-of-00002.safetensors", "this is one of several parts: give their index"),
    ])
  func refused(_ name: String, _ words: String) {
    let error = #expect(throws: CheckpointError.self) { try model(name) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test(
    "in several files are refused where the index leads astray",
    arguments: [
      (
        #"{"weight_map": {"a": "../b.safetensors"}}"#,
        "file '../b.safetensors': does not lie in its"
      ),
      (#"{"weight_map": {"a": "/etc/b.safetensors"}}"#, "does not lie in its folder"),
      (#"{"weight_map": {"a": ".."}}"#, "file '..': does not lie in its folder"),
      (#"{"weight_map": {"a": ""}}"#, "file '': does not lie in its folder"),
      (#"{"weight_map": {"a": "b\u0000.safetensors"}}"#, "does not lie in its folder"),
      (#"{"weight_map": {"a": "b.bin"}}"#, "b.bin: No such file"),
      (#"{"weight_map": {"a": "index.json"}}"#, "index.json: is no part of a network"),
      (#"{"weight_map": {"a": "none.safetensors"}}"#, "No such file"),
      (#"{"weight_map": {"a": "self.safetensors"}}"#, "tensor 'a': is not in 'self.safetensors'"),
      (#"{"weight_map": {}}"#, "expected the weights of a network, found none"),
      (#"{"weight_map": 3}"#, "no index of weights"), (#"{"a": 1}"#, "no index of weights"),
      ("{", "no index of weights"),
      (String(repeating: #"{"weight_map":"#, count: 100_000), "no index of weights"),
      (String(repeating: "{", count: 17 << 20), "an index of 17825792 bytes"),
    ])
  func index(_ json: String, _ words: String) throws {
    let folder = try ScratchFolder()
    try Data(json.utf8).write(to: folder.url.appending(path: "index.json"))
    try FileManager.default.copyItem(
      atPath: Fixtures.path("foreign/wrapped-shards-00001-of-00002.safetensors"),
      toPath: folder.path("self.safetensors"))
    let error = #expect(throws: CheckpointError.self) {
      try Model(contentsOfFile: folder.path("index.json"))
    }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test("in several files have one hash, that of sha256sum's lines")
  func hash() throws {
    let names = ["shards-00001-of-00002.safetensors", "shards-00002-of-00002.safetensors"]
    let index = Fixtures.path("foreign/wrapped-shards.safetensors.index.json")
    var lines = try SHA256.hexDigest(ofFile: index) + "  index\n"
    for name in names {
      let path = Fixtures.path("foreign/wrapped-" + name)
      lines += try SHA256.hexDigest(ofFile: path) + "  wrapped-\(name)\n"
    }
    #expect(
      try model("shards.safetensors.index.json").sha256 == SHA256.hexDigest(of: lines.utf8))
  }
}
