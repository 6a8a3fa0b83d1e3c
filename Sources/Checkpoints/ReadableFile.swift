import Foundation
import Memory

/// A regular file that is read in pieces, from any thread.
///
/// Pieces are copied rather than mapped: a file that shrinks while it is read gives an error here,
/// and would end the process there.
final class ReadableFile: Sendable {
  /// Where it lies.
  let path: String
  /// Size in bytes when it was opened.
  let byteCount: Int
  private let descriptor: Int32

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: Where it lies.
  ///   - followsLinks: Whether the path may be a link; not where a file says what to open.
  /// - Throws: `CheckpointError` if it is missing, unreadable, or not a regular file.
  init(path: String, followsLinks: Bool = true) throws(CheckpointError) {
    // Without O_NONBLOCK a named pipe would wait here for a writer for ever.
    let descriptor = open(
      path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW))
    guard descriptor >= 0 else {
      throw CheckpointError(file: path, problem: systemMessage(errno))
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw CheckpointError(file: path, problem: "not a regular file")
    }
    self.path = path
    self.descriptor = descriptor
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills a buffer with the bytes from an offset on.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(CheckpointError) {
    var done = 0
    while done < buffer.count {
      let count = pread(
        descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done,
        off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw CheckpointError(file: path, problem: systemMessage(errno)) }
      guard count > 0 else {
        throw CheckpointError(file: path, problem: "ended while it was being read")
      }
      done += count
    }
  }

  /// Checks that there is room for something that is about to be read.
  func requireMemory(_ bytes: ByteCount) throws(CheckpointError) {
    do throws(MemoryError) {
      try ProcessMemory.require(bytes, for: "a part of it")
    } catch {
      throw CheckpointError(file: path, problem: error.description)
    }
  }

  /// The bytes of a range.
  func bytes(at offset: Int, count: Int) throws(CheckpointError) -> [UInt8] {
    try requireMemory(ByteCount(count))
    var failure: CheckpointError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(CheckpointError) {
        let target = UnsafeMutableRawBufferPointer(
          start: UnsafeMutableRawPointer(buffer.baseAddress), count: count)
        try read(at: offset, into: target)
        initialized = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }
}

/// The system's words for an error number.
func systemMessage(_ number: Int32) -> String { String(cString: strerror(number)) }
