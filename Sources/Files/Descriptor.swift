import Foundation

/// Whether this process may open another file.
package var hasDescriptorsLeft: Bool {
  let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
  if descriptor >= 0 { close(descriptor) }
  return descriptor >= 0
}

/// Writing to descriptors as the system has them.
enum Descriptor {
  /// Writes all bytes.
  ///
  /// - Parameters:
  ///   - bytes: What to write.
  ///   - descriptor: Where to; it may be one that does not block.
  ///   - patience: How many milliseconds to wait for room each time; below 0 for ever.
  /// - Returns: 0, or the system's number for what went wrong.
  static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, patience: Int32 = -1
  ) -> Int32 {
    var done = 0
    while done < bytes.count {
      let count = Foundation.write(
        descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
      if count > 0 {
        done += count
        continue
      }
      switch errno {
      case _ where count == 0: return EIO
      case EINTR: continue
      case EAGAIN:
        var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        if poll(&room, 1, patience) == 0 { return EAGAIN }
      case let number: return number
      }
    }
    return 0
  }

  /// The system's words for an error's number.
  static func message(_ number: Int32) -> String { String(cString: strerror(number)) }
}
