import Checkpoints
import Foundation
import Networks
import TestSupport
import Testing

@Suite("Files that PyTorch wrote")
struct TorchFileTests {
  private func open(_ name: String) throws -> TorchFile {
    try TorchFile(contentsOfFile: Fixtures.path("foreign/" + name))
  }

  @Test(
    "hold the tensors that PyTorch reads from them",
    arguments: [
      "legacy-dtypes.pth", "legacy-state-dict.pth", "legacy-syt2-like.pth", "legacy-views.pth",
      "zip-dtypes.pth", "zip-namespace.pth", "zip-parameters.pth", "zip-protocol4.pth",
      "zip-state-dict.pth", "zip-syt2-like.pth", "zip-views.pth",
    ])
  func tensors(_ name: String) throws {
    let expected = try Fixture("foreign/expected").file
    let tensors = try open(name).stateDict()
    var compared = 0
    for path in expected.names where path.hasPrefix(name + "/") {
      var key = String(path.dropFirst(name.count + 1))
      for prefix in ["state_dict/", "module."] where key.hasPrefix(prefix) {
        key.removeFirst(prefix.count)
      }
      if key.hasSuffix("num_batches_tracked") { continue }
      #expect(tensors.shapes[key] == expected.shape(of: path))
      compared += 1
      if [.int64, .bool].contains(expected.dataType(of: path)) {
        let error = #expect(throws: CheckpointError.self) { try tensors.tensor(key) }
        #expect(error?.description.contains("expected F32, F16, BF16 or F64") == true)
      } else {
        #expect(try tensors.tensor(key) == expected.tensor(path), "\(path)")
      }
    }
    #expect(compared == tensors.shapes.count && compared > 5)
  }

  @Test(
    "are refused by name if they hold no state dict",
    arguments: [
      ("zip-module.pth", "an object of torch.nn.modules.linear.Linear, whose code is never run"),
      ("zip-tensor.pth", "the file holds a single tensor"),
    ])
  func refused(name: String, words: String) {
    let error = #expect(throws: CheckpointError.self) { try open(name).stateDict() }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test(
    "are models even where they hold no description: the network follows from the shapes",
    arguments: [
      "legacy-state-dict.pth", "legacy-syt2-like.pth", "zip-namespace.pth", "zip-protocol4.pth",
      "zip-state-dict.pth", "zip-syt2-like.pth",
    ])
  func model(_ name: String) throws {
    let model = try Model(contentsOfFile: Fixtures.path("foreign/" + name))
    #expect(
      model.architecture
        == Architecture(
          stem: Architecture.Stem(kernel: 3, stride: 2, channels: 8, pool: .none),
          stages: [Architecture.Stage(units: 1, width: 16, output: 16, stride: 1)],
          branches: [1, 2].map { Architecture.Branch(kernel: 3, dilation: $0, groups: 4) },
          classes: 3))
    for parameter in model.architecture.parameters {
      #expect(
        model.weights[parameter.name] == Formula.tensor(parameter.name, shape: parameter.shape))
    }
  }
}
