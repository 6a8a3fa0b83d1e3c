import Foundation
import Networks

/// A results file that cannot be read or written, in one line that names it.
public struct ResultsFileError: Error, Equatable, CustomStringConvertible, LocalizedError {
  /// The line to show.
  public let description: String
  /// The line to show.
  public var errorDescription: String? { description }
}

extension Results {
  /// The highest format version that this code reads.
  public static let currentFormatVersion = 1

  /// The content of `results.json`: sorted keys, one value a line.
  public func json() throws -> String { try JSONText.of(self) }

  /// Writes `results.json`; an older file is replaced at once or stays whole.
  public func write(toFile path: String) throws {
    do {
      try Data((json() + "\n").utf8).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw ResultsFileError(description: "\(path): cannot be written: \(Self.reason(error))")
    }
  }

  /// Reads `results.json`.
  ///
  /// - Throws: `ResultsFileError` for what is not one, and for a newer format version.
  public init(contentsOfFile path: String) throws {
    struct Version: Decodable { var formatVersion: Int }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ResultsFileError(description: "\(path): cannot be read")
    }
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

  private static func reason(_ error: any Error) -> String {
    guard let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? POSIXError else {
      return error.localizedDescription
    }
    return String(cString: strerror(cause.code.rawValue))
  }
}
