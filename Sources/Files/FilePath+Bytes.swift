import SystemPackage

// Names of files are bytes. `FilePath` compares and hashes them as such, where `String` takes the two
// ways to write é for one and has no room for what is not UTF-8.

extension FilePath {
  /// Its bytes, without the zero behind them.
  package var bytes: [UInt8] {
    withPlatformString { pointer in
      UnsafeBufferPointer(start: pointer, count: length).map { UInt8(bitPattern: $0) }
    }
  }

  /// The path of some bytes; nil if one of them is zero, which no path has.
  package init?(bytes: some Sequence<UInt8>) {
    let characters = bytes.map { CChar(bitPattern: $0) }
    guard !characters.contains(0) else { return nil }
    self.init(platformString: characters + [0])
  }

  /// The path as text: itself where it is UTF-8, otherwise with `\xFF` for each byte that is not.
  public var text: String { String(validating: self) ?? readableText(bytes) }
}

extension FilePath.Component {
  /// The name as text, as of a path.
  package var text: String { FilePath(root: nil, [self]).text }
}

extension Sequence<FilePath> {
  /// In the order of their bytes, which for UTF-8 is that of the characters' numbers.
  package func sortedByBytes() -> [FilePath] {
    map { (path: $0, bytes: $0.bytes) }
      .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
      .map(\.path)
  }
}

/// Bytes as text, with `\xFF` for each that is no UTF-8.
package func readableText(_ bytes: [UInt8]) -> String {
  var text = ""
  var parser = Unicode.UTF8.ForwardParser()
  var rest = bytes.makeIterator()
  var place = 0
  while true {
    switch parser.parseScalar(from: &rest) {
    case .valid(let character):
      text.unicodeScalars.append(Unicode.UTF8.decode(character))
      place += character.count
    case .error(let length):
      for byte in bytes[place..<place + length] {
        text += (byte < 16 ? "\\x0" : "\\x") + String(byte, radix: 16, uppercase: true)
      }
      place += length
    case .emptyInput: return text
    }
  }
}
