import Foundation
import Pictures

/// Boxes of COCO's JSON form of object instances.
///
/// - SeeAlso: Lin et al. 2014, "Microsoft COCO"; the form is described at cocodataset.org, "Data format".
enum COCOFile {
  private struct Content: Decodable {
    var images: [Image]
    var annotations: [Annotation]
  }

  private struct Image: Decodable {
    var id: Identifier
    var file_name: String
  }

  private struct Annotation: Decodable {
    var image: Identifier
    var isCrowd: Bool
    var box: Box?

    private enum Key: String, CodingKey { case image_id, iscrowd, bbox, segmentation }

    /// Looks at the mask only where there is no box: masks make up most of such a file.
    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: Key.self)
      image = try values.decode(Identifier.self, forKey: .image_id)
      isCrowd = try values.decodeIfPresent(Int.self, forKey: .iscrowd) ?? 0 != 0
      if let box = try values.decodeIfPresent([Double].self, forKey: .bbox) {
        self.box = COCOFile.box(box)
      } else {
        box = try values.decodeIfPresent(COCOMask.self, forKey: .segmentation)?.box
      }
    }
  }

  /// A number, or a text where people made their own.
  private enum Identifier: Decodable, Hashable {
    case number(Int)
    case text(String)

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let number = try? value.decode(Int.self) {
        self = .number(number)
      } else {
        self = .text(try value.decode(String.self))
      }
    }
  }

  static func read(
    _ text: ArraySlice<UInt8>, path: String, into matching: inout BoxMatching
  ) throws(StimulusError) {
    func refuse(_ reason: String) -> StimulusError { .boxes(path: path, line: nil, reason: reason) }
    let content: Content
    do {
      content = try JSONDecoder().decode(Content.self, from: Data(text))
    } catch {
      throw refuse("not COCO's JSON: \(reason(of: error))")
    }
    let names = Dictionary(
      content.images.map { ($0.id, Array($0.file_name.utf8)) }, uniquingKeysWith: { $1 })
    for (index, annotation) in content.annotations.enumerated() where !annotation.isCrowd {
      guard let name = names[annotation.image] else {
        throw refuse("annotations[\(index)]: its image_id is that of none of the images")
      }
      guard matching.mayMean(name) else { continue }
      guard let box = annotation.box else {
        throw refuse(
          "annotations[\(index)]: expected 'bbox' of four numbers (x, y, width, height) or a"
            + " 'segmentation' of polygons or runs")
      }
      if box.width > 0, box.height > 0 { matching.add(name, box) }
    }
  }

  fileprivate static func box(_ values: [Double]) -> Box? {
    guard values.count == 4 else { return nil }
    return Box(
      left: values[0], top: values[1], right: values[0] + values[2], bottom: values[1] + values[3])
  }

  /// A decoder's error in one line.
  private static func reason(of error: any Error) -> String {
    func place(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }
        .joined()
      return path.isEmpty ? "" : "\(path.hasPrefix(".") ? String(path.dropFirst()) : path): "
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context):
      return "\(place(context))'\(key.stringValue)' is missing"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      let kind =
        type == [Any].self || "\(type)".hasPrefix("Array") ? "a list" : "\(type)".lowercased()
      return "\(place(context))expected \(kind)"
    default: return "the text is no valid JSON"
    }
  }
}

/// A mask of COCO's: polygons, or runs down the columns, as numbers or packed into text.
struct COCOMask: Decodable {
  /// The smallest box around it; nil if it is malformed or empty.
  let box: Box?

  private enum Key: String, CodingKey { case size, counts }

  /// Decodes any of the three forms.
  init(from decoder: any Decoder) throws {
    if let polygons = try? decoder.singleValueContainer().decode([[Double]].self) {
      box = Self.box(polygons: polygons)
      return
    }
    let values = try decoder.container(keyedBy: Key.self)
    let size = try values.decode([Int].self, forKey: .size)
    let counts =
      try (try? values.decode([Int].self, forKey: .counts))
      ?? Self.unpacked(values.decode(String.self, forKey: .counts))
    box =
      size.count == 2 ? counts.flatMap { Self.box(runs: $0, height: size[0], width: size[1]) } : nil
  }

  private static func box(polygons: [[Double]]) -> Box? {
    var box: Box?
    for polygon in polygons {
      guard polygon.count >= 2, polygon.count % 2 == 0 else { return nil }
      for i in stride(from: 0, to: polygon.count, by: 2) {
        let (x, y) = (polygon[i], polygon[i + 1])
        box = Box(
          left: min(box?.left ?? x, x), top: min(box?.top ?? y, y),
          right: max(box?.right ?? x, x), bottom: max(box?.bottom ?? y, y))
      }
    }
    return box
  }

  /// Runs of outside and inside by turns, down one column after the other.
  private static func box(runs: [Int], height: Int, width: Int) -> Box? {
    guard height > 0, width > 0, height <= 1 << 20, width <= 1 << 20 else { return nil }
    var columns: ClosedRange<Int>?
    var rows: ClosedRange<Int>?
    var start = 0
    for (index, count) in runs.enumerated() {
      guard count >= 0, count <= height * width - start else { return nil }
      let end = start + count
      if index % 2 == 1, count > 0 {
        let (first, last) = (start / height, (end - 1) / height)
        // A run that goes on in the next column spans all rows.
        let (top, bottom) =
          first == last ? (start % height, (end - 1) % height) : (0, height - 1)
        columns = min(columns?.lowerBound ?? first, first)...max(columns?.upperBound ?? last, last)
        rows = min(rows?.lowerBound ?? top, top)...max(rows?.upperBound ?? bottom, bottom)
      }
      start = end
    }
    guard let columns, let rows else { return nil }
    return Box(
      firstAndLastPixel: [columns.lowerBound, rows.lowerBound, columns.upperBound, rows.upperBound]
        .map(Double.init))
  }

  /// Runs from pycocotools' text: five bits a character from `0` on, the sixth saying that more follow;
  /// from the fourth run on, its difference from the one before the last.
  private static func unpacked(_ text: String) -> [Int]? {
    var runs: [Int] = []
    var bytes = text.utf8.makeIterator()
    while var byte = bytes.next() {
      var value = 0
      var shift = 0
      while true {
        guard (48..<112).contains(byte), shift < 50 else { return nil }
        let bits = Int(byte) - 48
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20 == 0 {
          if bits & 0x10 != 0 { value |= -1 << shift }
          break
        }
        guard let next = bytes.next() else { return nil }
        byte = next
      }
      if runs.count > 2 {
        let (sum, overflows) = value.addingReportingOverflow(runs[runs.count - 2])
        if overflows { return nil }
        value = sum
      }
      runs.append(value)
    }
    return runs
  }
}
