import Files
import Foundation
import Networks

/// A results file that cannot be read or written, in one line that names it.
public struct ResultsFileError: Error, Equatable, CustomStringConvertible, LocalizedError {
  /// The line to show.
  public let description: String
  /// The line to show.
  public var errorDescription: String? { description }
}

extension ZoomResults {
  /// The highest format version that this code reads.
  public static let currentFormatVersion = 2

  /// Bytes beyond which a file is not read: those of a million photographs that failed.
  private static let longest = 1_000_000_000

  /// The content of `results.json`: sorted keys, one value a line.
  public func json() throws -> String { try JSONText.of(self) }

  /// Writes `results.json`; an older file is replaced at once or stays whole.
  public func write(toFile path: String) throws {
    var file = try AtomicFile(path: path) {
      ResultsFileError(description: "\(path): \($0.words)")
    }
    try file.write(Array((json() + "\n").utf8))
    try file.commit()
  }

  /// Reads `results.json`, of format version 1 too.
  ///
  /// Version 1 kept neither slopes nor verdicts by the present rule: slopes are then those of the means at all
  /// scales, exact but without intervals, a control's from end to end; nothing is judged.
  ///
  /// - Throws: `ResultsFileError` for what is not one, and for a newer format version.
  public init(contentsOfFile path: String) throws {
    struct Version: Decodable { var formatVersion: Int }
    let file = try ReadableFile(path: path) { ResultsFileError(description: "\(path): \($0)") }
    let data = Data(try file.contents(atMost: Self.longest))
    guard let version = try? JSONDecoder().decode(Version.self, from: data) else {
      throw ResultsFileError(description: "\(path): is no results file")
    }
    guard version.formatVersion <= Self.currentFormatVersion else {
      throw ResultsFileError(
        description: "\(path): has format version \(version.formatVersion); this tool reads up to "
          + "\(Self.currentFormatVersion): update it")
    }
    do {
      self = try JSONDecoder().decode(Self.self, from: data)
    } catch {
      throw ResultsFileError(description: "\(path): is no results file: \(jsonProblem(error))")
    }
  }
}
