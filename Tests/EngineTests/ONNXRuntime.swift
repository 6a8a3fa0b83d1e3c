import Checkpoints
import Foundation
import Networks
import TestSupport

/// ONNX's checker and ONNX Runtime, in a virtual environment of Python's that is made once and kept
/// under the system's temporary folder.
struct ONNXRuntime: Sendable {
  /// Why it cannot be had on this machine, or has refused a file: mostly Python's words.
  struct Fault: Error, Sendable {
    var reason: String
  }

  /// An output of a graph.
  struct Output: Decodable, Sendable {
    var name: String
    /// Extents that the file declares: numbers, or names of what is known when it runs.
    var declared: [String]
    var shape: [Int]
    var values: [Float] = []

    private enum CodingKeys: CodingKey {
      case name, declared, shape
    }
  }

  private static let packages = ["onnx", "onnxruntime", "numpy"]

  private let python: URL

  /// The runtime, or why it cannot be had; asking for the first time may take a minute.
  static let shared: Result<ONNXRuntime, Fault> = {
    do throws(Fault) {
      return .success(ONNXRuntime(python: try environment()))
    } catch {
      print("SKIPPED: nothing was compared with ONNX Runtime: \(error.reason)")
      return .failure(error)
    }
  }()

  static var isThere: Bool { (try? shared.get()) != nil }

  /// Checks a file with ONNX's own checker and runs it.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - input: `[N, 3, H, W]`.
  /// - Returns: The outputs in the file's order.
  /// - Throws: `Fault` if the file is refused.
  func outputs(of path: String, input: Tensor) throws -> [Output] {
    let folder = try ScratchFolder()
    try NPZWriter.write(
      [NamedArray("input", shape: input.shape, floats: input.values)],
      toFile: folder.path("input.npz"))
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "onnx_outputs.py").path
    let run = try ProgramRun(
      python, [script, path, folder.path("input.npz"), folder.path("out")])
    guard run.status == 0 else { throw Fault(reason: run.error) }
    var outputs = try JSONDecoder().decode([Output].self, from: Data(run.output.utf8))
    let data = try Data(contentsOf: URL(filePath: folder.path("out")))
    let values = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    var start = 0
    for index in outputs.indices {
      let count = outputs[index].shape.reduce(1, *)
      outputs[index].values = Array(values[start..<start + count])
      start += count
    }
    return outputs
  }

  /// A small network of one operation or a few.
  struct Operation: Decodable, Sendable {
    var name: String
    /// The node that is not read.
    var refused: String?
  }

  /// Writes a network for every operation into a folder, with what comes out for the `input` there.
  ///
  /// - Throws: `Fault` if one is refused.
  func operations(into folder: String) throws -> [Operation] {
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "onnx_operations.py").path
    let run = try ProgramRun(python, [script, folder])
    guard run.status == 0 else { throw Fault(reason: run.error) }
    return try JSONDecoder().decode([Operation].self, from: Data(run.output.utf8))
  }

  /// The environment's interpreter.
  private static func environment() throws(Fault) -> URL {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "sknet-tests-python-\(packages.joined(separator: "-"))")
    let python = folder.appending(path: "bin/python")
    if imports(python) { return python }
    // Made aside and moved into place whole, so that a second test run finds all of it or nothing.
    let aside = folder.deletingLastPathComponent().appending(path: "sknet-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: aside) }
    try run("/usr/bin/env", ["python3", "-m", "venv", aside.path])
    try run(
      aside.appending(path: "bin/python").path,
      ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--timeout", "20"]
        + packages)
    try? FileManager.default.removeItem(at: folder)
    try? FileManager.default.moveItem(at: aside, to: folder)
    guard imports(python) else { throw Fault(reason: "\(folder.path) could not be made") }
    return python
  }

  private static func imports(_ python: URL) -> Bool {
    let arguments = ["-c", "import \(packages.joined(separator: ", "))"]
    return (try? ProgramRun(python, arguments))?.status == 0
  }

  private static func run(_ program: String, _ arguments: [String]) throws(Fault) {
    let command = ([program] + arguments).joined(separator: " ")
    guard let run = try? ProgramRun(URL(filePath: program), arguments) else {
      throw Fault(reason: "'\(command)' cannot be started")
    }
    guard run.status == 0 else {
      let words = (run.error + run.output).split(separator: "\n").last ?? "no words"
      throw Fault(reason: "'\(command)' failed: \(words)")
    }
  }
}
