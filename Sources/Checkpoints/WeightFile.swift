import Files
import Foundation
import Memory
import SystemPackage

/// A weight file, read in pieces.
typealias WeightFile = Files.ReadableFile<CheckpointError>

extension Files.ReadableFile where Failure == CheckpointError {
  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: Where it lies.
  ///   - followsLinks: Whether the path may be a link; not where a file says what to open.
  /// - Throws: `CheckpointError` if it is missing, unreadable, or not a regular file.
  convenience init(path: String, followsLinks: Bool = true) throws(CheckpointError) {
    try self.init(FilePath(path), followsLinks: followsLinks)
  }

  /// Opens a file, as `init(path:followsLinks:)` does.
  convenience init(_ file: FilePath, followsLinks: Bool = true) throws(CheckpointError) {
    let path = file.text
    try self.init(path: file, followsLinks: followsLinks) { CheckpointError(reading: path, $0) }
  }
}

extension WeightFile {
  /// Checks that there is room for something that is about to be read.
  func requireMemory(_ bytes: ByteCount) throws(CheckpointError) {
    do throws(MemoryError) {
      try ProcessMemory.require(bytes, for: "a part of it")
    } catch {
      throw CheckpointError(file: path, problem: error.description)
    }
  }
}

extension CheckpointError {
  /// Says why a file cannot be read.
  init(reading path: String, _ problem: ReadProblem) {
    switch problem {
    case .missing: self.init(file: path, problem: systemMessage(ENOENT))
    case .folder, .notRegular: self.init(file: path, problem: "not a regular file")
    case .system(let words): self.init(file: path, problem: words)
    default: self.init(file: path, problem: "\(problem)")
    }
  }
}

/// The system's words for an error number.
func systemMessage(_ number: Int32) -> String { String(cString: strerror(number)) }
