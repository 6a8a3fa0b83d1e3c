import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("The primary family of a run")
struct FamilyTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func zoom(_ words: [String], to name: String = "run") throws -> CommandLineRun {
    try CommandLineRun(
      ["zoom", Photographs.fixtures, "--controls", "none", "--quiet", "--out", folder.path(name)]
        + words)
  }

  @Test("is fixed when the run begins, and kept")
  func kept() throws {
    let run = try zoom(["--primary", "sk_5_*", "--direction", "either", "--smallest-effect", "0.5"])
    #expect(run.status == 0, "\(run.error)")
    #expect(
      run.output.contains(
        "Primary family (declared before the run): SK_5_1, SK_5_2; two-sided, Holm over 2."))
    let results = try RecordedZoom(folder: folder.path("run")).results()
    #expect(results.primary?.smallestEffects == [0.5, 0.5])
    let other = try zoom(["--primary", "SK_4_2"])
    #expect(other.status == 1 && other.error.contains("primary.units: [SK_5_1, SK_5_2] was"))
    let none = try zoom([])
    #expect(none.status == 1 && none.error.contains("holds another run: primary."))
  }

  @Test(
    "that cannot be is refused",
    arguments: [
      (["--primary", "SK_9_*"], "'SK_9_*' is none of what is recorded: SK_2_1"),
      (
        ["--primary", "SK_2_1", "--units", "SK_5_*"], "'SK_2_1' is none of what is recorded: SK_5_1"
      ),
      (["--primary", "stage 3,SK_4_2"], "stages do not go with units"),
      (["--smallest-effect", "1,2"], "expected 1 or 3 numbers, found 2"),
      (["--smallest-effect=-1"], "expected numbers above 0"),
      (["--direction", "up"], "larger"),
    ])
  func refused(_ words: [String], _ phrase: String) throws {
    let run = try zoom(words, to: "never")
    #expect(run.status == 64 && run.error.contains(phrase), "\(run.error)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("never")))
  }

  @Test("has a power that tells what the run could have seen and what a shift needs")
  func power() throws {
    let run = try CommandLineRun([
      "zoom", Photographs.samples, "--controls", "spectrum", "--quiet", "--out",
      folder.path("samples"),
    ])
    #expect(run.status == 0, "\(run.error)")
    func power(_ words: [String] = []) throws -> Power {
      let run = try CommandLineRun(["power", folder.path("samples"), "--json"] + words)
      #expect(run.status == 0, "\(run.error)")
      return try JSONDecoder().decode(Power.self, from: Data(run.output.utf8))
    }
    let usual = try power()
    #expect(usual.units.map(\.name) == ["SK_2_2", "SK_3_2", "SK_4_2"])
    #expect(usual.units.map(\.shift) == [0.006, 0.014, 0.023] && usual.missing == ["psf"])
    // Four times as many photographs for half of the shift, nearly.
    let (half, whole) = (try power(["--shift", "0.004"]), try power(["--shift", "0.008"]))
    for (half, whole) in zip(half.units, whole.units) {
      let ratio = Double(try #require(half.photographs)) / Double(try #require(whole.photographs))
      #expect(ratio > 3 && ratio < 5, "\(ratio)")
    }
    let results = try RecordedZoom(folder: folder.path("samples")).results()
    for unit in usual.units {
      let judged = try #require(results.units.first { $0.name == unit.name }?.shift)
      #expect(judged.judgement?.smallestDetectable == unit.smallestDetectable)
      #expect(abs(judged.slope.mean - unit.slope) < 1e-12)
    }
    let table = try CommandLineRun(["power", folder.path("samples")])
    #expect(table.output.contains("could have seen") && table.output.contains("psf: needed"))
    for words in [["--shift", "0"], ["--shift", "x"]] {
      #expect(try CommandLineRun(["power", folder.path("samples")] + words).status == 64)
    }
    let few = try zoom(["--scales", "1"], to: "single")
    let single = try CommandLineRun(["power", folder.path("single")])
    #expect(few.status != 0 && single.status != 0)
  }
}
