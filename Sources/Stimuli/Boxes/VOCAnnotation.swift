import CExpat
import Pictures

/// The boxes of one XML file of Pascal VOC's form: VOC itself, ILSVRC, LabelImg.
///
/// Only `annotation/object/bndbox` counts; an object's parts have boxes of their own. Entities and all that
/// a document type declares are refused, so that a text is never larger than its file.
///
/// - SeeAlso: Everingham et al. 2010, "The Pascal Visual Object Classes (VOC) challenge".
struct VOCAnnotation {
  /// In the file's order.
  let boxes: [Box]

  /// Parses a file; `path` stands for it in errors.
  init(parsing bytes: [UInt8], path: String) throws(StimulusError) {
    let reader = VOCReader()
    if let (line, reason) = reader.read(bytes) {
      throw .boxes(path: path, line: line, reason: reason)
    }
    // ILSVRC counts from 0: of pictures of 500 columns, boxes end at 499. VOC counts from 1.
    let first: Double = reader.isILSVRC ? 0 : 1
    boxes = reader.found.map { Box(firstAndLastPixel: $0.map { $0 - first }) }
  }
}

/// What expat's calls change.
private final class VOCReader {
  private(set) var found: [[Double]] = []
  private(set) var isILSVRC = false
  private var path: [String] = []
  private var text = ""
  private var edges: [String: Double] = [:]
  private var fault: String?

  private static let edgeNames = ["xmin", "ymin", "xmax", "ymax"]
  private static let deepest = 32

  /// Reads a whole text.
  ///
  /// - Returns: The line and fault that it ends at, if it does.
  func read(_ bytes: [UInt8]) -> (line: Int, reason: String)? {
    guard let parser = XML_ParserCreate(nil) else { return (1, "out of memory") }
    defer { XML_ParserFree(parser) }
    // The parser calls back within this function alone.
    XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
    XML_SetElementHandler(
      parser,
      { context, name, _ in
        guard let context, let name else { return }
        Unmanaged<VOCReader>.fromOpaque(context).takeUnretainedValue()
          .begin(String(cString: name))
      },
      { context, _ in
        guard let context else { return }
        Unmanaged<VOCReader>.fromOpaque(context).takeUnretainedValue().end()
      })
    XML_SetCharacterDataHandler(parser) { context, characters, count in
      guard let context, let characters else { return }
      let bytes = UnsafeRawBufferPointer(start: characters, count: Int(count))
      Unmanaged<VOCReader>.fromOpaque(context).takeUnretainedValue()
        .append(String(decoding: bytes, as: UTF8.self))
    }
    XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in
      guard let context else { return }
      Unmanaged<VOCReader>.fromOpaque(context).takeUnretainedValue()
        .refuse("a document type is declared, which such files do not have")
    }
    self.parser = parser
    defer { self.parser = nil }
    let status = bytes.withUnsafeBytes {
      XML_Parse(parser, $0.bindMemory(to: CChar.self).baseAddress, Int32($0.count), 1)
    }
    guard status != XML_STATUS_OK else { return nil }
    let words = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) }
    return (
      Int(XML_GetCurrentLineNumber(parser)), fault ?? "not well-formed XML: \(words ?? "a fault")"
    )
  }

  private var parser: XML_Parser?

  private func refuse(_ reason: String) {
    guard fault == nil else { return }
    fault = reason
    XML_StopParser(parser, XML_Bool(0))
  }

  private func begin(_ name: String) {
    path.append(name)
    text = ""
    if path.count == 1, name != "annotation" {
      refuse(
        "the root element is \(BoxFile.quoted(Array(name.utf8))), expected 'annotation' as of Pascal VOC"
      )
    }
    if path.count > Self.deepest { refuse("elements are nested more than \(Self.deepest) deep") }
  }

  private func append(_ characters: String) {
    // No number or name of a data base is longer.
    if text.utf8.count < 256 { text += characters }
  }

  private func end() {
    guard fault == nil else { return }
    let place = path
    path.removeLast()
    let words = text.split(whereSeparator: \.isWhitespace)
    text = ""
    switch place.count {
    case 3 where place == ["annotation", "source", "database"]:
      isILSVRC = words.first?.hasPrefix("ILSVRC") ?? false
    case 4 where place.dropLast() == ["annotation", "object", "bndbox"]:
      guard Self.edgeNames.contains(place[3]) else { return }
      guard words.count == 1, let value = Double(words[0]), value.isFinite else {
        return refuse("\(place[3]) is not a number")
      }
      edges[place[3]] = value
    case 3 where place == ["annotation", "object", "bndbox"]:
      let values = Self.edgeNames.compactMap { edges[$0] }
      edges = [:]
      guard values.count == 4 else {
        return refuse("a bndbox lacks one of xmin, ymin, xmax and ymax")
      }
      guard values[2] >= values[0], values[3] >= values[1] else {
        return refuse("a bndbox is empty: its end is not beyond its beginning")
      }
      found.append(values)
    default: break
    }
  }
}
