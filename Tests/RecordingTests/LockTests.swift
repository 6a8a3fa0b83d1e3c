import Foundation
import Recording
import TestSupport
import Testing

@Suite("A folder's lock")
struct LockTests {
  let scratch: ScratchFolder
  var folder: String { scratch.url.path }

  init() throws { scratch = try ScratchFolder() }

  /// `fork`, which Swift does not offer: what a library that this one knows nothing of may call.
  private static let fork = dlsym(nil, "fork").map {
    unsafeBitCast($0, to: (@convention(c) () -> pid_t).self)
  }

  private func isBusy(_ body: () throws -> Void) -> Bool {
    recordingError(body) == .busy(folder: folder)
  }

  @Test("is held once, by whichever path, and free again")
  func once() throws {
    let lock = try FolderLock(folder)
    for _ in 0..<3 {
      #expect(isBusy { _ = try FolderLock(folder) })
      #expect(recordingError { _ = try FolderLock(folder + "/.") } != nil)
    }
    lock.release()
    let next = try FolderLock(folder)
    #expect(isBusy { _ = try FolderLock(folder) })
    next.release()
    next.release()
    #expect(!isBusy { _ = try FolderLock(folder) })
  }

  @Test("does not live on in a child that was forked while it was held")
  func forked() throws {
    let fork = try #require(Self.fork)
    let lock = try FolderLock(folder)
    let child = fork()
    if child == 0 { while true { pause() } }
    defer {
      kill(child, SIGKILL)
      waitpid(child, nil, 0)
    }
    #expect(isBusy { _ = try FolderLock(folder) })
    lock.release()
    #expect(!isBusy { _ = try FolderLock(folder) })
  }

  @Test("is free at every turn while other threads start programs")
  func starting() throws {
    let isOver = Flag()
    defer { isOver.set() }
    for _ in 0..<2 {
      Thread.detachNewThread {
        while !isOver.isSet { _ = try? ProgramRun(URL(filePath: "/bin/true"), []) }
      }
    }
    let end = ContinuousClock.now + .seconds(0.7)
    while ContinuousClock.now < end { try FolderLock(folder).release() }
  }
}

/// A flag that one thread sets for others.
private final class Flag: @unchecked Sendable {
  // All access is under the lock.
  private let lock = NSLock()
  private var value = false

  var isSet: Bool { lock.withLock { value } }
  func set() { lock.withLock { value = true } }
}
