import Files
import Foundation
import SystemPackage

/// Reads a whole regular file.
///
/// - Throws: `PictureError` for what is missing, unreadable, or no file; a named pipe is refused
///   rather than waited for.
package func fileContents(_ file: FilePath) throws(PictureError) -> [UInt8] {
  let path = file.text
  func failure(_ code: Int32) -> PictureError {
    PictureError(path: path, reason: "cannot be read: \(String(cString: strerror(code)))")
  }
  let descriptor = file.withPlatformString { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
  guard descriptor >= 0 else {
    throw errno == ENOENT ? PictureError(path: path, reason: "no such file") : failure(errno)
  }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw failure(errno) }
  switch status.st_mode & S_IFMT {
  case S_IFREG: break
  case S_IFDIR: throw PictureError(path: path, reason: "is a folder, not a picture")
  default: throw PictureError(path: path, reason: "is not a regular file")
  }
  let size = Int(status.st_size)
  var code: Int32 = 0
  let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
    while initialized < size {
      let count = read(
        descriptor, buffer.baseAddress.unsafelyUnwrapped + initialized, size - initialized)
      if count < 0 {
        if errno == EINTR { continue }
        code = errno
        return
      }
      if count == 0 { return }
      initialized += count
    }
  }
  guard code == 0 else { throw failure(code) }
  return bytes
}
