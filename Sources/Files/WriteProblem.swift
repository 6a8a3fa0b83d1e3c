import Foundation

/// Why a file cannot be written.
package enum WriteProblem: Error, Hashable, Sendable {
  /// Something stands there that is neither a file, a device nor a pipe: a folder, a disk, a socket.
  case notRegular
  /// A link stands where only a file of the program's own may.
  case link
  /// What the system says.
  case system(String)

  init(number: Int32) { self = .system(Descriptor.message(number)) }

  /// The problem as it is told after the file's name.
  package var words: String {
    switch self {
    case .notRegular: "exists and is not a regular file"
    case .link: "is a link, which is not followed here"
    case .system(let words): "cannot be written: \(words)"
    }
  }
}
