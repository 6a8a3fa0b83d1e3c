import CZip
import Files
import Foundation

/// The file that libzip writes an archive to, piece by piece, going back to lengths and checksums.
final class ArchiveTarget {
  private var file: AtomicFile<CheckpointError>?
  private var offset = 0
  private var end = 0
  /// What went wrong in writing.
  private(set) var failure: CheckpointError?

  init(_ file: consuming AtomicFile<CheckpointError>) { self.file = consume file }

  /// An empty archive that is written here once it is closed.
  ///
  /// - Throws: `CheckpointError` if libzip refuses.
  func archive(path: String) throws(CheckpointError) -> OpaquePointer {
    var error = zip_error_t()
    zip_error_init(&error)
    defer { zip_error_fini(&error) }
    let context = Unmanaged.passRetained(self)
    if let source = zip_source_function_create(Self.respond, context.toOpaque(), &error) {
      if let archive = zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, &error) {
        return archive
      }
      zip_source_free(source)
    } else {
      context.release()
    }
    throw CheckpointError(
      file: path, problem: "cannot be written: \(String(cString: zip_error_strerror(&error)))")
  }

  /// Gives the file its name.
  func commit() throws(CheckpointError) {
    guard let file = file.take() else { return }
    try file.commit()
  }

  private static let respond: zip_source_callback = { context, data, length, command in
    guard let context else { return -1 }
    let target = Unmanaged<ArchiveTarget>.fromOpaque(context)
    if command == ZIP_SOURCE_FREE {
      target.release()
      return 0
    }
    return target.takeUnretainedValue().respond(to: command, data, Int(length))
  }

  private static let supported: zip_int64_t = [
    ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
    ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_SUPPORTS,
    ZIP_SOURCE_BEGIN_WRITE, ZIP_SOURCE_COMMIT_WRITE, ZIP_SOURCE_ROLLBACK_WRITE,
    ZIP_SOURCE_WRITE, ZIP_SOURCE_SEEK_WRITE, ZIP_SOURCE_TELL_WRITE, ZIP_SOURCE_REMOVE,
  ].reduce(0) { $0 | 1 << zip_int64_t($1.rawValue) }

  private func respond(
    to command: zip_source_cmd_t, _ data: UnsafeMutableRawPointer?, _ length: Int
  ) -> zip_int64_t {
    switch command {
    case ZIP_SOURCE_SUPPORTS: return Self.supported
    case ZIP_SOURCE_STAT:
      guard let status = data?.assumingMemoryBound(to: zip_stat_t.self) else { return -1 }
      zip_stat_init(status)
      status.pointee.size = 0
      status.pointee.valid = zip_uint64_t(ZIP_STAT_SIZE)
      return zip_int64_t(MemoryLayout<zip_stat_t>.size)
    case ZIP_SOURCE_WRITE:
      do throws(CheckpointError) {
        try file?.write(UnsafeRawBufferPointer(start: data, count: length), at: offset)
      } catch {
        failure = error
        return -1
      }
      offset += length
      end = max(end, offset)
      return zip_int64_t(length)
    case ZIP_SOURCE_SEEK_WRITE:
      let place = zip_source_seek_compute_offset(
        zip_uint64_t(offset), zip_uint64_t(end), data, zip_uint64_t(length), nil)
      guard place >= 0 else { return -1 }
      offset = Int(place)
      return 0
    case ZIP_SOURCE_TELL_WRITE: return zip_int64_t(offset)
    case ZIP_SOURCE_ERROR:
      guard let codes = data?.assumingMemoryBound(to: Int32.self) else { return -1 }
      codes[0] = failure == nil ? ZIP_ER_INVAL : ZIP_ER_WRITE
      codes[1] = 0
      return zip_int64_t(2 * MemoryLayout<Int32>.size)
    // Nothing is ever read back, and the file's fate is decided when libzip is done.
    default: return 0
    }
  }
}
