import Foundation
import Pictures
import SystemPackage
import TestSupport
import Testing
import TrainingData

@Suite("A data set whose names are bytes")
struct FileNameTests {
  private static let composed = "\u{E9}"
  private static let decomposed = "e\u{301}"

  @Test("has two classes where two folders differ by their bytes alone")
  func classes() throws {
    let data = try MadeUpData()
    try data.writeFolders(
      "train/", classes: [Self.composed, Self.decomposed, "z"], count: 3)
    try data.write(
      "1.png\t\(Self.composed)\n2.png\t\(Self.decomposed)\n3.png\tz\n", "val/val_annotations.txt")
    let sets = try TrainingSets(folder: data.path, seed: 1)
    #expect(sets.layout == .tinyImageNet)
    #expect(
      sets.training.classes.map { Array($0.utf8) }
        == [Self.decomposed, "z", Self.composed].map { Array($0.utf8) })
    #expect(sets.training.items.map(\.classIndex) == [0, 0, 0, 1, 1, 1, 2, 2, 2])
    #expect(sets.validation?.items.map(\.classIndex) == [2, 0, 1])
    #expect(try sets.training.picture(0) == MadeUpData.picture(10))
    let chosen = try TrainingSets(
      folder: data.path, selection: DataSelection(classes: [Self.composed, Self.decomposed]),
      seed: 1)
    #expect(chosen.training.items.map(\.classIndex) == [1, 1, 1, 0, 0, 0])
    #expect(try chosen.training.picture(0) == MadeUpData.picture(10))
  }

  @Test("reads pictures, classes and lists whose names are no UTF-8")
  func bytes() throws {
    let data = try MadeUpData()
    try data.writeFolders("train/", classes: ["a"], count: 1)
    let odd: [UInt8] = [0xFF, 0x2E, 0x70, 0x6E, 0x67]
    let folder = FilePath(data.path).appending("train")
    let name = try #require(FilePath.Component(platformString: [-1, 0]))
    #expect(folder.appending(name).withPlatformString { mkdir($0, 0o755) } == 0)
    let picture = MadeUpData.picture(5)
    try data.scratch.write(picture.pngData(), toBytes: Array("train/".utf8) + [0xFF, 0x2F] + odd)
    try data.folder("val")
    try data.scratch.write(picture.pngData(), toBytes: Array("val/".utf8) + odd)
    try data.write(
      odd + Array("\ta\n1.png\t".utf8) + [0xFF, 0x0A], "val/val_annotations.txt")
    let sets = try TrainingSets(folder: data.path, seed: 1)
    #expect(sets.training.classes == ["a", "\\xFF"])
    #expect(sets.training.items[1].name == data.path + "/train/\\xFF/\\xFF.png")
    #expect(try sets.training.picture(1) == picture)
    #expect(try sets.validation?.picture(0) == picture)
  }

  @Test("follows links to classes' folders, but not round, and takes no run for a class")
  func links() throws {
    let data = try MadeUpData()
    let elsewhere = try MadeUpData()
    try elsewhere.writeFolders("", classes: ["owls"], count: 2)
    try data.writeFolders("", classes: ["fox"], count: 2)
    try data.scratch.link("owl", to: elsewhere.path + "/owls")
    try data.scratch.link("fox/all", to: "..")
    try data.write([0], "run/checkpoint.safetensors")
    try data.write([0], "run/training-curve.png")
    try data.write([0], "beside.png")
    try data.write([0], "fox/picture.webp")
    let sets = try TrainingSets(
      folder: data.path, selection: DataSelection(heldOut: 0), seed: 1)
    #expect(sets.training.classes == ["fox", "owl"])
    #expect(sets.training.items.map(\.classIndex) == [0, 0, 1, 1])
    #expect(
      sets.skipped.text
        == "1 .webp (only JPEG and PNG are read), 1 folder of a run, 1 folder linked twice, "
        + "1 picture outside of the classes")
  }

  @Test(
    "has a list that names files of its own folder only",
    arguments: ["../../secret.png", "/etc/secret.png", "images/../../x.png", ".."])
  func annotations(_ file: String) throws {
    let data = try MadeUpData()
    try data.writeFolders("train/", classes: ["a", "b"], count: 3)
    try data.write("1.png\ta\n\(file)\tb\n", "val/val_annotations.txt")
    let error = #expect(throws: DataSetError.self) { try TrainingSets(folder: data.path, seed: 1) }
    #expect(
      error?.description
        == data.path + "/val/val_annotations.txt: '\(file)' leads out of the data's folder")
  }
}
