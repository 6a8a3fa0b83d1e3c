import CZip
import Files
import Foundation

/// Writes arrays as NumPy's `.npz`: one `.npy` each in an uncompressed zip.
///
/// `numpy.load` opens it without pickle. The same arrays give the same bytes, whatever the clock
/// says; archives past 4 GB become ZIP64.
///
/// - SeeAlso: NumPy Enhancement Proposal 1, version 1.0 of the format.
public enum NPZWriter {
  /// Writes arrays in the order given.
  ///
  /// - Parameters:
  ///   - arrays: Arrays with distinct names.
  ///   - path: Replaced at once when all is written.
  /// - Throws: `CheckpointError` if NumPy has no such type, a name is taken or the disk refuses, and
  ///   whatever an array's `bytes` throws.
  public static func write(_ arrays: [NamedArray], toFile path: String) throws {
    // libzip would replace the file in its own way, and cannot write to a pipe.
    let target = ArchiveTarget(
      try AtomicFile(path: path, seeks: true) {
        CheckpointError(writing: path, $0)
      })
    let archive = try target.archive(path: path)
    do {
      // libzip keeps an archive open that it has nothing to write to.
      guard !arrays.isEmpty else {
        throw CheckpointError(file: path, problem: "an npz file needs an array")
      }
      let sources = try arrays.map { try add($0, to: archive, path: path) }
      guard zip_close(archive) == 0 else {
        if let cause = sources.lazy.compactMap(\.failure).first { throw cause }
        if let cause = target.failure { throw cause }
        throw CheckpointError(file: path, problem: "cannot be written: \(message(archive))")
      }
    } catch {
      zip_discard(archive)
      throw error
    }
    try target.commit()
  }

  /// Promises an array to the archive; it is asked for its bytes when the archive is closed.
  private static func add(
    _ array: NamedArray, to archive: OpaquePointer, path: String
  ) throws -> ArraySource {
    let content = try ArraySource(array, path: path)
    let context = Unmanaged.passRetained(content)
    guard let source = zip_source_function(archive, ArraySource.respond, context.toOpaque())
    else {
      context.release()
      throw CheckpointError(file: path, problem: "cannot be written: \(message(archive))")
    }
    let index = zip_file_add(archive, array.name + ".npy", source, zip_flags_t(ZIP_FL_ENC_UTF_8))
    guard index >= 0 else {
      zip_source_free(source)
      throw CheckpointError(
        file: path, place: "array '\(array.name)'", problem: "cannot be added: \(message(archive))")
    }
    // 1 January 1980, the first day that a zip can name.
    guard zip_file_set_dostime(archive, zip_uint64_t(index), 0, 0x21, 0) == 0,
      zip_set_file_compression(archive, zip_uint64_t(index), ZIP_CM_STORE, 0) == 0
    else {
      throw CheckpointError(file: path, problem: "cannot be written: \(message(archive))")
    }
    return content
  }

  private static func message(_ archive: OpaquePointer) -> String {
    String(cString: zip_strerror(archive))
  }
}

/// One `.npy` as libzip asks for it: opened, read in pieces, closed.
private final class ArraySource {
  private let array: NamedArray
  private let path: String
  private let header: [UInt8]
  private let byteCount: Int
  private var bytes: [UInt8] = []
  private var offset = 0
  /// What went wrong when the array was asked for its bytes.
  private(set) var failure: (any Error)?

  init(_ array: NamedArray, path: String) throws(CheckpointError) {
    self.array = array
    self.path = path
    header = try array.npyHeader(file: path)
    byteCount = header.count + (try array.byteCount(file: path))
  }

  static let respond: zip_source_callback = { context, data, length, command in
    guard let context else { return -1 }
    let source = Unmanaged<ArraySource>.fromOpaque(context)
    if command == ZIP_SOURCE_FREE {
      source.release()
      return 0
    }
    return source.takeUnretainedValue().respond(to: command, data, Int(length))
  }

  private func respond(
    to command: zip_source_cmd_t, _ data: UnsafeMutableRawPointer?, _ length: Int
  ) -> zip_int64_t {
    switch command {
    case ZIP_SOURCE_OPEN:
      do {
        bytes = header + (try array.checkedBytes(file: path))
        offset = 0
        return 0
      } catch {
        failure = error
        return -1
      }
    case ZIP_SOURCE_READ:
      let count = min(length, bytes.count - offset)
      bytes.withUnsafeBytes { raw in
        UnsafeMutableRawBufferPointer(start: data, count: count)
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: raw[offset..<offset + count]))
      }
      offset += count
      return zip_int64_t(count)
    case ZIP_SOURCE_CLOSE:
      bytes = []
      return 0
    case ZIP_SOURCE_STAT:
      guard let status = data?.assumingMemoryBound(to: zip_stat_t.self) else { return -1 }
      zip_stat_init(status)
      status.pointee.size = zip_uint64_t(byteCount)
      status.pointee.valid = zip_uint64_t(ZIP_STAT_SIZE)
      return zip_int64_t(MemoryLayout<zip_stat_t>.size)
    case ZIP_SOURCE_ERROR:
      guard let codes = data?.assumingMemoryBound(to: Int32.self) else { return -1 }
      codes[0] = ZIP_ER_READ
      codes[1] = 0
      return zip_int64_t(2 * MemoryLayout<Int32>.size)
    // For ZIP_SOURCE_SUPPORTS, −1 means: what every readable source does.
    default: return -1
    }
  }
}

extension NamedArray {
  /// The head of a `.npy`, version 1.0: its length a multiple of 64.
  fileprivate func npyHeader(file: String) throws(CheckpointError) -> [UInt8] {
    guard let description = element.numPyDescription else {
      throw CheckpointError(
        file: file, place: "array '\(name)'", problem: "has a type that NumPy does not have")
    }
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = "{'descr': '\(description)', 'fortran_order': False, 'shape': (\(extents)), }"
    let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    let length = (magic.count + 2 + text.utf8.count + 1 + 63) / 64 * 64
    guard length <= Int(UInt16.max) else {
      throw CheckpointError(
        file: file, place: "array '\(name)'", problem: "has too many dimensions for npz")
    }
    text += String(repeating: " ", count: length - magic.count - 2 - text.utf8.count - 1) + "\n"
    return magic + littleEndian([UInt16(text.utf8.count)]) + Array(text.utf8)
  }
}

extension NamedArray.Element {
  /// NumPy's type code, little-endian; nil where NumPy has no such type.
  fileprivate var numPyDescription: String? {
    switch self {
    case .text(let width): "<U\(width)"
    case .number(let type):
      switch type {
      case .bool: "|b1"
      case .uint8: "|u1"
      case .int8: "|i1"
      case .int16: "<i2"
      case .uint16: "<u2"
      case .float16: "<f2"
      case .int32: "<i4"
      case .uint32: "<u4"
      case .float32: "<f4"
      case .int64: "<i8"
      case .uint64: "<u8"
      case .float64: "<f8"
      case .complex64: "<c8"
      case .bfloat16, .float8e5m2, .float8e4m3: nil
      }
    }
  }
}
