import Foundation
import SystemPackage
import Wording

/// A file that appears under its name when it is complete, and not before.
///
/// Bytes go to a hidden neighbour, which `commit()` moves into place once the disk has them; a full
/// disk or a kill leaves what was there before. The file that is replaced hands its permissions on. A
/// link is followed, and what it leads to is replaced. Devices and pipes are written to straight; a
/// terminal is shown what would steer it spelt out.
package struct AtomicFile<Failure: Error>: ~Copyable {
  private let target: Target
  private let descriptor: Int32
  private let failure: (WriteProblem) -> Failure
  private var isOpen = true

  private enum Target {
    case rename(temporary: FilePath, to: FilePath)
    /// Straight to the descriptor.
    case stream
    /// Copied to a stream in the end, for what is not written from front to back.
    case spool(Int32)
  }

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: Where it appears.
  ///   - links: Whether a link there is followed.
  ///   - seeks: Whether `write(_:at:)` will be called.
  ///   - failure: The error for a problem, here and later.
  /// - Throws: That error if nothing can be written there.
  package init(
    path: String, links: Destination.Links = .followed, seeks: Bool = false,
    failure: @escaping (WriteProblem) -> Failure
  ) throws(Failure) {
    do throws(WriteProblem) {
      (target, descriptor) = try Self.begin(path, links, seeks: seeks)
    } catch {
      throw failure(error)
    }
    self.failure = failure
  }

  private static func begin(
    _ path: String, _ links: Destination.Links, seeks: Bool
  ) throws(WriteProblem) -> (Target, Int32) {
    switch try Destination(FilePath(path), links: links) {
    case .file(let path, let replaced):
      let file = try TemporaryFile(
        in: path.folder, for: path.lastComponent?.text ?? "",
        mode: replaced == nil ? 0o666 : 0o600)
      if let replaced {
        // Who may not give files away keeps them.
        _ = fchown(file.descriptor, replaced.st_uid, replaced.st_gid)
        _ = fchmod(file.descriptor, replaced.st_mode & 0o777)
      }
      return (.rename(temporary: file.path, to: path), file.descriptor)
    case .stream(let stream):
      guard seeks else { return (.stream, stream) }
      do throws(WriteProblem) {
        let folder = FilePath(FileManager.default.temporaryDirectory.path)
        let file = try TemporaryFile(in: folder, for: "spool", mode: 0o600)
        file.path.unlink()
        return (.spool(stream), file.descriptor)
      } catch {
        close(stream)
        throw error
      }
    }
  }

  deinit { if isOpen { discard() } }

  /// Appends bytes.
  package mutating func write(_ bytes: [UInt8]) throws(Failure) {
    var bytes = bytes
    if case .stream = target, isatty(descriptor) == 1 { bytes = Self.shown(bytes) }
    let number = bytes.withUnsafeBytes { Descriptor.write($0, to: descriptor) }
    guard number == 0 else { throw failure(WriteProblem(number: number)) }
  }

  /// Bytes as a terminal may have them.
  private static func shown(_ bytes: [UInt8]) -> [UInt8] {
    let text = String(decoding: bytes, as: UTF8.self)
    return Array(visibleLines(text.replacing("\r\n", with: "\n")).utf8)
  }

  /// Writes bytes to a place, in the stead of what was written there.
  ///
  /// Files that were begun with `seeks` alone take them, and no others beside.
  package mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(Failure) {
    guard lseek(descriptor, off_t(offset), SEEK_SET) == off_t(offset) else { throw systemFailure() }
    let number = Descriptor.write(bytes, to: descriptor)
    guard number == 0 else { throw failure(WriteProblem(number: number)) }
  }

  /// Waits until the disk has what was written.
  package func synchronize() throws(Failure) {
    guard case .rename = target else { return }
    guard fsync(descriptor) == 0 else { throw systemFailure() }
  }

  /// Waits for the disk, then gives the file its name.
  ///
  /// - Throws: The error for a problem; what was there before is then still there.
  package consuming func commit() throws(Failure) {
    try synchronize()
    switch target {
    case .rename(let temporary, let path):
      var status = stat()
      // Something else may have taken the name in the meantime.
      guard
        path.withPlatformString({ lstat($0, &status) }) != 0
          || status.st_mode & S_IFMT == S_IFREG
      else {
        throw failure(.notRegular)
      }
      let isMoved = temporary.withPlatformString { old in
        path.withPlatformString { rename(old, $0) == 0 }
      }
      guard isMoved else { throw systemFailure() }
      isOpen = false
      close(descriptor)
      // The name is in the folder, so the folder has to reach the disk too; some systems refuse.
      let folder = path.folder.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) }
      if folder >= 0 {
        fsync(folder)
        close(folder)
      }
    case .stream:
      isOpen = false
      // Where a network's disk is full, it may say so only now.
      guard close(descriptor) == 0 else { throw systemFailure() }
    case .spool(let stream):
      guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw systemFailure() }
      var bytes = [UInt8](repeating: 0, count: 1 << 20)
      while true {
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw systemFailure() }
        if count == 0 { break }
        let part = isatty(stream) == 1 ? Self.shown(Array(bytes[..<count])) : Array(bytes[..<count])
        let number = part.withUnsafeBytes { Descriptor.write($0, to: stream) }
        guard number == 0 else { throw failure(WriteProblem(number: number)) }
      }
      isOpen = false
      close(descriptor)
      guard close(stream) == 0 else { throw systemFailure() }
    }
  }

  private func discard() {
    close(descriptor)
    switch target {
    case .rename(let temporary, _): temporary.unlink()
    case .stream: break
    case .spool(let stream): close(stream)
    }
  }

  private func systemFailure() -> Failure { failure(WriteProblem(number: errno)) }
}
