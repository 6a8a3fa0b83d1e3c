import Files
import Foundation
import GRDB
import Wording

/// What can go wrong with a run's store, in one line that names the folder.
public enum RecordingError: Error, Equatable, CustomStringConvertible, LocalizedError {
  /// The disk or the folder refuses.
  case storage(folder: String, reason: String)
  /// The folder's database is damaged or another program's.
  case damaged(folder: String, file: String = RunStore.fileName, reason: String)
  /// Another process writes the run.
  case busy(folder: String)
  /// A newer version of the tool wrote the run.
  case newer(folder: String)

  /// The line to show.
  public var description: String {
    switch self {
    case .storage(let folder, let reason): "\(folder): \(reason)"
    case .damaged(let folder, let file, let reason): "\(folder)/\(file): \(reason)"
    case .busy(let folder): "\(folder): another process is writing this run"
    case .newer(let folder):
      "\(folder): was recorded by a newer version of this tool; update it to read the run"
    }
  }

  /// The line to show.
  public var errorDescription: String? { description }

  /// Runs database work and says in our words what SQLite says in its own.
  static func mapping<Value>(
    _ folder: String, file: String = RunStore.fileName, _ body: () throws -> Value
  ) throws -> Value {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw RecordingError(error, folder: folder, file: file)
    } catch let error as RowDecodingError {
      throw RecordingError.damaged(
        folder: folder, file: file,
        reason: "a value has another type than its column: \(abbreviated("\(error)"))")
    }
  }

  /// What the system said, without the path, which the line names already.
  static func cause(of error: any Error) -> String {
    guard let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? POSIXError else {
      return error.localizedDescription
    }
    return String(cString: strerror(cause.code.rawValue))
  }

  private init(_ error: DatabaseError, folder: String, file: String) {
    let kept = "what was recorded before is kept"
    self =
      switch error.resultCode {
      case .SQLITE_FULL: .storage(folder: folder, reason: "the disk is full; \(kept)")
      case .SQLITE_IOERR:
        .storage(
          folder: folder, reason: "the disk refuses to write (\(error.extendedResultCode)); \(kept)"
        )
      case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM:
        .storage(
          folder: folder,
          reason: "\(file) cannot be opened: "
            + (hasDescriptorsLeft
              ? "the folder, or the file, is write-protected"
              : String(cString: strerror(EMFILE))))
      case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(folder: folder)
      case .SQLITE_INTERRUPT:
        .damaged(
          folder: folder, file: file,
          reason: "the database is damaged: reading it comes to no end; delete it to start over")
      case .SQLITE_TOOBIG:
        .damaged(folder: folder, file: file, reason: "a value is larger than any that is kept")
      case .SQLITE_NOTADB: .damaged(folder: folder, file: file, reason: "is not a database")
      case .SQLITE_CORRUPT:
        .damaged(
          folder: folder, file: file, reason: "the database is damaged; delete it to start over")
      default:
        .damaged(
          folder: folder, file: file, reason: abbreviated(error.message ?? "\(error.resultCode)"))
      }
  }
}
