import Checkpoints
import Files

/// Text files that appear whole or not at all.
enum TextFile {
  static func write(_ text: String, toFile path: String) throws {
    var file = try AtomicFile(path: path)
    try file.write(Array(text.utf8))
    try file.commit()
  }
}
