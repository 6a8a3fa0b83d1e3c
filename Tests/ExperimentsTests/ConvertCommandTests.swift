import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("The convert command")
struct ConvertCommandTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test(
    "refuses what does not go together",
    arguments: [
      ["convert"], ["convert", "sknet26-tiny"], ["convert", "--to", "a.onnx"],
      ["convert", "sknet26-tiny", "--to", "a.pth"], ["convert", "sknet26-tiny", "--to", "a"],
      ["convert", "sknet26-tiny", "--to", "a.onnx", "--layout", "own"],
      ["convert", "sknet26-tiny", "--to", "a.safetensors", "--attention"],
      ["convert", "sknet26-tiny", "--to", "a.safetensors", "--layout", "caffe"],
    ])
  func usage(_ arguments: [String]) throws {
    let run = try CommandLineRun(arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty && run.error.hasPrefix("Error: "))
  }

  @Test(
    "fails with one line that names the file",
    arguments: [
      ("missing.pth", "out.onnx", "missing.pth: No such file or directory"),
      ("sknet50", "out.onnx", "sknet50: no weights ship with it"),
      ("sknet49", "out.onnx", "no network is called 'sknet49'"),
      ("sknet26-tiny", "nowhere/out.onnx", "out.onnx: cannot be written"),
      ("sknet26-tiny", "nowhere/out.safetensors", "out.safetensors: cannot be written"),
    ])
  func failure(_ model: String, _ out: String, _ words: String) throws {
    let model = model.contains(".") ? folder.path(model) : model
    let run = try CommandLineRun(["convert", model, "--to", folder.path(out)])
    #expect(run.status == 1)
    #expect(
      run.error.contains(words) && run.error.split(separator: "\n").count == 1, "\(run.error)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test("refuses timm's layout for a network that timm cannot build")
  func timm() throws {
    let run = try CommandLineRun([
      "convert", "sknet26-tiny", "--to", folder.path("a.safetensors"), "--layout", "timm",
    ])
    #expect(run.status == 1)
    #expect(run.error.contains("timm's layout has a stem of 7×7"), "\(run.error)")
  }

  @Test(
    "keeps network, weights, preprocessing and classes",
    arguments: [
      Fixtures.bundledModel, Fixtures.path("foreign/caffe-small.caffemodel"),
      Fixtures.path("foreign/zip-state-dict.pth"), Fixtures.path("foreign/legacy-state-dict.pth"),
    ])
  func roundTrip(_ path: String) throws {
    let out = folder.path("converted.safetensors")
    let run = try CommandLineRun(["convert", path, "--to", out])
    #expect(run.status == 0 && run.output == out + "\n", "\(run.error)")
    let (before, after) = try (Model(contentsOfFile: path), Model(contentsOfFile: out))
    #expect(after.name == before.name && after.architecture == before.architecture)
    #expect(after.preprocessing == before.preprocessing && after.classes == before.classes)
    #expect(after.weights.tensors == before.weights.tensors)
  }

  @Test("writes ONNX with the attention that was asked for, and explains itself")
  func onnx() throws {
    let names = ["plain.onnx", "full.ONNX"].map { folder.path($0) }
    #expect(try CommandLineRun(["convert", "sknet26-tiny", "--to", names[0]]).status == 0)
    let full = try CommandLineRun(["convert", "sknet26-tiny", "--to", names[1], "--attention"])
    #expect(full.status == 0)
    let data = try names.map { try Data(contentsOf: URL(filePath: $0)) }
    // Eight declarations of outputs are all that is added: tens of bytes each.
    let added = data[1].count - data[0].count
    #expect((8 * 30..<8 * 60).contains(added), "\(added)")
    let help = try CommandLineRun(["convert", "--help"])
    #expect(help.status == 0)
    for words in ["sknet convert sknet26-tiny --to", "attention.SK_2_1", "timm"] {
      #expect(help.output.contains(words))
    }
  }

  @Test(
    "on a full disk says so in one line and leaves nothing", arguments: ["onnx", "safetensors"])
  func fullDisk(_ format: String) throws {
    let out = folder.path("out." + format)
    let run = try CommandLineRun(["convert", "sknet26-tiny", "--to", out], fileLimit: 1000)
    #expect(run.status == 1)
    #expect(run.error.contains(out) && run.error.split(separator: "\n").count == 1, "\(run.error)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }
}
