import Foundation
import SystemPackage

/// Why a file cannot be read.
package enum ReadProblem: Hashable, Sendable {
  /// There is nothing of that name.
  case missing
  /// It is a folder.
  case folder
  /// It is a pipe, a device, a socket.
  case notRegular
  /// It holds more bytes than are read of such a file.
  case tooLarge(byteCount: Int, limit: Int)
  /// There is no room for so many bytes.
  case outOfMemory(byteCount: Int)
  /// It became shorter while it was read.
  case shrunk
  /// What the system says.
  case system(String)
}

extension ReadProblem: CustomStringConvertible {
  /// Goes on with a sentence that begins with the file's name.
  package var description: String {
    switch self {
    case .missing: "no such file"
    case .folder: "is a folder, not a file"
    case .notRegular: "is not a regular file"
    case .tooLarge(let count, let limit):
      "holds \(sizeText(count)), more than the \(sizeText(limit)) that are read of such a file"
    case .outOfMemory(let count): "\(sizeText(count)) of memory cannot be had"
    case .shrunk: "ended while it was being read"
    case .system(let words): "cannot be read: \(words)"
    }
  }
}

/// A regular file that is read in pieces, from any thread, or as a whole if it is not too large.
///
/// Pieces are copied rather than mapped: a file that shrinks while it is read gives an error here,
/// and would end the process there. A named pipe is refused rather than waited for.
package final class ReadableFile<Failure: Error>: Sendable {
  /// Where it lies, as text.
  package let path: String
  /// Size in bytes when it was opened.
  package let byteCount: Int
  private let descriptor: FileDescriptor
  private let failure: @Sendable (ReadProblem) -> Failure

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - followsLinks: Whether the path may be a link; not where a file says what to open.
  ///   - failure: The error for a problem, here and later.
  /// - Throws: That error if the file is missing, unreadable, or not a regular file.
  package init(
    path: FilePath, followsLinks: Bool = true, failure: @escaping @Sendable (ReadProblem) -> Failure
  ) throws(Failure) {
    // Without O_NONBLOCK a named pipe would wait here for a writer for ever.
    let number = path.withPlatformString {
      open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW))
    }
    guard number >= 0 else { throw failure(.ofSystem(errno)) }
    var status = stat()
    let isKnown = fstat(number, &status) == 0
    let kind = status.st_mode & S_IFMT
    guard isKnown, kind == S_IFREG else {
      let problem: ReadProblem =
        isKnown ? kind == S_IFDIR ? .folder : .notRegular : .ofSystem(errno)
      close(number)
      throw failure(problem)
    }
    self.path = path.text
    self.failure = failure
    descriptor = FileDescriptor(rawValue: number)
    byteCount = Int(status.st_size)
  }

  /// Opens a file whose path is text.
  package convenience init(
    path: String, followsLinks: Bool = true, failure: @escaping @Sendable (ReadProblem) -> Failure
  ) throws(Failure) {
    try self.init(path: FilePath(path), followsLinks: followsLinks, failure: failure)
  }

  deinit { try? descriptor.close() }

  /// Fills a buffer with the bytes from an offset on.
  package func read(
    at offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Failure) {
    var done = 0
    while done < buffer.count {
      let count = pread(
        descriptor.rawValue, buffer.baseAddress?.advanced(by: done), buffer.count - done,
        off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(.ofSystem(errno)) }
      guard count > 0 else { throw failure(.shrunk) }
      done += count
    }
  }

  /// The bytes of a range.
  package func bytes(at offset: Int, count: Int) throws(Failure) -> [UInt8] {
    guard canAllocate(count) else { throw failure(.outOfMemory(byteCount: count)) }
    var fault: Failure?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(Failure) {
        let target = UnsafeMutableRawBufferPointer(
          start: UnsafeMutableRawPointer(buffer.baseAddress), count: count)
        try read(at: offset, into: target)
        initialized = count
      } catch {
        fault = error
      }
    }
    if let fault { throw fault }
    return bytes
  }

  /// The first bytes, as many as there are of those asked for.
  package func head(_ count: Int) throws(Failure) -> [UInt8] {
    try bytes(at: 0, count: min(count, byteCount))
  }

  /// All bytes of a file that holds no more than a limit; of a larger one, none is read.
  package func contents(atMost limit: Int) throws(Failure) -> [UInt8] {
    try check(atMost: limit)
    return try bytes(at: 0, count: byteCount)
  }

  /// Throws for a file that holds more than a limit.
  package func check(atMost limit: Int) throws(Failure) {
    guard byteCount <= limit else {
      throw failure(.tooLarge(byteCount: byteCount, limit: limit))
    }
  }
}

extension ReadProblem {
  /// The problem that an error number stands for.
  fileprivate static func ofSystem(_ number: Int32) -> ReadProblem {
    number == ENOENT ? .missing : .system(String(cString: strerror(number)))
  }
}

/// Whether so many bytes can be had; Swift's arrays end the process where they cannot.
///
/// Another thread may take them in the meantime. Nothing is touched, so that asking costs nothing. The
/// system is asked itself: a compiler removes an allocation that is freed at once.
package func canAllocate(_ byteCount: Int) -> Bool {
  let length = max(byteCount, 1)
  let memory = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
  guard let memory, memory != MAP_FAILED else { return false }
  munmap(memory, length)
  return true
}

/// A number of bytes in the largest decimal unit that leaves it above 1: `30 GB`, `2.5 MB`.
package func sizeText(_ byteCount: Int) -> String {
  var value = Double(byteCount)
  var unit = "bytes"
  for next in ["kB", "MB", "GB", "TB", "PB", "EB"] where value >= 1000 {
    (value, unit) = (value / 1000, next)
  }
  let digits = value < 10 && unit != "bytes" ? 1 : 0
  let text = String(format: "%.\(digits)f", value)
  return "\(text.hasSuffix(".0") ? String(text.dropLast(2)) : text) \(unit)"
}
