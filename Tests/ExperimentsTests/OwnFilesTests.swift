import Foundation
import GRDB
import SelectiveKernels
import TestSupport
import Testing

@Suite("Nothing that a command did not write itself is overwritten or deleted")
struct OwnFilesTests {
  let folder: ScratchFolder
  var run: String { folder.path("run") }

  init() throws { folder = try ScratchFolder() }

  private func zoom(_ more: String...) throws -> CommandLineRun {
    try CommandLineRun(
      ["zoom", Photographs.fixtures, "--controls", "none", "--quiet", "--out", run] + more)
  }

  private func put(_ name: String, _ text: String = "a stranger's") throws -> String {
    let path = folder.path(name)
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  private func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.path(name))
  }

  private func expectRefusal(
    _ run: CommandLineRun, _ phrase: String, status: Int32 = 1,
    _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(run.status == status, "\(run.error)", sourceLocation: location)
    #expect(run.error.contains(phrase), "\(run.error)", sourceLocation: location)
    #expect(run.output.isEmpty, sourceLocation: location)
  }

  @Test("an output takes the place of no input, store or file of a run")
  func outputs() throws {
    #expect(try zoom().status == 0)
    #expect(symlink("run/run.sqlite", folder.path("link")) == 0)
    #expect(Foundation.link(run + "/run.sqlite", folder.path("hard")) == 0)
    let other = folder.path("other.sqlite")
    try DatabaseQueue(path: other).write { try $0.execute(sql: "CREATE TABLE song (name TEXT)") }
    let store = FileManager.default.contents(atPath: run + "/run.sqlite")
    for (out, phrase) in [
      (run + "/run.sqlite", "is what is read"), (folder.path("link"), "is what is read"),
      (folder.path("hard"), "is what is read"), (run + "/../run/run.sqlite", "is what is read"),
      (run + "/run.sqlite-journal", "belongs to the run"),
      (run + "/run.lock", "belongs to the run"),
      (run + "/results.json", "belongs to the run"),
      (run + "/figures/figure-4.png", "belongs to the run"), (other, "is a database"),
    ] {
      for format in ["csv", "npz"] {
        expectRefusal(
          try CommandLineRun(["export", run, "--to", format, "--out", out]), phrase, status: 64)
      }
      expectRefusal(
        try CommandLineRun(["inspect", "sknet50", "--graph", "svg", "--out", out]),
        [other, folder.path("hard")].contains(out) ? "is a database" : "belongs to the run",
        status: 64)
    }
    #expect(FileManager.default.contents(atPath: run + "/run.sqlite") == store)
    #expect(!exists("run/run.sqlite-journal"))

    let model = folder.path("model.safetensors")
    try FileManager.default.copyItem(atPath: Fixtures.bundledModel, toPath: model)
    #expect(symlink("model.safetensors", folder.path("same.safetensors")) == 0)
    for out in [model, folder.path("same.safetensors")] {
      expectRefusal(
        try CommandLineRun(["convert", model, "--to", out]), "is what is read", status: 64)
      expectRefusal(
        try CommandLineRun(["inspect", model, "--graph", "svg", "--out", out]), "is what is read",
        status: 64)
    }
    #expect(
      FileManager.default.contents(atPath: model)
        == FileManager.default.contents(atPath: Fixtures.bundledModel))
  }

  @Test("an output may be standard output")
  func standardOutput() throws {
    #expect(try zoom().status == 0)
    let file = folder.path("run.csv")
    #expect(try CommandLineRun(["export", run, "--to", "csv", "--out", file]).status == 0)
    for out in ["-", "/dev/stdout"] {
      let printed = try CommandLineRun(["export", run, "--to", "csv", "--out", out])
      #expect(printed.status == 0, "\(printed.error)")
      #expect(printed.output == text(file))
      let drawn = try CommandLineRun(["inspect", "sknet50", "--graph", "svg", "--out", out])
      #expect(drawn.output.hasSuffix("</svg>\n"), "\(drawn.error)")
    }
  }

  @Test(
    "a run begins in an empty folder, goes on beside other things, and leaves them when it goes")
  func zoomFolder() throws {
    let results = try put("run/results.json")
    expectRefusal(try zoom(), "holds other files (results.json)")
    expectRefusal(try zoom("--fresh"), "holds other files (results.json)")
    #expect(text(results) == "a stranger's")
    try FileManager.default.removeItem(atPath: results)
    #expect(try zoom().status == 0)

    let others = try ["run/notes.txt", "run/figures/mine.png", "run/examples/notes.txt"].map {
      try put($0)
    }
    let figure = try put("run/figures/figure-4.pdf")
    expectRefusal(
      try CommandLineRun(["figures", run, "--format", "pdf"]),
      "figure-4.pdf: was not written by this run")
    let drawn = try CommandLineRun(["figures", run, "--format", "pdf", "--only", "figure-3c"])
    #expect(drawn.status == 0, "\(drawn.error)")
    #expect(try zoom().status == 0)
    #expect(try zoom("--fresh", "--scales", "1,2").status == 0)
    for path in others + [figure] { #expect(text(path) == "a stranger's") }
    #expect(exists("run/figures/figure-4.png") && exists("run/results.json"))
    #expect(!exists("run/figures/figure-3c.pdf") && !exists("run/examples/0-1.5.png"))
  }

  @Test("a link in a run's folder is not followed to what it leads to")
  func links() throws {
    #expect(try zoom().status == 0)
    let victim = try put("victim")
    try FileManager.default.removeItem(atPath: run + "/results.json")
    #expect(symlink(victim, run + "/results.json") == 0)
    expectRefusal(try zoom(), "results.json: is no file of the run's own")
    try FileManager.default.removeItem(atPath: run + "/results.json")
    let elsewhere = try put("elsewhere/figure-4.png")
    try FileManager.default.removeItem(atPath: run + "/figures")
    #expect(symlink("../elsewhere", run + "/figures") == 0)
    expectRefusal(
      try CommandLineRun(["figures", run]), "figures: is no folder of the run's own")
    #expect(try zoom("--fresh", "--scales", "1,2").status == 1)
    #expect(text(victim) == "a stranger's" && text(elsewhere) == "a stranger's")
  }

  @Test("a store from before the list of files owns what has the known names")
  func legacy() throws {
    #expect(try zoom().status == 0)
    let store = try DatabaseQueue(path: run + "/run.sqlite")
    try store.write {
      try $0.execute(
        sql: """
          DROP TABLE file; DROP TABLE source; ALTER TABLE stimulus DROP COLUMN dose;
          ALTER TABLE stimulus DROP COLUMN ownMove;
          ALTER TABLE run DROP COLUMN kind; DROP TABLE measurement; DROP TABLE session;
          DELETE FROM grdb_migrations WHERE identifier LIKE 'files:%'
          OR identifier LIKE 'lesions:%' OR identifier LIKE 'doses:%'
          OR identifier LIKE 'kinds:%' OR identifier LIKE 'sessions:%'
          """)
    }
    try store.close()
    let mine = try put("run/figures/my own.png")
    #expect(try CommandLineRun(["figures", run]).status == 0)
    #expect(try zoom("--fresh", "--scales", "1,2").status == 0)
    #expect(text(mine) == "a stranger's" && !exists("run/examples/0-1.5.png"))
  }

  @Test("a store that names files elsewhere as its own has none of them deleted")
  func hostile() throws {
    #expect(try zoom().status == 0)
    let victim = try put("victim")
    let inside = try put("run/notes.txt")
    let store = try DatabaseQueue(path: run + "/run.sqlite")
    try store.write {
      for name in ["../victim", victim, "notes.txt", "figures/../../victim", "run.lock", ""] {
        try $0.execute(sql: "INSERT INTO file VALUES (?)", arguments: [name])
      }
    }
    try store.close()
    #expect(try zoom("--fresh", "--scales", "1,2").status == 0)
    #expect(text(victim) == "a stranger's" && text(inside) == "a stranger's")
  }

  @Test("trainings and ablations begin in empty folders", arguments: ["train", "ablate"])
  func trainings(_ command: String) throws {
    let toy = try ToyTraining(changes: ["epochs": "1"])
    var file = toy.file
    if command == "ablate" {
      file = toy.scratch.path("ablation.yaml")
      let text = try String(contentsOfFile: toy.file, encoding: .utf8)
        .replacing("seed: 1\n", with: "seeds: [1]\n")
      try Data((text + "variants: [{name: a}, {name: b, gate: sum}]\nzoom: none\n").utf8)
        .write(to: URL(filePath: file))
    }
    for name in ["best.safetensors", "log.csv", "notes.txt", "trainings/x"] {
      let path = try put("\(name.hash)/\(name)")
      let out = folder.path("\(name.hash)")
      for more in command == "train" ? [[], ["--resume"]] : [[]] {
        let refused = try CommandLineRun([command, file, "--out", out, "--quiet"] + more)
        expectRefusal(refused, "holds other files")
        #expect(refused.error.split(separator: "\n").count == 1)
      }
      #expect(text(path) == "a stranger's")
      #expect(try FileManager.default.contentsOfDirectory(atPath: out).count == 1)
    }
  }

  @Test("a training whose checkpoint is gone keeps its models")
  func lostCheckpoint() throws {
    let toy = try ToyTraining(changes: ["epochs": "1"])
    #expect(try toy.run("run").status == 0)
    try FileManager.default.removeItem(atPath: toy.folder("run/checkpoint.safetensors"))
    let best = toy.bytes("run/best.safetensors")
    for more in [[], ["--resume"]] {
      let refused = try toy.run("run", more)
      #expect(refused.status == 1 && refused.error.contains("no checkpoint of a training"))
    }
    #expect(best != nil && toy.bytes("run/best.safetensors") == best)
  }

  @Test("a comparison replaces its own files alone")
  func comparison() throws {
    #expect(try zoom().status == 0)
    let other = folder.path("other")
    try FileManager.default.copyItem(atPath: run, toPath: other)
    let arguments = ["compare", run, other, "--out", folder.path("out"), "--quiet"]
    for _ in 0..<2 { #expect(try CommandLineRun(arguments).status == 0) }
    for name in ["compare.json", "comparison.png"] {
      try FileManager.default.removeItem(atPath: folder.path("out"))
      let path = try put("out/" + name)
      let refused = try CommandLineRun(arguments)
      #expect(refused.status == 1)
      #expect(refused.error.contains("\(name): was not written by a comparison"))
      #expect(text(path) == "a stranger's")
    }
  }

  @Test("make clean leaves what was measured")
  func clean() throws {
    let makefile = try String(
      contentsOf: Fixtures.repository.appending(path: "Makefile"), encoding: .utf8)
    try Data(makefile.utf8).write(to: folder.url.appending(path: "Makefile"))
    for name in ["runs/zoom/run.sqlite", ".build/x", "docs/x"] { _ = try put(name) }
    let run = try ProgramRun(
      URL(filePath: "/usr/bin/env"), ["make", "-C", folder.url.path, "clean"])
    #expect(run.status == 0, "\(run.error)")
    #expect(exists("runs/zoom/run.sqlite") && !exists(".build") && !exists("docs"))
  }
}
