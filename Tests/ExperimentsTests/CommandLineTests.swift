import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("The command line")
struct CommandLineTests {
  static let processorHasBF16 =
    (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.contains("avx512_bf16")
    ?? false

  @Test(
    "ends with the exit code of what happened",
    arguments: [
      (["--version"], 0), (["zoom", "--help"], 0), (["inspect", "sknet50"], 0), (["zoom"], 64),
      (["zoom", "x.jpg"], 64), (["frobnicate"], 64), (["inspect", "sknet51"], 1),
      (["zoom", "nowhere", "--out", "/nonexistent/run"], 1),
      (["zoom", Photographs.fixtures, "--scales", "1,x", "--out", "/nonexistent/run"], 64),
      (["zoom", Photographs.fixtures, "--scales", "0.5,1", "--out", "/nonexistent/run"], 64),
      (["zoom", Photographs.fixtures, "--scales", "-1", "--out", "/nonexistent/run"], 64),
      (["zoom", Photographs.fixtures, "--controls", "hum", "--out", "/nonexistent/run"], 64),
      (["zoom", Photographs.fixtures, "--units", "SK_9_*", "--out", "/nonexistent/run"], 64),
      (["zoom", Photographs.fixtures, "--model", "sknet50", "--out", "/nonexistent/run"], 1),
      (["compare", "/nonexistent"], 64), (["compare", "/nonexistent", "/nowhere"], 1),
      (["figures", "/nonexistent"], 1), (["export", "/", "--to", "csv", "--out", "/dev/null"], 1),
      (["benchmark", "sknet26-tiny", "--seconds", "0"], 64),
      (["benchmark", "sknet26-tiny", "--batch", "8"], 64),
      (["benchmark", "sknet26-tiny", "--training", "--batch", "1"], 64),
      (
        [
          "benchmark", "sknet26-tiny", "--training", "--precision", "bf16",
          "--instruction-set", "portable",
        ], 1
      ),
    ])
  func exitCodes(_ arguments: [String], _ status: Int) throws {
    let run = try CommandLineRun(arguments)
    #expect(run.status == Int32(status), "\(run.error)")
    if status == 0 {
      #expect(!run.output.isEmpty)
      #expect(run.error.isEmpty)
    } else {
      #expect(run.output.isEmpty)
      #expect(run.error.hasPrefix("Error: "))
      if status == 1 { #expect(run.error.split(separator: "\n").count == 1) }
    }
  }

  @Test("hashes whatever OpenSSL is told to use")
  func providers() throws {
    let folder = try ScratchFolder()
    let settings = try folder.write(
      Array("openssl_conf = a\n[a]\nproviders = b\n[b]\nnull = c\n[c]\nactivate = 1\n".utf8),
      to: "openssl.cnf")
    let run = try ProgramRun(
      URL(filePath: "/bin/sh"),
      [
        "-c", "OPENSSL_CONF=$0 exec \"$@\"", settings, CommandLineRun.program.path, "inspect",
        Fixtures.bundledModel,
      ])
    #expect(run.status == 0 && run.error.isEmpty, "\(run.error)")
  }

  @Test("goes on after photographs that cannot be used, lists them and ends with 3")
  func someFail() throws {
    let folder = try ScratchFolder()
    let photographs = folder.url.appending(path: "photographs")
    try FileManager.default.copyItem(
      at: URL(filePath: Photographs.fixtures), to: photographs)
    try Data("not a picture".utf8).write(to: photographs.appending(path: "text.jpg"))
    try Data().write(to: photographs.appending(path: "empty.png"))
    let run = try CommandLineRun([
      "zoom", photographs.path, "--controls", "none", "--json", "--out", folder.path("run"),
    ])
    #expect(run.status == 3)
    let lines = run.error.split(separator: "\n").filter { $0.hasPrefix("failed: ") }
    #expect(lines.count == 2)
    #expect(lines.contains { $0.contains("empty.png") })
    #expect(lines.contains { $0.contains("text.jpg") })
    let results = try JSONDecoder().decode(ZoomResults.self, from: Data(run.output.utf8))
    #expect(results.images == 4)
    #expect(
      results.failed.map { ($0.path as NSString).lastPathComponent } == ["empty.png", "text.jpg"])
  }

  @Test("killed at any moment and started again, gives the results of an undisturbed run")
  func killed() throws {
    try CommandLineRun.expectResuming(
      { ["zoom", Photographs.samples, "--controls", "blur", "--quiet", "--out", $0] },
      killedAfter: [20, 60, 120, 250, 400], leaving: "results.json")
  }

  @Test("on a full disk says so in one line and loses nothing", arguments: [40, 120, 700])
  func fullDisk(_ blocks: Int) throws {
    let folder = try ScratchFolder()
    let arguments = [
      "zoom", Photographs.samples, "--controls", "none", "--keep", "channels", "--quiet", "--out",
      folder.path("run"),
    ]
    let stopped = try CommandLineRun(arguments, fileLimit: blocks)
    #expect(stopped.status == 1)
    #expect(stopped.error.split(separator: "\n").count == 1, "\(stopped.error)")
    #expect(stopped.error.contains(folder.path("run")))
    let resumed = try CommandLineRun(arguments)
    #expect(resumed.status == 0, "\(resumed.error)")
  }

  @Test("draws a recorded run again without its photographs and without its model")
  func redraw() throws {
    let folder = try ScratchFolder()
    let photographs = folder.url.appending(path: "photographs")
    try FileManager.default.copyItem(at: URL(filePath: Photographs.fixtures), to: photographs)
    let run = try CommandLineRun([
      "zoom", photographs.path, "--controls", "none", "--quiet", "--out", folder.path("run"),
    ])
    #expect(run.status == 0)
    try FileManager.default.removeItem(at: photographs)
    let drawn = try CommandLineRun(["figures", folder.path("run"), "--format", "svg"])
    #expect(drawn.status == 0, "\(drawn.error)")
    let paths = drawn.output.split(separator: "\n").map(String.init)
    #expect(paths.count == 4)
    for path in paths {
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.contains("<svg"))
    }
    let one = try CommandLineRun(["figures", folder.path("run"), "--only", "figure-5"])
    #expect(one.status == 64)
  }

  @Test("installed elsewhere, finds its model there")
  func installed() throws {
    let folder = try ScratchFolder()
    for name in ["bin", "share/sknet"] {
      try FileManager.default.createDirectory(
        atPath: folder.path(name), withIntermediateDirectories: true)
    }
    let program = folder.url.appending(path: "bin/sknet")
    try FileManager.default.copyItem(at: CommandLineRun.program, to: program)
    let lost = try CommandLineRun(
      ["evaluate", "sknet26-tiny", "--data", Photographs.fixtures], program: program)
    #expect(lost.status == 1)
    #expect(lost.error.contains("SKNET_DATA"))
    try FileManager.default.copyItem(
      atPath: Fixtures.bundledModel, toPath: folder.path("share/sknet/sknet26-tiny.safetensors"))
    let found = try CommandLineRun(
      ["evaluate", "sknet26-tiny", "--data", Photographs.fixtures, "--quiet", "--json"],
      program: program)
    #expect(found.status == 0, "\(found.error)")
    #expect(found.output.contains("\"images\" : 4"))
  }

  @Test(
    "refuses bfloat16 where the processor has none",
    .disabled(if: CommandLineTests.processorHasBF16))
  func noBF16() throws {
    let folder = try ScratchFolder()
    let run = try CommandLineRun([
      "zoom", Photographs.fixtures, "--precision", "bf16", "--out", folder.path("run"),
    ])
    #expect(run.status == 1)
    #expect(run.error.contains("AVX512"))
    let benchmark = try CommandLineRun([
      "benchmark", "sknet26-tiny", "--training", "--precision", "bf16",
    ])
    #expect(benchmark.status == 1 && benchmark.error.contains("AVX512"))
    let toy = try ToyTraining(changes: ["precision": "bf16"])
    let training = try toy.run("run")
    #expect(training.status == 1 && training.error.contains("AVX512"))
    #expect(training.error.split(separator: "\n").count == 1)
  }

  @Test(
    "times training steps in bfloat16 where the processor has it",
    .enabled(
      if: isThere(
        CommandLineTests.processorHasBF16, else: "bfloat16 for want of AVX512-BF16")))
  func bf16Training() throws {
    let run = try CommandLineRun([
      "benchmark", "sknet26-tiny", "--training", "--precision", "bf16", "--size", "32", "--batch",
      "4", "--seconds", "0.1", "--json",
    ])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("\"precision\" : \"bf16\""))
  }
}
