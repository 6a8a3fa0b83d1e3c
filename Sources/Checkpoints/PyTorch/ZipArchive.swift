import CZip
import Networks
import Wording

/// The entries of a zip archive, read through libzip.
///
/// PyTorch stores its entries uncompressed. That makes their sizes a promise about the file's own,
/// which is checked before anything is read.
final class ZipArchive {
  /// Names of the entries in the order of the archive.
  let names: [String]

  let path: String
  private let archive: OpaquePointer
  private let sizes: [Int]

  /// Opens an archive and checks its table.
  ///
  /// - Throws: `CheckpointError` if it is no zip archive, or its entries are compressed or larger
  ///   than the file.
  init(_ file: WeightFile) throws(CheckpointError) {
    try ZipEnd.check(file)
    var code: Int32 = 0
    guard let archive = zip_open(file.path, ZIP_RDONLY, &code) else {
      throw CheckpointError(file: file.path, place: "zip archive", problem: Self.message(code))
    }
    do throws(CheckpointError) {
      (names, sizes) = try Self.entries(of: archive, file)
    } catch {
      zip_discard(archive)
      throw error
    }
    self.archive = archive
    path = file.path
  }

  deinit { zip_discard(archive) }

  /// The number of the entry of a name; nil if there is none.
  func index(of name: String) -> Int? {
    let index = zip_name_locate(archive, name, zip_flags_t(ZIP_FL_ENC_RAW))
    return index < 0 ? nil : Int(index)
  }

  /// Size of an entry in bytes.
  func byteCount(at index: Int) -> Int { sizes[index] }

  /// Reads an entry, checking its checksum.
  ///
  /// - Throws: `CheckpointError` if it is shorter than the archive's table says or damaged.
  func bytes(at index: Int) throws(CheckpointError) -> [UInt8] {
    func fault(_ error: UnsafeMutablePointer<zip_error_t>?) -> CheckpointError {
      CheckpointError(
        file: path, place: "entry '\(abbreviated(names[index]))'",
        problem: error.flatMap { zip_error_strerror($0) }.map { String(cString: $0) }
          ?? "is shorter than the archive says",
        advice: "the file is damaged; download or save it again")
    }
    guard let entry = zip_fopen_index(archive, zip_uint64_t(index), 0) else {
      throw fault(zip_get_error(archive))
    }
    defer { zip_fclose(entry) }
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: sizes[index]) { buffer, initialized in
      while initialized < buffer.count {
        let count = zip_fread(
          entry, buffer.baseAddress?.advanced(by: initialized),
          zip_uint64_t(buffer.count - initialized))
        if count <= 0 {
          failed = true
          return
        }
        initialized += Int(count)
      }
      // The checksum is compared when the end is met.
      var end: UInt8 = 0
      failed = zip_fread(entry, &end, 1) != 0
    }
    if failed {
      let error = zip_file_get_error(entry)
      throw fault(error?.pointee.zip_err == 0 ? nil : error)
    }
    return bytes
  }

  private static func entries(
    of archive: OpaquePointer, _ file: WeightFile
  ) throws(CheckpointError) -> ([String], [Int]) {
    var names: [String] = []
    var sizes: [Int] = []
    var room = file.byteCount
    for index in 0..<zip_get_num_entries(archive, 0) {
      var status = zip_stat_t()
      let flags = zip_flags_t(ZIP_FL_ENC_RAW)
      guard zip_stat_index(archive, zip_uint64_t(index), flags, &status) == 0,
        let name = status.name
      else {
        throw CheckpointError(
          file: file.path, place: "zip archive", problem: "entry \(index) has no name or size")
      }
      let text = String(cString: name)
      let place = "entry '\(abbreviated(text))'"
      guard status.comp_method == ZIP_CM_STORE, status.encryption_method == ZIP_EM_NONE else {
        throw CheckpointError(
          file: file.path, place: place, problem: "is compressed or encrypted, expected stored",
          advice: "PyTorch stores its entries as they are; unpack and save the file again")
      }
      guard status.size == status.comp_size, status.size <= UInt64(room) else {
        throw CheckpointError(
          file: file.path, place: place,
          problem: "claims \(counted(status.size, "byte")), more than the file has for it",
          advice: "the file is damaged or was made to mislead")
      }
      room -= Int(status.size)
      names.append(text)
      sizes.append(Int(status.size))
    }
    return (names, sizes)
  }

  private static func message(_ code: Int32) -> String {
    var error = zip_error_t()
    zip_error_init_with_code(&error, code)
    defer { zip_error_fini(&error) }
    return String(cString: zip_error_strerror(&error))
  }
}
