import Files
import Foundation
import Observing
import Recording
import SystemPackage
import TrainingRuns

/// A file that a user has a command write.
///
/// It may take another's place, as everywhere, but never that of what the command reads, of a database, or
/// of what a run keeps in its folder.
package enum OutputFile {
  /// Checks a path before anything is written.
  ///
  /// - Parameters:
  ///   - path: As it was given; `-` is standard output.
  ///   - inputs: Files that the command reads.
  /// - Returns: The path to write to.
  /// - Throws: `ExperimentError.usage` naming the file that must stay.
  static func checked(_ path: String, inputs: [String]) throws -> String {
    guard path != "-" else { return "/dev/stdout" }
    func refusal(_ words: String) -> ExperimentError {
      .usage("\(path): \(words); name another file to write")
    }
    let target = FilePath(path)
    if let identity = try? target.identity() {
      let isInput = inputs.contains { (try? FilePath($0).identity()) == identity }
      if isInput { throw refusal("is what is read") }
    }
    guard let place = place(of: target) else { return path }
    if let run = runFolder(around: place) { throw refusal("belongs to the run in \(run.text)") }
    if isDatabase(place) { throw refusal("is a database") }
    return path
  }

  /// Whether what is written to a path comes out on standard output.
  package static func isStandardOutput(_ path: String) -> Bool {
    ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].contains(path)
  }

  /// The regular file that a path leads to, or would make; nil for anything else.
  private static func place(of path: FilePath) -> FilePath? {
    if let type = try? path.stat().type {
      guard type == .regular, let real = path.withPlatformString({ realpath($0, nil) }) else {
        return nil
      }
      defer { free(real) }
      return FilePath(platformString: real)
    }
    guard case .file(let place, _)? = try? Destination(path) else { return nil }
    return place
  }

  /// The folder of the run that keeps a file of that name.
  private static func runFolder(around path: FilePath) -> FilePath? {
    var folder = path.removingLastComponent()
    guard var name = path.lastComponent?.text else { return nil }
    if let last = folder.lastComponent?.text, [RunFiles.figures, RunFiles.examples].contains(last) {
      name = last + "/" + name
      folder.removeLastComponent()
    }
    let isRun = FolderLock.fileNames.contains {
      (try? folder.appending($0).stat())?.type == .regular
    }
    let isKept =
      FolderLock.fileNames.contains(name) || RunFiles.isKnown(name)
      || TrainingFolder.written.contains(name)
      || [RunStore.fileName, OutcomeStore.fileName].contains { name.hasPrefix($0) }
    return isRun && isKept ? (folder.isEmpty ? "." : folder) : nil
  }

  private static func isDatabase(_ path: FilePath) -> Bool {
    guard
      let file = try? FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec])
    else { return false }
    defer { try? file.close() }
    let mark = Array("SQLite format 3\0".utf8)
    var bytes = [UInt8](repeating: 0, count: mark.count)
    let count = try? bytes.withUnsafeMutableBytes { try file.read(into: $0) }
    return count == mark.count && bytes == mark
  }
}
