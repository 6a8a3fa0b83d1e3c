import Foundation
import Pictures
import SystemPackage
import TestSupport
import Testing

@Suite("The pictures of a folder")
struct PictureListingTests {
  let scratch: ScratchFolder
  private var top: FilePath { FilePath(scratch.url.path) }

  init() throws { scratch = try ScratchFolder() }

  private func write(_ names: String...) throws {
    for name in names { _ = try scratch.write([0], to: name) }
  }

  /// Paths as they stand in the folder.
  private func names(_ listing: PictureListing) -> [String] {
    listing.pictures.map { path in
      var path = path
      _ = path.removePrefix(top)
      return path.text
    }
  }

  @Test("are told by their names; what else lies there is counted by reason")
  func kinds() throws {
    try scratch.folder("sub/deep")
    try scratch.folder("photo.jpg")
    try write("b.JPG", "a.png", "c.jfif", "d.jpeg", "sub/deep/e.Jpe", "photo.jpg/f.png")
    try write(
      "1.webp", "2.WEBP", "3.heic", "4.tif", "5.bmp", "6.gif", "notes.txt", "README", ".x.jpg")
    let listing = try PictureListing(of: top)
    #expect(
      names(listing) == ["a.png", "b.JPG", "c.jfif", "d.jpeg", "photo.jpg/f.png", "sub/deep/e.Jpe"])
    #expect(
      listing.skipped.text
        == "2 .webp, 1 .bmp, 1 .gif, 1 .heic, 1 .tif (only JPEG and PNG are read), 1 hidden file, "
        + "2 other files")
    #expect(try PictureListing(of: top.appending("sub")).skipped.text == nil)
  }

  @Test("are not those of hidden folders, nor of a run's, unless that is the folder itself")
  func ownFolders() throws {
    for name in [".ipynb_checkpoints", ".Trash-0", "zoom/figures", "ablation/x", "training"] {
      try scratch.folder(name)
    }
    try write(
      ".ipynb_checkpoints/a.jpg", ".Trash-0/b.jpg", "zoom/run.sqlite", "zoom/figures/c.png",
      "ablation/ablation.sqlite", "ablation/x/d.png", "training/checkpoint.safetensors",
      "training/training-curve.png", "e.png")
    let listing = try PictureListing(of: top)
    #expect(names(listing) == ["e.png"])
    #expect(listing.skipped.text == "2 hidden folders, 3 folders of runs")
    #expect(try names(PictureListing(of: top.appending("zoom"))) == ["zoom/figures/c.png"])
  }

  @Test("are those behind links too, each folder's once, under its own name where it has one here")
  func links() throws {
    let elsewhere = try ScratchFolder()
    try elsewhere.folder("within")
    _ = try elsewhere.write([0], to: "within/x.png")
    try scratch.folder("real/deeper")
    try write("real/a.png", "real/deeper/b.png")
    try scratch.link("aa", to: "real")
    try scratch.link("loop", to: ".")
    try scratch.link("real/deeper/up", to: "..")
    try scratch.link("outside", to: elsewhere.url.path)
    try scratch.link("outside2", to: elsewhere.url.path)
    try scratch.link("linked.png", to: "real/a.png")
    try scratch.link("nowhere.png", to: "none")
    try scratch.link("nowhere", to: "none")
    try scratch.link("itself", to: "itself")
    let listing = try PictureListing(of: top)
    #expect(
      names(listing) == [
        "linked.png", "nowhere.png", "outside/within/x.png", "real/a.png", "real/deeper/b.png",
      ])
    #expect(listing.skipped.text == "4 folders linked twice, 2 other files")
    #expect(try names(PictureListing(of: top.appending("aa"))) == ["aa/a.png", "aa/deeper/b.png"])
  }

  @Test("keep the bytes of their names")
  func bytes() throws {
    let given: [[UInt8]] = [
      [0x65, 0xCC, 0x81] + Array(".png".utf8), [0xC3, 0xA9] + Array(".png".utf8),
      [0xFF] + Array(".PNG".utf8),
    ]
    let content = try Picture(width: 2, height: 1, color: (1, 2, 3)).pngData()
    for name in given.reversed() { try scratch.write(content, toBytes: name) }
    let listing = try PictureListing(of: top)
    #expect(listing.pictures.map { Array($0.bytes.suffix(from: top.bytes.count + 1)) } == given)
    for path in listing.pictures { #expect(try Picture(contentsOf: path).width == 2) }
    #expect(names(listing).last == "\\xFF.PNG")
  }

  @Test("cannot be told where a folder cannot be read, which is named")
  func unreadable() throws {
    try scratch.folder("open/closed")
    try write("open/closed/a.png", "b.png")
    #expect(chmod(scratch.path("open/closed"), 0) == 0)
    defer { chmod(scratch.path("open/closed"), 0o700) }
    let error = #expect(throws: PictureError.self) {
      try withoutRootsRights { try PictureListing(of: top) }
    }
    #expect(
      error?.description
        == scratch.path("open/closed") + ": the folder cannot be read: Permission denied")
    let missing = #expect(throws: PictureError.self) { try PictureListing(of: "/no/such") }
    #expect(
      missing?.description == "/no/such: the folder cannot be read: No such file or directory")
  }

  /// Runs as a user to whom nothing belongs, if it is root who tests; for files, Linux has users by thread.
  private func withoutRootsRights<Value>(_ body: () throws -> Value) throws -> Value {
    typealias Setter = @convention(c) (UInt32) -> Int32
    let symbol = try #require(dlsym(nil, "setfsuid"))
    let setUser = unsafeBitCast(symbol, to: Setter.self)
    let user = setUser(geteuid() == 0 ? 65534 : geteuid())
    defer { _ = setUser(UInt32(bitPattern: user)) }
    return try body()
  }
}
