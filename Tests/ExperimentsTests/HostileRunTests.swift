import Foundation
import GRDB
import SelectiveKernels
import TestSupport
import Testing

@Suite("A run folder from a stranger")
struct HostileRunTests {
  private static let recorded: Result<ScratchFolder, any Error> = Result {
    let folder = try ScratchFolder()
    for (name, units) in [("run", ["SK_3_*"]), ("other", [])] {
      _ = try ZoomRun(
        ZoomExperiment(
          images: [Photographs.fixturesFolder], scales: [1, 2], controls: [], units: units,
          out: folder.path(name))
      ).perform()
    }
    return folder
  }

  /// A copy of the run whose description has another text in the place of one.
  private func changed(_ old: String, _ new: String) throws -> (ScratchFolder, String) {
    let scratch = try ScratchFolder()
    let folder = scratch.path("run")
    try FileManager.default.copyItem(atPath: try Self.recorded.get().path("run"), toPath: folder)
    let database = try DatabaseQueue(path: folder + "/run.sqlite")
    try database.write { database in
      let text = try #require(try String.fetchOne(database, sql: "SELECT description FROM run"))
      try #require(text.contains(old), "\(text)")
      try database.execute(
        sql: "UPDATE run SET description = ?", arguments: [text.replacing(old, with: new)])
    }
    try database.close()
    return (scratch, folder)
  }

  @Test(
    "is refused in one line for what no network has, by all that reads it",
    arguments: [
      (#"\"kernel\":3"#, #"\"kernel\":-9223372036854775808"#, "architecture"),
      (#"\"dilation\":2"#, #"\"dilation\":4611686018427387904"#, "architecture"),
      (#"\"classes\":200"#, #"\"classes\":1000000000"#, "classes"),
      (#"\"units\":2"#, #"\"units\":1000000000"#, "units"),
      (#"\"width\":32"#, #"\"width\":1000000000"#, "width"),
      (
        #"\"branches\":["#, #"\"branches\":[{\"dilation\":1,\"groups\":1,\"kernel\":3},"#,
        "branches"
      ),
      (#""branchCount":2"#, #""branchCount":3"#, "3 branches, where the architecture has 2"),
      (#"\"scales\":[1,2]"#, #"\"scales\":[1,3]"#, "scales"),
      (#"\"seed\":1"#, #"\"seed\":-1"#, "specification"),
      (#"\"keep\":\"means\""#, #"\"kept\":\"means\""#, "'keep' is missing"),
      (#"["SK_3_1","#, #"["SK_9_1","#, "the unit 'SK_9_1'"),
    ])
  func refused(_ old: String, _ new: String, _ phrase: String) throws {
    let (scratch, folder) = try changed(old, new)
    let other = try Self.recorded.get().path("other")
    func refused(_ body: () throws -> Void) {
      do {
        try body()
        Issue.record("\(new) was taken")
      } catch {
        let line = "\(error)"
        #expect(line.hasPrefix("\(folder)/run.sqlite: table") && line.contains(phrase), "\(line)")
        #expect(!line.contains { $0.isNewline } && !line.contains("DecodingError"))
      }
    }
    refused { _ = try RunFolder.open(folder).draw(formats: [.svg], only: nil) }
    refused { _ = try RunComparison(folders: [other, folder]) }
    for format in [ExportFormat.csv, .npz, .safetensors] {
      refused { try RunFolder.open(folder).export(format, toFile: scratch.path("exported")) }
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.path("exported")))
  }

  @Test("tries failed photographs again, whatever the limits, and ends as if they had never failed")
  func retried() throws {
    let scratch = try ScratchFolder()
    for command in [["zoom"], ["lesion", "sknet26-tiny"]] {
      let name = scratch.path(command[0])
      func run(_ folder: String, _ limit: String) throws -> CommandLineRun {
        let options = [
          "--scales", "1,2", "--units", "SK_3_1", "--json", "--quiet", "--out", folder,
        ]
        return try CommandLineRun(
          command + [Photographs.fixtures, "--max-megapixels", limit] + options)
      }
      let undisturbed = try run(name + "-whole", "64")
      #expect(undisturbed.status == 0, "\(undisturbed.error)")
      // 376 × 263 and 500 × 212 pixels are some 0.1 million.
      for _ in 0..<2 { #expect(try run(name, "0.15").status == 3) }
      let repaired = try run(name, "64")
      #expect(repaired.status == 0, "\(repaired.error)")
      #expect(repaired.output == undisturbed.output)
    }
  }
}
