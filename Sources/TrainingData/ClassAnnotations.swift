import Foundation

/// The list of classes beside Tiny ImageNet's validation pictures.
package struct ClassAnnotations {
  /// The list's name in its folder.
  package static let fileName = "val_annotations.txt"

  /// File name and class of each line, in the file's order.
  package let lines: [(file: String, classID: String)]

  /// Reads lines of `val_0.JPEG`, tab, class, whatever else; nil if there is no such text.
  package init?(contentsOfFile path: String) {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    lines = text.split(whereSeparator: \.isNewline).compactMap { line in
      let fields = line.split(separator: "\t")
      return fields.count >= 2 ? (String(fields[0]), String(fields[1])) : nil
    }
  }
}
