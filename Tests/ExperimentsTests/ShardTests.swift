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

  private func bytes(_ name: String) -> Data? {
    FileManager.default.contents(atPath: folder.path(name))
  }

  // Of seven shards of four photographs, three are empty.
  @Test(
    "of a run of any kind merge to its bits, however many there are and whatever their workers",
    arguments: ShardedKind.all, [1, 2, 3, 7])
  func merged(_ kind: ShardedKind, _ count: Int) throws {
    try expectBits(of: kind, zoom("whole"), inShards: count)
  }

  @Test(
    "of one photograph's fields merge to its bits, the photograph behind them", arguments: [1, 2])
  func photograph(_ count: Int) throws {
    var one = zoom("whole")
    one.images = [FilePath(Photographs.fixtures + "/n01882714_koala.JPEG")]
    try expectBits(of: .fields, one, inShards: count)
    #expect(bytes("merged/examples/0-2.0.png") != nil)
  }

  /// Expects shards to merge to all files of one run, and to what it exports.
  private func expectBits(
    of kind: ShardedKind, _ asked: ZoomExperiment, inShards count: Int
  ) throws {
    let whole = try kind.perform(asked)
    let shards = try (1...count).reversed().map { number in
      var part = asked
      (part.shard, part.workers) = (Shard(number, of: count), 1 + number % 3)
      part.out = folder.path("shard-\(number)")
      let status = try kind.performShard(part)
      #expect(status.state == .finished && status.shard == "\(number)/\(count)")
      return (folder: part.out, total: status.total)
    }
    let total = try RunStatus(folder: asked.out).total
    let expected = (1...count).map { number in (0..<total).count { $0 % count + 1 == number } }
    #expect(shards.map(\.total) == expected.reversed())
    var merged = asked
    merged.out = folder.path("merged")
    let outcome = try RunMerge(shards: shards.map(\.folder), out: merged.out).perform()
    #expect(outcome.table == whole)
    let names = try ["whole", "merged"].map { name in
      try FileManager.default.subpathsOfDirectory(atPath: folder.path(name))
        .filter { !$0.hasPrefix("run.") }.sorted()
    }
    #expect(names[0] == names[1] && names[0].contains("report.html"))
    for name in names[0] {
      #expect(bytes("merged/" + name) == bytes("whole/" + name), "\(name)")
    }
    for format in ExportFormat.allCases {
      let exports = try ["whole", "merged"].map { name in
        try RunFolder.open(folder.path(name)).export(format, toFile: folder.path("export"))
        return bytes("export")
      }
      #expect(exports[0] != nil && exports[0] == exports[1], "\(format)")
    }
    // The whole run's own command finds it finished.
    #expect(try kind.perform(merged) == whole)
  }

  @Test(
    "that were killed, with photographs that cannot be used, merge to what one run says of them",
    arguments: [
      ["zoom"], ["lesion", "sknet26-tiny", "--lesions", "frozen,mean,shuffled"],
      ["fields", "sknet26-tiny", "--at", "SK_3_2", "--nulls", "--null-seeds", "1"],
    ])
  func failed(_ command: [String]) throws {
    let photographs = folder.path("photographs")
    try FileManager.default.copyItem(atPath: Photographs.fixtures, toPath: photographs)
    try Data("no picture".utf8).write(to: URL(filePath: photographs + "/a.jpg"))
    func arguments(_ out: String) -> [String] {
      let place = command[0] == "zoom" ? 1 : 2
      return command[..<place] + [photographs] + command[place...]
        + ["--scales", "1,2", "--quiet", "--out", folder.path(out)]
    }
    let whole = try CommandLineRun(arguments("whole"))
    #expect(whole.status == 3, "\(whole.error)")
    let codes = try (1...2).map { number in
      let words = arguments("\(number)") + ["--shard", "\(number)/2"]
      try CommandLineRun.kill(words, after: number == 1 ? [120, 220] : [])
      let run = try CommandLineRun(words)
      #expect(run.output.contains("\(number)/2"))
      return run.status
    }
    // The broken one comes first by its name.
    #expect(codes == [3, 0])
    let merged = try CommandLineRun([
      "merge", folder.path("1"), folder.path("2"), "--quiet", "--out", folder.path("merged"),
    ])
    #expect(merged.status == 3 && merged.output == whole.output && merged.error == whole.error)
    #expect(bytes("merged/report.html") == bytes("whole/report.html"))
  }

  @Test(
    "of fields of different instruction sets are refused; a run of before that named none goes on")
  func instructionSets() throws {
    func words(_ shard: String, _ set: String, _ out: String) -> [String] {
      ["fields", "sknet26-tiny", Photographs.fixtures, "--at", "SK_2_2", "--shard", shard]
        + ["--instruction-set", set, "--quiet", "--out", folder.path(out)]
    }
    // Where there is no other, there is nothing to confuse.
    guard let other = InstructionSet.allCases.first(where: { $0 > .portable && $0 <= .best }) else {
      return
    }
    for (shard, set, out) in [
      ("1/2", "portable", "1"), ("2/2", "portable", "2"), ("2/2", other.rawValue, "other"),
    ] {
      let run = try CommandLineRun(words(shard, set, out))
      #expect(run.status == 0, "\(run.error)")
    }
    func merge(_ second: String) throws -> CommandLineRun {
      try CommandLineRun(
        ["merge", folder.path("1"), folder.path(second), "--quiet", "--out", folder.path("merged")])
    }
    let refused = try merge("other")
    #expect(refused.status == 1 && refused.error.contains("instructionSet: portable"))
    #expect(try merge("2").status == 0)
    try DatabaseQueue(path: folder.path("2/run.sqlite")).write {
      try $0.execute(
        sql:
          #"UPDATE run SET description = replace(description, '\"instructionSet\":\"portable\",', '')"#
      )
    }
    #expect(try merge("2").status == 1)
    let again = try CommandLineRun(words("2/2", "portable", "2"))
    #expect(again.status == 0, "\(again.error)")
    #expect(try merge("2").status == 0)
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
    try make("1 of one", "1/1")
    let taken = try CommandLineRun([
      "merge", folder.path("1 of one"), "--out", folder.path("scales"),
    ])
    #expect(taken.error.contains("stimuli.scales: ") && taken.error.contains("another --out"))
    #expect(taken.status == 1 && !taken.error.contains("--fresh"), "\(taken.error)")
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
