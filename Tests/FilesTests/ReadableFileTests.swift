import Files
import Foundation
import TestSupport
import Testing

@Suite("A file that is read")
struct ReadableFileTests {
  struct Failure: Error, Equatable {
    let problem: ReadProblem
  }

  static func open(_ path: String) throws(Failure) -> ReadableFile<Failure> {
    try ReadableFile(path: path) { Failure(problem: $0) }
  }

  @Test("gives its bytes, whole or in part, up to a limit")
  func bytes() throws {
    let folder = try ScratchFolder()
    let file = try Self.open(folder.write([1, 2, 3, 4], to: "a"))
    #expect(try file.contents(atMost: 4) == [1, 2, 3, 4])
    #expect(try file.bytes(at: 1, count: 2) == [2, 3])
    #expect(try file.head(9) == [1, 2, 3, 4])
    #expect(throws: Failure(problem: .tooLarge(byteCount: 4, limit: 3))) {
      try file.contents(atMost: 3)
    }
    #expect(throws: Failure(problem: .shrunk)) { try file.bytes(at: 3, count: 2) }
  }

  @Test("is a regular file that is there; a pipe is not waited for")
  func kinds() throws {
    let folder = try ScratchFolder()
    #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
    #expect(throws: Failure(problem: .missing)) { try Self.open(folder.path("none")) }
    #expect(throws: Failure(problem: .folder)) { try Self.open(folder.url.path) }
    #expect(throws: Failure(problem: .notRegular)) { try Self.open(folder.path("pipe")) }
    #expect(throws: Failure(problem: .notRegular)) { try Self.open("/dev/zero") }
  }

  @Test("of 30 GB without content is refused by its size, and by memory where there is no limit")
  func sparse() throws {
    let folder = try ScratchFolder()
    let path = try folder.write([], to: "sparse")
    #expect(truncate(path, 30_000_000_000) == 0)
    let error = #expect(throws: Failure.self) { try Self.open(path).contents(atMost: 64_000_000) }
    #expect(
      error.map { "\($0.problem)" }
        == "holds 30 GB, more than the 64 MB that are read of such a file")
    #expect(throws: Failure(problem: .outOfMemory(byteCount: .max))) {
      try Self.open(path).bytes(at: 0, count: .max)
    }
  }

  @Test(
    "has a size that is shown in the largest unit above 1",
    arguments: [(0, "0 bytes"), (999, "999 bytes"), (1000, "1 kB"), (2_540_000, "2.5 MB")])
  func size(byteCount: Int, text: String) { #expect(sizeText(byteCount) == text) }
}
