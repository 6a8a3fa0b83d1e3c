import Pictures
import Wording

/// Tables of boxes: this project's, with a header of any order or none, Kaggle's and Tiny ImageNet's.
enum BoxTable {
  private enum Form {
    case columns(BoxColumns)
    /// The name's and the boxes' column of Kaggle's solutions.
    case kaggle(name: Int, boxes: Int)
    /// The first of the four columns of Tiny ImageNet's boxes.
    case tinyImageNet(first: Int)
  }

  static func read(
    _ text: ArraySlice<UInt8>, path: String, into matching: inout BoxMatching
  ) throws(StimulusError) {
    var table = DelimitedText(text)
    var form: Form?
    var reading = Reading(path: path)
    while let row = try next(&table, path: path) {
      guard let form else {
        let (found, hasHeader) = try self.form(of: row, isTabular: table.isTabular, path: path)
        form = found
        if !hasHeader { try reading.take(row, as: found, into: &matching) }
        continue
      }
      try reading.take(row, as: form, into: &matching)
    }
    guard !reading.holdsShares else {
      throw .boxes(
        path: path, line: nil,
        reason: "every number is between 0 and 1, as shares of the picture are; expected pixels")
    }
  }

  private static func next(
    _ table: inout DelimitedText, path: String
  ) throws(StimulusError) -> DelimitedText.Row? {
    do throws(DelimitedText.Fault) {
      return try table.next()
    } catch {
      throw .boxes(path: path, line: error.line, reason: error.reason)
    }
  }

  /// Tells the form from the first row, and whether that is a header.
  private static func form(
    of row: DelimitedText.Row, isTabular: Bool, path: String
  ) throws(StimulusError) -> (Form, hasHeader: Bool) {
    let fields = row.fields
    if fields.allSatisfy({ number($0) == nil }) {
      let words = fields.map { String(decoding: $0, as: UTF8.self).lowercased() }
      if fields.count == 2, let boxes = words.firstIndex(of: "predictionstring") {
        return (.kaggle(name: 1 - boxes, boxes: boxes), true)
      }
      if let columns = BoxColumns(header: fields) { return (.columns(columns), true) }
      throw .boxes(
        path: path, line: row.line,
        reason:
          "the header \(BoxFile.quoted(Array(fields.joined(separator: [0x2C])))) does not name a file and"
          + " a box, as file,xmin,ymin,xmax,ymax or image,x,y,width,height")
    }
    if isTabular, isTinyImageNet(fields) { return (.tinyImageNet(first: fields.count - 4), false) }
    guard fields.count == 5 else {
      throw .boxes(
        path: path, line: row.line,
        reason:
          "\(counted(fields.count, "field")) without a header; expected file,xmin,ymin,xmax,ymax, or a"
          + " header that names the columns")
    }
    return (.columns(.headless), false)
  }

  /// Whether a row is `val_0.JPEG`, class, box or `n01443537_0.JPEG`, box.
  private static func isTinyImageNet(_ fields: [[UInt8]]) -> Bool {
    let name = String(decoding: fields[0], as: UTF8.self)
    switch fields.count {
    case 6: return name.wholeMatch(of: /val_\d+\.JPEG/) != nil
    case 5: return name.wholeMatch(of: /n\d{8}_\d+\.JPEG/) != nil
    default: return false
    }
  }

  private static func number(_ field: [UInt8]) -> Double? {
    Double(String(decoding: field, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
  }

  /// The rows behind the header.
  private struct Reading {
    let path: String
    private var hasFraction = false
    private var largest = -Double.infinity

    init(path: String) { self.path = path }

    /// Whether all numbers are shares of a picture, which tables of edges must not have.
    var holdsShares: Bool { hasFraction && largest <= 1 }

    mutating func take(
      _ row: DelimitedText.Row, as form: Form, into matching: inout BoxMatching
    ) throws(StimulusError) {
      switch form {
      case .columns(let columns):
        // Spreadsheets leave empty fields at the end of rows.
        guard row.fields.count > columns.last else {
          throw refuse(
            row, "\(counted(row.fields.count, "field")), expected \(columns.last + 1) at least")
        }
        let values = try numbers(columns.numbers.map { row.fields[$0] }, row)
        for value in values {
          largest = max(largest, value)
          hasFraction = hasFraction || value != value.rounded()
        }
        try add(row, row.fields[columns.name], columns.box(values), into: &matching)
      case .tinyImageNet(let first):
        guard row.fields.count == first + 4 else {
          throw refuse(row, "\(counted(row.fields.count, "field")), expected \(first + 4)")
        }
        let values = try numbers(Array(row.fields[first...]), row)
        try add(row, row.fields[0], Box(firstAndLastPixel: values), into: &matching)
      case .kaggle(let name, let boxes):
        guard row.fields.count == 2 else {
          throw refuse(
            row, "\(counted(row.fields.count, "field")), expected ImageId,PredictionString")
        }
        let words = row.fields[boxes].split(separator: 0x20).map { Array($0) }
        guard words.count % 5 == 0 else {
          throw refuse(row, "\(words.count) words, expected class xmin ymin xmax ymax for each box")
        }
        for start in stride(from: 0, to: words.count, by: 5) {
          let values = try numbers(Array(words[start + 1..<start + 5]), row)
          try add(row, row.fields[name], Box(firstAndLastPixel: values), into: &matching)
        }
      }
    }

    private func refuse(_ row: DelimitedText.Row, _ reason: String) -> StimulusError {
      .boxes(path: path, line: row.line, reason: reason)
    }

    private func numbers(
      _ fields: [[UInt8]], _ row: DelimitedText.Row
    ) throws(StimulusError) -> [Double] {
      let values = fields.compactMap(number)
      guard values.count == fields.count else {
        throw refuse(
          row, "\(BoxFile.quoted(Array(fields.joined(separator: [0x2C])))) is not four numbers")
      }
      return values
    }

    private func add(
      _ row: DelimitedText.Row, _ name: [UInt8], _ box: Box, into matching: inout BoxMatching
    ) throws(StimulusError) {
      guard !name.isEmpty else { throw refuse(row, "the photograph's name is missing") }
      guard box.width > 0, box.height > 0 else {
        throw refuse(
          row, "the box of \(BoxFile.quoted(name)) is empty: its end is not beyond its beginning")
      }
      matching.add(name, box)
    }
  }
}

extension Box {
  /// The box of the first and the last pixel, counted from 0: left, top, right, bottom.
  init(firstAndLastPixel values: [Double]) {
    self.init(left: values[0], top: values[1], right: values[2] + 1, bottom: values[3] + 1)
  }
}
