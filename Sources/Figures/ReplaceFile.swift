import Foundation

/// Writes a file beside its place and moves it there, so that no reader sees half of it.
func replaceFile(at path: String, with bytes: [UInt8]) throws(FigureError) {
  let temporary = "\(path).\(getpid()).partial"
  let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
  guard file >= 0 else { throw cannotWrite(path) }
  var written = 0
  while written < bytes.count {
    let count = bytes[written...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else {
      let error = cannotWrite(path)
      close(file)
      unlink(temporary)
      throw error
    }
    written += count
  }
  guard close(file) == 0, rename(temporary, path) == 0 else {
    let error = cannotWrite(path)
    unlink(temporary)
    throw error
  }
}

private func cannotWrite(_ path: String) -> FigureError {
  FigureError("\(path): cannot be written: \(String(cString: strerror(errno)))")
}
