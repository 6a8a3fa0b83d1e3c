import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("The stimuli command")
struct StimuliCommandTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func names(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  @Test("writes every stimulus and a sheet, without a network")
  func photographs() throws {
    let out = folder.path("stimuli")
    let run = try CommandLineRun([
      "stimuli", Photographs.fixtures, "--controls", "psf,spectrum", "--scales", "1,2", "--size",
      "32", "--out", out, "--quiet",
    ])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output == out + "/contact-sheet-1.png\n")
    let expected = ["1-n01443537_goldfish", "2-n01882714_koala", "3-n02085620_Chihuahua"]
    #expect(
      try names(out) == expected + ["4-n02165456_ladybug", "contact-sheet-1.png"])
    #expect(
      try names(out + "/1-n01443537_goldfish")
        == ["psf-1.0.png", "psf-2.0.png", "spectrum-2.0.png", "zoom-1.0.png", "zoom-2.0.png"])
    let photograph = try Picture(
      contentsOfFile: Photographs.fixtures + "/n02085620_Chihuahua.JPEG")
    let written = try Picture(contentsOfFile: out + "/3-n02085620_Chihuahua/zoom-2.0.png")
    let maker = try StimulusMaker(StimulusSpecification(scales: [1, 2], size: 32))
    #expect(written.pixels == (try maker.stimuli(for: photograph, name: "a")[1].pixels))
    let sheet = try Picture(contentsOfFile: out + "/contact-sheet-1.png")
    #expect(sheet.width == 1400)
  }

  @Test("shows a recorded run again, with the boxes that it had")
  func recorded() throws {
    let boxes = Photographs.samples + "/boxes.csv"
    let experiment = ZoomExperiment(
      images: [FilePath(Photographs.samples)], scales: [1, 1.5], zoomProtocol: .target,
      controls: [.seam, .gate], units: ["SK_5_2"], boxes: boxes, out: folder.path("run"))
    _ = try ZoomRun(experiment).perform()
    let out = folder.path("stimuli")
    let run = try CommandLineRun(["stimuli", experiment.out, "--boxes", boxes, "--out", out])
    #expect(run.status == 0, "\(run.error)")
    #expect(try names(out).count == 16 + 2)
    let place = out + "/01-n01443537_goldfish"
    #expect(
      try names(place) == ["seam-1.0.png", "seam-1.5.png", "zoom-1.0.png", "zoom-1.5.png"])
    let seen = try Picture(contentsOfFile: place + "/zoom-1.5.png")
    #expect(seen.width == 64)
    let kept = try Picture(contentsOfFile: experiment.out + "/examples/2-1.5.png")
    #expect(
      try Picture(contentsOfFile: out + "/03-n01882714_koala/zoom-1.5.png").pixels == kept.pixels)
    for (arguments, message) in [
      (["--out", folder.path("a")], "was recorded with boxes; name their file by --boxes"),
      (["--boxes", boxes, "--size", "9", "--out", folder.path("a")], "which has its own"),
      (["--boxes", boxes, "--out", out], "holds other files; choose another --out"),
    ] {
      let run = try CommandLineRun(["stimuli", experiment.out] + arguments)
      #expect(run.status != 0)
      #expect(run.error.contains(message), "\(run.error)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path("a")))
  }

  @Test("goes on after a photograph that cannot be used, and says so")
  func failing() throws {
    try FileManager.default.createDirectory(
      atPath: folder.path("photographs"), withIntermediateDirectories: true)
    try Data("no picture".utf8).write(to: URL(filePath: folder.path("photographs/b.png")))
    try Picture(width: 40, height: 40, color: (9, 8, 7)).writePNG(
      toFile: folder.path("photographs/a.png"))
    let out = folder.path("stimuli")
    let run = try CommandLineRun([
      "stimuli", folder.path("photographs"), "--size", "16", "--out", out,
    ])
    #expect(run.status == 3)
    #expect(run.error.contains("b.png"))
    #expect(try names(out) == ["1-a", "contact-sheet-1.png"])
    let none = try CommandLineRun([
      "stimuli", folder.path("photographs/b.png"), "--out", folder.path("none"),
    ])
    #expect(none.status == 1 && none.output.isEmpty && !none.error.contains("stimuli: "))
    #expect(
      none.error.contains("Error: no photograph could be used; the first: ")
        && none.error.contains("b.png: "), "\(none.error)")
  }

  @Test(
    "refuses controls and scales that do not go with the protocol",
    arguments: [
      (["--controls", "moat"], "'moat' does not go with the crop protocol; possible: psf, blur"),
      (["--controls", "untrained"], "ask for 'gate'"),
      (["--controls", "moat", "--protocol", "target"], "needs scales below 1"),
      (["--controls", "hum"], "unknown control 'hum'"),
      (["--protocol", "shrink", "--scales", "1,2"], "2.0 is above 1"),
      (["--psf-factor", "0"], "psfFactor: 0.0 is not above 0"),
    ])
  func refuses(_ arguments: [String], message: String) throws {
    for command in ["stimuli", "zoom"] {
      let run = try CommandLineRun(
        [command, Photographs.fixtures, "--out", folder.path("out")] + arguments)
      #expect(run.status == 64)
      #expect(run.error.contains(message), "\(run.error)")
    }
  }
}
