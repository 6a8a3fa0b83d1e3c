import SystemPackage

/// Paths of the command line, whose words are bytes.
///
/// Swift gives them as texts, in which bytes that are no UTF-8 are replaced.
enum GivenPaths {
  /// The paths that some words, in their order on the command line, stand for.
  static func paths(_ words: [String]) -> [FilePath] {
    var given = (1..<max(1, Int(CommandLine.argc))).compactMap { index -> FilePath? in
      guard let word = CommandLine.unsafeArgv[index] else { return nil }
      let path = FilePath(platformString: word)
      return String(validating: path) == nil ? path : nil
    }
    return words.map { word in
      guard word.unicodeScalars.contains("\u{FFFD}"),
        let place = given.firstIndex(where: { $0.string == FilePath(word).string })
      else { return FilePath(word) }
      return given.remove(at: place)
    }
  }

  /// The path that a word stands for.
  static func path(_ word: String) -> FilePath { paths([word]).first ?? FilePath(word) }
}
