import Foundation

/// Words for whoever watches, on standard error.
///
/// They may be lost: a terminal that is gone, a closed descriptor or a full disk ends no work.
package enum StandardError {
  /// Writes a text, in one piece where the system lets it.
  package static func write(_ text: String) {
    var text = text
    text.withUTF8 {
      _ = Descriptor.write(UnsafeRawBufferPointer($0), to: STDERR_FILENO, patience: 1000)
    }
  }
}
