import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("Photographs whatever they are called")
struct PhotographNameTests {
  private let goldfish = Photographs.fixtures + "/n01443537_goldfish.JPEG"

  private func bytes(_ name: String = "n01443537_goldfish") throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(filePath: Photographs.fixtures + "/\(name).JPEG")))
  }

  private func zoom(_ images: String..., out: String) throws -> CommandLineRun {
    try CommandLineRun(
      ["zoom"] + images + ["--scales", "1,2", "--controls", "none", "--out", out])
  }

  @Test("are read from folders of one letter")
  func oneLetter() throws {
    let folder = try ScratchFolder()
    try folder.folder("0")
    _ = try folder.write(bytes(), to: "0/x.jpg")
    // Relative, as it is typed.
    let run = try ProgramRun(
      URL(filePath: "/bin/sh"),
      [
        "-c", "cd \"$0\" && exec \"$1\" zoom 0 --out r --scales 1,2 --controls none",
        folder.url.path,
      ]
        + [CommandLineRun.program.path])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("1 photograph"))
  }

  @Test("are listed, recorded and found again by their bytes")
  func names() throws {
    let folder = try ScratchFolder()
    try folder.folder("p")
    let names: [[UInt8]] = [[0xFF], [0xC3, 0xA9], [0x65, 0xCC, 0x81]]
    for (name, photograph) in zip(names, ["koala", "ladybug", "Chihuahua"]) {
      let id = ["koala": "n01882714", "ladybug": "n02165456"][photograph] ?? "n02085620"
      try folder.write(
        bytes("\(id)_\(photograph)"), toBytes: Array("p/".utf8) + name + Array(".jpg".utf8))
    }
    let out = folder.path("run")
    let first = try zoom(folder.path("p"), out: out)
    #expect(first.status == 0, "\(first.error)")
    #expect(first.output.contains("3 photographs"))
    let again = try zoom(folder.path("p"), out: out)
    #expect(again.status == 0 && again.output == first.output, "\(again.error)")
    let table = folder.path("run.csv")
    try RecordedZoom(folder: out).export(.csv, toFile: table)
    let rows = try String(contentsOfFile: table, encoding: .utf8)
    for name in ["\\xFF", "\u{E9}", "e\u{301}"] {
      #expect(rows.utf8.firstRange(of: "/p/\(name).jpg,".utf8) != nil, "\(name)")
    }
    // Named one by one, as a shell's * names them.
    let named = try ProgramRun(
      URL(filePath: "/bin/sh"),
      [
        "-c", "exec \"$1\" zoom \"$0\"/p/*.jpg --out \"$2\" --scales 1,2 --controls none",
        folder.url.path, CommandLineRun.program.path, out,
      ])
    #expect(named.status == 0 && named.output == first.output, "\(named.error)")
  }

  @Test("have the class of their folder before that of their name, and it is said which was taken")
  func classes() throws {
    let folder = try ScratchFolder()
    var network = try Catalogue.entry(named: "sknet26-tiny").architecture
    network.classes = 4
    let model = folder.path("digits.safetensors")
    try Model(
      name: "digits", architecture: network, preprocessing: Preprocessing(size: 32),
      classes: ["0", "1", "n01443537", "e\u{301}"], weights: .formula(for: network)
    ).write(toFile: model)
    for name in ["train/0", "train/\u{E9}", "train/e\u{301}"] { try folder.folder(name) }
    for name in [
      "train/0/1.png", "train/0/n01443537_2.jpg", "n01443537_3.jpg", "1_4.jpg", "n01443537.jpg",
      "train/\u{E9}/5.jpg", "train/e\u{301}/6.jpg",
    ] { try folder.write(bytes(), toBytes: Array(name.utf8)) }
    let out = folder.path("run")
    let run = try CommandLineRun([
      "zoom", folder.url.path, "--model", model, "--scales", "1,2", "--controls", "none", "--out",
      out,
    ])
    #expect(run.status == 0, "\(run.error)")
    #expect(
      run.error.contains(
        "\nclasses of 7 photographs: 3 by folder, 1 by file name, 3 unknown\n"))
    let table = folder.path("run.csv")
    try RecordedZoom(folder: out).export(.csv, toFile: table)
    let rows = try String(contentsOfFile: table, encoding: .utf8).split(separator: "\r\n")
    var found: [[UInt8]: String] = [:]
    for row in rows {
      let fields = row.split(separator: ",", omittingEmptySubsequences: false)
      found[Array(fields[0].utf8.dropFirst(folder.url.path.utf8.count + 1))] = String(fields[1])
    }
    for (name, expected) in [
      ("train/0/1.png", "0"), ("train/0/n01443537_2.jpg", "0"), ("n01443537_3.jpg", "n01443537"),
      ("1_4.jpg", ""), ("n01443537.jpg", ""), ("train/\u{E9}/5.jpg", ""),
      ("train/e\u{301}/6.jpg", "e\u{301}"),
    ] { #expect(found[Array(name.utf8)] == expected, "\(name)") }
  }

  @Test("are left out by reason, in one line, and annotations that lead elsewhere are refused")
  func skipped() throws {
    let folder = try ScratchFolder()
    try folder.folder("p")
    _ = try folder.write(bytes(), to: "p/a.jfif")
    for name in ["b.webp", "c.webp", "d.heic"] { _ = try folder.write([0], to: "p/\(name)") }
    let run = try zoom(folder.path("p"), out: folder.path("p/run"))
    #expect(run.status == 0, "\(run.error)")
    #expect(run.error.contains("skipped: 2 .webp, 1 .heic (only JPEG and PNG are read)\n"))
    let again = try zoom(folder.path("p"), out: folder.path("p/run"))
    #expect(again.status == 0 && again.output == run.output, "\(again.error)")
    _ = try folder.write(Array("../x.jpg\tn01443537\n".utf8), to: "p/val_annotations.txt")
    let refused = try zoom(folder.path("p"), out: folder.path("other"))
    #expect(refused.status == 1)
    #expect(
      refused.error.hasPrefix(
        "Error: \(folder.path("p"))/val_annotations.txt: '../x.jpg' leads out of"))
  }
}

@Suite("What is hashed is what is seen")
struct ReplacedPhotographTests {
  /// Replaces a photograph once the photographs are listed.
  private struct Replacing: RunProgress {
    let path: String
    let content: String

    func began(done: Int, total: Int) {
      try? FileManager.default.removeItem(atPath: path)
      try? FileManager.default.copyItem(atPath: content, toPath: path)
    }
    func advanced(done: Int, total: Int) {}
    func say(_ text: String) {}
  }

  @Test("so that a photograph which is replaced before it is read fails by name")
  func replaced() throws {
    let folder = try ScratchFolder()
    for name in ["n01443537_goldfish.JPEG", "n01882714_koala.JPEG"] {
      try FileManager.default.copyItem(
        atPath: "\(Photographs.fixtures)/\(name)", toPath: folder.path(name))
    }
    let koala = folder.path("n01882714_koala.JPEG")
    let replacing = Replacing(
      path: koala, content: Photographs.fixtures + "/n02165456_ladybug.JPEG")
    let experiment = ZoomExperiment(
      images: [FilePath(folder.url.path)], scales: [1, 2], controls: [], out: folder.path("run"))
    let results = try ZoomRun(experiment).perform(reporting: replacing).results
    #expect(results.images == 1)
    #expect(
      results.failed.map(\.error) == ["\(koala): was replaced since the photographs were listed"])
  }

  @Test(
    "but not terabytes that no limit lets through, which fail by name and at once, every time",
    .timeLimit(.minutes(10)))
  func endless() throws {
    let folder = try ScratchFolder()
    try FileManager.default.copyItem(
      atPath: "\(Photographs.fixtures)/n01443537_goldfish.JPEG", toPath: folder.path("a.jpg"))
    let huge = try folder.write([0xFF, 0xD8, 0xFF], to: "huge.jpg")
    let zeros = try folder.write([], to: "zeros.png")
    for path in [huge, zeros] { #expect(truncate(path, 4_000_000_000_000) == 0) }
    var experiment = ZoomExperiment(
      images: [FilePath(folder.url.path)], scales: [1, 2], controls: [], out: folder.path("run"))
    let allowed = "more than the 576 MB that are read of such a file"
    let failed = ["\(huge): holds 4 TB, \(allowed)", "\(zeros): neither a JPEG nor a PNG file"]
    for _ in 0..<2 {
      #expect(try ZoomRun(experiment).perform().results.failed.map(\.error) == failed)
    }
    // A limit is not identity, and what was refused may be replaced.
    experiment.maximumMegapixels = 32
    try FileManager.default.removeItem(atPath: huge)
    try FileManager.default.copyItem(
      atPath: "\(Photographs.fixtures)/n01882714_koala.JPEG", toPath: huge)
    let results = try ZoomRun(experiment).perform().results
    #expect(results.images == 2)
    #expect(results.failed.map(\.error) == [failed[1]])
  }

  @Test("the picture behind transparent ones, too")
  func background() throws {
    let folder = try ScratchFolder()
    let background = try folder.write(
      Picture(width: 8, height: 8, color: (255, 0, 0)).pngData(), to: "background.png")
    var experiment = ZoomExperiment(
      images: [Photographs.fixturesFolder], scales: [1, 2], controls: [],
      background: .file(background), out: folder.path("run"))
    _ = try ZoomRun(experiment).perform()
    _ = try ZoomRun(experiment).perform()
    try Picture(width: 8, height: 8, color: (0, 255, 0)).writePNG(toFile: background)
    let error = #expect(throws: ExperimentError.self) { try ZoomRun(experiment).perform() }
    #expect(error?.description.contains(": background: ") == true, "\(error?.description ?? "")")
    experiment.startsAfresh = true
    _ = try ZoomRun(experiment).perform()
    // It is within the same limit as they are.
    experiment.maximumMegapixels = 0.00005
    #expect {
      try ZoomRun(experiment).perform()
    } throws: {
      "\($0)".hasPrefix("\(background): 8 × 8 pixels are more than the limit of 0.00005 megapixels")
    }
  }
}
