import Foundation
import TestSupport
import Testing

@Suite("Too little memory")
struct MemoryRunTests {
  /// Runs with so many kilobytes of address space.
  private func run(_ arguments: [String], within kilobytes: Int) throws -> ProgramRun {
    try ProgramRun(
      URL(filePath: "/bin/sh"),
      ["-c", "ulimit -v \(kilobytes); exec \"$0\" \"$@\"", CommandLineRun.program.path] + arguments)
  }

  @Test(
    "is said in one line before it is taken",
    arguments: [
      ["benchmark", "sknet101"], ["benchmark", "sknet50", "--size", "2048"],
      ["benchmark", "sknet50", "--training", "--batch", "64"],
      ["zoom", Photographs.fixtures, "--size", "2048", "--include-undersampled"],
    ])
  func addressSpace(_ arguments: [String]) throws {
    let folder = try ScratchFolder()
    let out = arguments[0] == "zoom" ? ["--out", folder.path("run"), "--quiet"] : []
    let result = try run(arguments + out, within: 390_000)
    #expect(result.status == 1)
    #expect(result.error.contains("of memory are needed, and the limit on address space"))
    #expect(result.error.split(separator: "\n").count == 1, "\(result.error)")
  }

  @Test("of a file's network, or of what --memory allows, refuses it")
  func asked() throws {
    let toy = try ToyTraining()
    let text = try String(contentsOfFile: toy.file, encoding: .utf8)
    try Data(text.replacing("widths: [8, 16]", with: "widths: [16, 4000]").utf8)
      .write(to: URL(filePath: toy.file))
    let training = try toy.run("run", ["--memory", "300M"])
    #expect(training.status == 1)
    #expect(training.error.contains("training with batches of 8 at"))
    #expect(training.error.contains("--memory 300 MB leaves"))
    #expect(training.error.split(separator: "\n").count == 1, "\(training.error)")
    let benchmark = try CommandLineRun(["benchmark", "sknet50", "--memory", "0.1GiB"])
    #expect(benchmark.status == 1)
    #expect(benchmark.error.contains("--memory 107 MB leaves"))
    for wrong in ["zero", "0", "-1G", "4X"] {
      #expect(try CommandLineRun(["benchmark", "sknet50", "--memory=\(wrong)"]).status == 64)
    }
  }
}
