import Foundation
import GRDB
import SelectiveKernels
import TestSupport
import Testing

@Suite("Shards")
struct ShardTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func zoom(_ out: String, shard: Shard? = nil, workers: Int? = nil) -> ZoomExperiment {
    var experiment = ZoomExperiment(
      images: [Photographs.fixturesFolder], scales: [1, 2], workers: workers,
      out: folder.path(out))
    experiment.shard = shard
    return experiment
  }

  private func lesions(_ out: String, shard: Shard? = nil, workers: Int? = nil) -> LesionExperiment
  {
    LesionExperiment(
      zoom(out, shard: shard, workers: workers),
      lesions: [.frozen, .shuffled, .matched, .mean, .meanShift, .pictureSpecific, .matrix])
  }

  private func bytes(_ name: String) -> Data? {
    FileManager.default.contents(atPath: folder.path(name))
  }

  // Of seven shards of four photographs, three are empty.
  @Test(
    "of a zoom merge to the bits of one run, however many there are and whatever their workers",
    arguments: [1, 2, 3, 7])
  func zooms(_ count: Int) throws {
    let whole = try ZoomRun(zoom("whole")).perform()
    let shards = try (1...count).reversed().map { number in
      let shard = try #require(Shard(number, of: count))
      let status = try ZoomRun(zoom("shard-\(number)", shard: shard, workers: 1 + number % 3))
        .performShard()
      #expect(status.state == .finished && status.shard == "\(number)/\(count)")
      #expect(status.total == (0..<4).count { $0 % count + 1 == number })
      return folder.path("shard-\(number)")
    }
    let merged = try RunMerge(shards: shards, out: folder.path("merged")).perform()
    #expect(merged.table == whole.table)
    for name in ["results.json", "report.html", "figures/figure-3ab.png", "figures/figure-4.png"] {
      #expect(bytes("merged/" + name) != nil && bytes("merged/" + name) == bytes("whole/" + name))
    }
    let exports = try ["whole", "merged"].map { name in
      try RecordedZoom(folder: folder.path(name)).export(
        .safetensors, toFile: folder.path("\(name).safetensors"))
      return bytes("\(name).safetensors")
    }
    #expect(exports[0] == exports[1])
    // The whole run's own command finds it finished.
    #expect(try ZoomRun(zoom("merged")).perform().table == whole.table)
  }

  @Test(
    "of lesions, which take from all photographs, merge to the bits of one run",
    arguments: [1, 2, 3, 7])
  func lesionRuns(_ count: Int) throws {
    let whole = try LesionRun(lesions("whole")).perform()
    let shards = try (1...count).map { number in
      let shard = try #require(Shard(number, of: count))
      _ = try LesionRun(lesions("shard-\(number)", shard: shard, workers: 1 + number % 2))
        .performShard()
      return folder.path("shard-\(number)")
    }
    let merged = try RunMerge(shards: shards, out: folder.path("merged")).perform()
    #expect(merged.table == whole.table)
    #expect(bytes("merged/lesions.json") != nil)
    #expect(bytes("merged/lesions.json") == bytes("whole/lesions.json"))
  }

  @Test("with photographs that cannot be used merge to what one run says of them")
  func failed() throws {
    let photographs = folder.path("photographs")
    try FileManager.default.copyItem(atPath: Photographs.fixtures, toPath: photographs)
    try Data("no picture".utf8).write(to: URL(filePath: photographs + "/a.jpg"))
    func arguments(_ command: [String], _ out: String) -> [String] {
      command + [photographs, "--scales", "1,2", "--quiet", "--out", folder.path(out)]
    }
    for command in [["zoom"], ["lesion", "sknet26-tiny", "--lesions", "frozen,mean,shuffled"]] {
      let name = command[0]
      let whole = try CommandLineRun(arguments(command, name))
      #expect(whole.status == 3, "\(whole.error)")
      let codes = try (1...2).map { number in
        let run = try CommandLineRun(
          arguments(command, "\(name)-\(number)") + ["--shard", "\(number)/2"])
        #expect(run.output.contains("\(number)/2"))
        return run.status
      }
      // The broken one comes first by its name.
      #expect(codes == [3, 0])
      let merged = try CommandLineRun(
        ["merge"] + (1...2).map { folder.path("\(name)-\($0)") }
          + ["--quiet", "--out", folder.path("\(name)-merged")])
      #expect(merged.status == 3 && merged.output == whole.output && merged.error == whole.error)
    }
  }

  @Test("that do not belong together are refused by name, and what is missing as an array")
  func refusals() throws {
    var shards: [String: String] = [:]
    func make(_ name: String, _ shard: String?, _ change: (inout ZoomExperiment) -> Void = { _ in })
      throws
    {
      var experiment = zoom(name, shard: shard.flatMap { Shard($0) })
      experiment.controls = []
      change(&experiment)
      if shard == nil {
        _ = try ZoomRun(experiment).perform()
      } else {
        _ = try ZoomRun(experiment).performShard()
      }
      shards[name] = folder.path(name)
    }
    for number in [1, 2, 4, 6] { try make("\(number)", "\(number)/6") }
    try make("2 again", "2/6")
    try make("of five", "3/5")
    try make("whole", nil)
    try make("scales", "3/6") { $0.scales = [1, 1.5] }
    try make("other seed", "3/6") { $0.seed = 2 }
    try make("other photographs", "3/6") { $0.images.append(FilePath(Photographs.samples)) }
    let changedModel = try copy(of: Fixtures.bundledModel)
    try make("other model", "3/6") { $0.model = changedModel }
    try make("old", "3/6")
    try DatabaseQueue(path: folder.path("old/run.sqlite")).write {
      try $0.execute(
        sql: #"UPDATE run SET description = replace(description, '"0.1.0"', '"0.0.9"')"#)
    }
    try make("stopped", "3/6")
    try DatabaseQueue(path: folder.path("stopped/run.sqlite")).write {
      try $0.execute(sql: "UPDATE image SET isDone = 0 WHERE id = 2; DELETE FROM attention")
    }
    try folder.folder("empty")
    let whole = folder.path("whole")
    let cases: [([String], String)] = [
      (
        ["1", "2", "4", "6"],
        "2 shards of 6 missing: 3,5; what is missing is recorded by --array=3,5"
      ),
      (["1", "2", "empty"], "missing: 3-6; \(folder.path("empty")): holds no run; what"),
      (["1", "2", "stopped", "4", "6"], "(shard 3/6): 1 photograph left to record; 1 shard of 6"),
      (["1", "2", "stopped", "4", "6"], "--array=3,5"),
      (["1", "2", "2 again"], "both are shard 2/6"),
      (["1", "of five"], "of another number of shards"),
      (["1", "whole"], "\(whole): is a whole run"), (["1", "scales"], "stimuli.scales: "),
      (["1", "other seed"], "seed: 1 was recorded, 2 is given"),
      (["1", "other photographs"], "n01443537_goldfish.JPEG and 15 more not in the recorded run"),
      (["1", "other model"], "model: sknet26-tiny"),
      (["1", "old"], "tool version: 0.1.0 recorded"), (["nowhere"], "nowhere: holds no run"),
    ]
    for (names, words) in cases {
      let error = #expect(throws: ExperimentError.self, "\(names)") {
        try RunMerge(shards: names.map { folder.path($0) }, out: folder.path("merged")).perform()
      }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path("merged")))
  }

  private func copy(of path: String) throws -> String {
    let other = folder.path("other.safetensors")
    var bytes = FileManager.default.contents(atPath: path) ?? Data()
    bytes[bytes.count - 2] ^= 1
    try bytes.write(to: URL(filePath: other))
    return other
  }

  @Test("whose photographs changed are named with their shard; elsewhere they cannot be looked at")
  func changed() throws {
    let photographs = folder.path("photographs")
    try FileManager.default.copyItem(atPath: Photographs.fixtures, toPath: photographs)
    for number in 1...2 {
      var experiment = zoom("\(number)", shard: Shard(number, of: 2))
      experiment.images = [FilePath(photographs)]
      _ = try ZoomRun(experiment).performShard()
    }
    let second = photographs + "/n01882714_koala.JPEG"
    let before = try #require(FileManager.default.contents(atPath: second))
    try (before + Data([0])).write(to: URL(filePath: second))
    let arguments =
      ["merge", folder.path("1"), folder.path("2"), "--out", folder.path("merged")]
    let refused = try CommandLineRun(arguments)
    #expect(refused.status == 1)
    #expect(refused.error.contains("\(second) (shard 2) changed since"), "\(refused.error)")
    try FileManager.default.moveItem(atPath: photographs, toPath: photographs + "-away")
    let merged = try CommandLineRun(arguments)
    #expect(merged.status == 0)
    #expect(merged.error.contains("4 of 4 photographs not where they were: not checked"))
  }

  @Test("are merged to the same bits by a process that is killed and started again")
  func killed() throws {
    for number in 1...2 {
      let run = try CommandLineRun([
        "zoom", Photographs.samples, "--shard", "\(number)/2", "--keep", "channels", "--quiet",
        "--out", folder.path("\(number)"),
      ])
      #expect(run.status == 0, "\(run.error)")
    }
    try CommandLineRun.expectResuming(
      { ["merge", folder.path("1"), folder.path("2"), "--quiet", "--out", $0] },
      killedAfter: [15, 40, 70, 100], leaving: "results.json")
  }

  @Test(
    "are read as any store is: what does not fit is named",
    arguments: [
      ("UPDATE attention SET means = zeroblob(3) WHERE unit = 2", "means is 3 bytes, expected 16"),
      ("UPDATE image SET isDone = 1 WHERE id = 1", "is recorded, but none of shard 1/2"),
      (
        "UPDATE run SET description = replace(description, '\"number\":1', '\"number\":9')",
        "no shard 9/2"
      ),
      ("DROP TABLE session; CREATE VIEW session AS SELECT 1", "'session'"),
    ])
  func hostile(_ change: String, _ words: String) throws {
    for number in 1...2 {
      var experiment = zoom("\(number)", shard: Shard(number, of: 2))
      experiment.controls = []
      _ = try ZoomRun(experiment).performShard()
    }
    try DatabaseQueue(path: folder.path("1/run.sqlite")).write { try $0.execute(sql: change) }
    let run = try CommandLineRun(
      ["merge", folder.path("1"), folder.path("2"), "--out", folder.path("merged"), "--quiet"])
    #expect(run.status == 1 && run.error.split(separator: "\n").count == 1)
    #expect(run.error.contains(words), "\(run.error)")
  }

  @Test(
    "nobody can name", arguments: ["0/3", "4/3", "1", "1/0", "a/b", "1/2/3", "-1/2", "1/9999999"])
  func names(_ text: String) throws {
    #expect(Shard(text) == nil)
    let run = try CommandLineRun([
      "zoom", Photographs.fixtures, "--shard", text, "--out", folder.path("run"),
    ])
    #expect(run.status == 64)
  }
}

@Suite("A run that is not finished")
struct UnfinishedRunTests {
  @Test("says on how much of it all that it shows rests")
  func everywhere() throws {
    let folder = try ScratchFolder()
    let run = folder.path("run")
    let stopped = try Terminal(columns: 100).run(
      ["zoom", Photographs.samples, "--controls", "all", "--workers", "1", "--out", run],
      sending: SIGUSR1, afterBytes: 200)
    #expect(stopped.status == 75)
    let shown = try CommandLineRun(["results", run])
    #expect(shown.status == 0, "\(shown.error)")
    let words = try #require(
      shown.output.firstMatch(of: /NOT FINISHED: (\d+ of 16 photographs) rec/))
    let sentence = String(words.1)
    for name in ["results.json", "report.html"] {
      let text = try String(contentsOfFile: "\(run)/\(name)", encoding: .utf8)
      #expect(name == "results.json" ? text.contains("\"unfinished\"") : text.contains(sentence))
    }
    #expect(try CommandLineRun(["figures", run, "--format", "svg"]).status == 0)
    for (format, file) in [("csv", "run.csv"), ("npz", "run.npz"), ("safetensors", "run.st")] {
      let path = folder.path(file)
      #expect(try CommandLineRun(["export", run, "--to", format, "--out", path]).status == 0)
      let bytes = try #require(FileManager.default.contents(atPath: path))
      // npz has texts in four bytes a character.
      let text = format == "npz" ? "unfinished" : sentence
      #expect(bytes.range(of: Data(text.utf8)) != nil, "\(format)")
    }
    let status = try CommandLineRun(["status", run, "--json"])
    #expect(status.output.contains("\"state\" : \"stopped\""))
    let absent = folder.path("absent")
    let besides = try CommandLineRun(["status", run, absent])
    #expect(besides.status == 1 && besides.output.contains("stopped"))
    #expect(besides.error == "Error: \(absent): no such folder\n")
    let finished = try CommandLineRun([
      "zoom", Photographs.samples, "--controls", "all", "--quiet", "--out", run,
    ])
    #expect(finished.status == 0 && !finished.output.contains("NOT FINISHED"))
    let results = try String(contentsOfFile: run + "/results.json", encoding: .utf8)
    #expect(!results.contains("unfinished"))
  }

  @Test("is looked at while it is written")
  func running() throws {
    let folder = try ScratchFolder()
    let run = folder.path("run")
    let process = Process()
    process.executableURL = CommandLineRun.program
    process.arguments = [
      "zoom", Photographs.samples, "--size", "160", "--include-undersampled",
      "--scales", "1,1.1,1.2,1.3,1.4,1.5", "--workers", "1", "--out", run,
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    defer {
      kill(process.processIdentifier, SIGCONT)
      process.terminate()
      process.waitUntilExit()
    }
    var last: RunStatus?
    let deadline = ContinuousClock.now + .seconds(120)
    while process.isRunning, ContinuousClock.now < deadline {
      last =
        FileManager.default.fileExists(atPath: run + "/run.sqlite")
        ? try? RunStatus(folder: run) : nil
      if let last, last.done > 1, last.rate != nil { break }
      usleep(100_000)
    }
    let status = try #require(last)
    #expect(status.state == .running && status.total == 16 && status.done + status.left == 16)
    #expect(status.secondsLeft != nil)
    // It waits while it is looked at; a quick machine may have ended it before.
    kill(process.processIdentifier, SIGSTOP)
    let recorded = try RunStatus(folder: run).done
    let shown = try CommandLineRun(["results", run])
    #expect(
      shown.status == 0
        && (recorded == 16 || shown.output.contains(" of 16 photographs recorded.")),
      "\(shown.error)")
  }
}
