import Files
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("A path")
struct FilePathTests {
  @Test(
    "is shown as it is, and with its bytes' numbers where they are no UTF-8",
    arguments: [
      ("a/b.jpg", Array("a/b.jpg".utf8)), ("é", [0xC3, 0xA9]), ("e\u{301}", [0x65, 0xCC, 0x81]),
      ("a\\xFF.jpg", [0x61, 0xFF, 0x2E, 0x6A, 0x70, 0x67]), ("\\xE9t\\xE9", [0xE9, 0x74, 0xE9]),
      // A character cut short, an overlong one, a surrogate, one beyond the last.
      ("\\xE2\\x82", [0xE2, 0x82]), ("\\xC0\\xAF", [0xC0, 0xAF]),
      ("\\xED\\xA0\\x80", [0xED, 0xA0, 0x80]), ("\\xF4\\x90\\x80\\x80", [0xF4, 0x90, 0x80, 0x80]),
      ("x\\x80y€", [0x78, 0x80, 0x79, 0xE2, 0x82, 0xAC]),
    ] as [(String, [UInt8])])
  func text(_ text: String, _ bytes: [UInt8]) throws {
    let path = try #require(FilePath(bytes: bytes))
    #expect(path.bytes == bytes)
    #expect(Array(path.text.utf8) == Array(text.utf8))
  }

  @Test("is another one for each way to write é, and has no zero in it")
  func identity() {
    #expect(FilePath("é") != FilePath("e\u{301}"))
    #expect(Set<FilePath>(["é", "e\u{301}"]).count == 2)
    #expect(FilePath(bytes: [0x61, 0, 0x62]) == nil)
    let paths: [FilePath] = ["é", "z", "e\u{301}", "a/b", "a-b", "a"]
    #expect(paths.sortedByBytes() == ["a", "a-b", "a/b", "e\u{301}", "z", "é"])
  }

  @Test(
    "loses what leads nowhere, and steps back only where no link is passed",
    arguments: [
      ("a/./b//c/", "a/b/c"), ("./a", "a"), ("a/..", "."), ("a/b/../x", "a/x"),
      ("/../x", "/../x"), ("../x", "../x"), ("../a/../x", "../a/../x"),
      ("link/../x", "link/../x"), ("link/../../x", "link/../../x"), ("none/../x", "none/../x"),
    ])
  func detours(_ given: String, _ expected: String) throws {
    let folder = try ScratchFolder()
    try FileManager.default.createDirectory(
      atPath: folder.path("a/b"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: "a/b")
    let place = FilePath(folder.url.path)
    // Relative paths, without the process's folder, which all tests share.
    let isOutside = given.hasPrefix("/") || given.hasPrefix("..")
    let path = isOutside ? FilePath(given) : place.appending(given)
    let whole = isOutside ? FilePath(expected) : expected == "." ? place : place.appending(expected)
    #expect(path.withoutDetours() == whole)
  }

  @Test("of a folder gives the names in it, whatever their bytes")
  func names() throws {
    let folder = try ScratchFolder()
    let place = FilePath(folder.url.path)
    let names: [[UInt8]] = [[0xFF], [0xC3, 0xA9], [0x65, 0xCC, 0x81], Array(".h".utf8)]
    for name in names {
      let path = place.appending(try #require(FilePath(bytes: name)).components)
      try FileDescriptor.open(path, .writeOnly, options: .create, permissions: [.ownerRead]).close()
    }
    let found = try place.names().map { FilePath(root: nil, [$0]).bytes }
    #expect(Set(found) == Set(names))
    #expect(throws: Errno.noSuchFileOrDirectory) { try place.appending("none").names() }
    #expect(throws: Errno.notDirectory) { try place.appending("é").names() }
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: ".")
    #expect(try place.identity() == place.appending("link").identity())
  }
}
