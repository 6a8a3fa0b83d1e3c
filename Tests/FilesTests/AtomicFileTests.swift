import Files
import Foundation
import TestSupport
import Testing

@Suite("A file that is written whole")
struct AtomicFileTests {
  let scratch: ScratchFolder
  var target: String { scratch.path("target") }

  init() throws { scratch = try ScratchFolder() }

  private func write(
    _ text: String, to path: String, links: Destination.Links = .followed
  ) throws(WriteProblem) {
    var file = try AtomicFile(path: path, links: links) { $0 }
    try file.write(Array(text.utf8))
    try file.commit()
  }

  private func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  private func names() throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: scratch.url.path))
  }

  @Test("appears when it is complete, replaces another, and leaves nothing beside it")
  func whole() throws {
    for text in ["first", "second"] {
      var file = try AtomicFile(path: target) { $0 }
      try file.write(Array(text.utf8))
      #expect(self.text(target) != text)
      try file.commit()
      #expect(self.text(target) == text)
    }
    do {
      var file = try AtomicFile(path: target) { $0 }
      try file.write([1])
    }
    #expect(text(target) == "second")
    #expect(try names() == ["target"])
  }

  @Test(
    "follows links to what they lead to",
    arguments: ["target", "./target", "inner/../target", "linked/../target", "second"])
  func links(_ destination: String) throws {
    // `linked/..` is where the linked folder lies, not where the link does.
    for folder in ["inner", "other", "other/deep"] {
      try FileManager.default.createDirectory(
        atPath: scratch.path(folder), withIntermediateDirectories: true)
    }
    #expect(symlink("other/deep", scratch.path("linked")) == 0)
    #expect(symlink("target", scratch.path("second")) == 0)
    #expect(symlink(destination, scratch.path("link")) == 0)
    for text in ["made", "replaced"] { try write(text, to: scratch.path("link")) }
    let place = destination.hasPrefix("linked") ? scratch.path("other/target") : target
    #expect(text(place) == "replaced")
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: scratch.path("link"))
        == destination)
    #expect(throws: WriteProblem.link) {
      try write("x", to: scratch.path("link"), links: .refused)
    }
    #expect(text(place) == "replaced")
  }

  @Test("ends where links go in circles")
  func circle() throws {
    #expect(symlink("b", scratch.path("a")) == 0 && symlink("a", scratch.path("b")) == 0)
    #expect(throws: WriteProblem.system("Too many levels of symbolic links")) {
      try write("x", to: scratch.path("a"))
    }
  }

  @Test("goes straight to a device, which stays one")
  func device() throws {
    let link = scratch.path("link")
    #expect(symlink("/dev/null", link) == 0)
    for path in ["/dev/null", link] { try write("x", to: path) }
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    #expect(throws: WriteProblem.system("No space left on device")) {
      try write("x", to: "/dev/full")
    }
  }

  @Test("goes straight to whoever reads a pipe")
  func pipe() throws {
    let path = scratch.path("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    defer { close(reader) }
    try write("through the pipe", to: path)
    var bytes = [UInt8](repeating: 0, count: 100)
    let count = read(reader, &bytes, bytes.count)
    #expect(String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self) == "through the pipe")
    var status = stat()
    #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
  }

  @Test("goes on behind what a descriptor of the process has written, in the same file")
  func descriptor() throws {
    let descriptor = open(target, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(descriptor) }
    #expect(Foundation.write(descriptor, "head ", 5) == 5)
    let link = scratch.path("link")
    #expect(symlink("/dev/fd/\(descriptor)", link) == 0)
    for path in ["/dev/fd/\(descriptor)", "/proc/self/fd/\(descriptor)", link] {
      try write("body ", to: path)
    }
    #expect(Foundation.write(descriptor, "tail", 4) == 4)
    #expect(text(target) == "head body body body tail")
  }

  @Test("hands on the permissions of the file that it replaces", arguments: [0o640, 0o755, 0o600])
  func permissions(_ mode: Int) throws {
    try write("old", to: target)
    #expect(chmod(target, mode_t(mode)) == 0)
    try write("new", to: target)
    var status = stat()
    #expect(stat(target, &status) == 0 && Int(status.st_mode & 0o777) == mode)
  }

  @Test("never takes the place of what is no file")
  func folder() throws {
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
    #expect(throws: WriteProblem.notRegular) { try write("x", to: target) }
    let path = scratch.path("late")
    #expect(throws: WriteProblem.notRegular) {
      let file = try AtomicFile(path: path) { $0 }
      #expect(symlink("target", path) == 0)
      try file.commit()
    }
    #expect(try names() == ["target", "late"])
    #expect(throws: WriteProblem.system("No such file or directory")) {
      try write("x", to: scratch.path("missing/x"))
    }
    #expect(throws: WriteProblem.system("No such file or directory")) { try write("x", to: "") }
  }

  @Test("may have as long a name as the file system takes")
  func longName() throws {
    for name in [String(repeating: "n", count: 255), String(repeating: "é", count: 127)] {
      try write("x", to: scratch.path(name))
      #expect(text(scratch.path(name)) == "x")
    }
  }

  @Test("is written under a name that differs each time, and to none that is there")
  func hidden() throws {
    let files = try (0..<3).map { _ in
      Unfinished(try AtomicFile(path: target) { $0 })
    }
    let partial = try names()
    #expect(partial.count == 3 && partial.allSatisfy { $0.hasPrefix(".target.") })
    withExtendedLifetime(files) {}
  }

  private final class Unfinished {
    let file: AtomicFile<WriteProblem>
    init(_ file: consuming AtomicFile<WriteProblem>) { self.file = file }
  }

  @Test("takes away what killed writers left, and nothing else")
  func leftovers() throws {
    let digits = String(repeating: "0123456789abcdef", count: 2)
    let left = ".picture.png.\(digits).partial"
    _ = try scratch.write([1], to: left)
    // What another writer holds, what is no file, and what has another name.
    let held = ".held.\(digits).partial"
    _ = try scratch.write([1], to: held)
    let holder = open(scratch.path(held), O_RDONLY | O_CLOEXEC)
    defer { close(holder) }
    #expect(flock(holder, LOCK_EX) == 0)
    #expect(symlink("nowhere", scratch.path(".link.\(digits).partial")) == 0)
    #expect(mkfifo(scratch.path(".pipe.\(digits).partial"), 0o600) == 0)
    let strangers = [
      ".picture.png.partial", ".picture.0123.partial", "picture.\(digits).partial",
      ".x.\(digits.uppercased()).partial", ".x.\(digits).partial.txt", ".\(digits).partial",
    ]
    for name in strangers { _ = try scratch.write([1], to: name) }
    let before = try names()
    try write("x", to: target)
    #expect(try names() == before.subtracting([left]).union(["target"]))
  }
}
