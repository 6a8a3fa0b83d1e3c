import Networks
import Wording

/// The table at the head of a safetensors file, checked: it covers the data without holes or overlap.
struct SafetensorsHeader: Sendable {
  /// One tensor's place.
  struct Entry: Hashable, Sendable {
    var dataType: DataType
    var shape: [Int]
    /// Bytes, counted from the end of the header.
    var range: Range<Int>
  }

  /// A rule that the header breaks: where, and how.
  struct Fault: Error {
    var place: String
    var problem: String
  }

  /// Largest header that safetensors itself reads.
  static let largestByteCount = 100_000_000

  private(set) var metadata: [String: String] = [:]
  private(set) var entries: [String: Entry] = [:]

  /// Parses the header's JSON.
  ///
  /// - Parameters:
  ///   - json: The header without its length.
  ///   - dataByteCount: Bytes of the file behind the header.
  /// - Throws: `Fault` for the first rule that it breaks.
  init(json: [UInt8], dataByteCount: Int) throws(Fault) {
    var scanner = JSONScanner(json)
    do throws(JSONScanner.Fault) {
      try scanner.expect("{")
      var hasMetadata = false
      if !scanner.take("}") {
        repeat {
          let name = try scanner.takeString()
          try scanner.expect(":")
          if name == "__metadata__" {
            if hasMetadata { throw scanner.fault("second __metadata__") }
            hasMetadata = true
            metadata = try Self.takeMetadata(&scanner)
          } else {
            entries[name] = try Self.takeEntry(&scanner, name: name)
          }
        } while scanner.take(",")
        try scanner.expect("}")
      }
      try scanner.expectEnd()
    } catch {
      throw Fault(place: "header", problem: "\(error.problem) at byte \(8 + error.offset)")
    }
    try check(dataByteCount: dataByteCount)
  }

  private static func takeMetadata(
    _ scanner: inout JSONScanner
  ) throws(JSONScanner.Fault) -> [String: String] {
    if scanner.take(word: "null") { return [:] }
    var metadata: [String: String] = [:]
    try scanner.expect("{")
    if scanner.take("}") { return metadata }
    repeat {
      let key = try scanner.takeString()
      try scanner.expect(":")
      metadata[key] = try scanner.takeString()
    } while scanner.take(",")
    try scanner.expect("}")
    return metadata
  }

  private static func takeEntry(
    _ scanner: inout JSONScanner, name: String
  ) throws(JSONScanner.Fault) -> Entry {
    var dataType: DataType?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.expect("{")
    if !scanner.take("}") {
      repeat {
        let key = try scanner.takeString()
        try scanner.expect(":")
        switch key {
        case "dtype" where dataType == nil:
          let text = try scanner.takeString()
          dataType = DataType(rawValue: text)
          if dataType == nil {
            throw scanner.fault(
              "tensor '\(abbreviated(name))' has unknown type '\(abbreviated(text))'")
          }
        case "shape" where shape == nil: shape = try scanner.takeCounts()
        case "data_offsets" where offsets == nil: offsets = try scanner.takeCounts()
        case "dtype", "shape", "data_offsets": throw scanner.fault("'\(key)' given twice")
        default: try scanner.skipValue(depth: 2)
        }
      } while scanner.take(",")
      try scanner.expect("}")
    }
    guard let dataType, let shape, let offsets, offsets.count == 2, offsets[0] <= offsets[1] else {
      throw scanner.fault(
        "tensor '\(abbreviated(name))' needs dtype, shape and data_offsets [begin, end]")
    }
    return Entry(dataType: dataType, shape: shape, range: offsets[0]..<offsets[1])
  }

  /// Checks that the tensors, in the order of their bytes, fill the data exactly.
  private func check(dataByteCount: Int) throws(Fault) {
    let ordered = entries.sorted {
      ($0.value.range.lowerBound, $0.value.range.upperBound)
        < ($1.value.range.lowerBound, $1.value.range.upperBound)
    }
    var end = 0
    for (name, entry) in ordered {
      let place = "tensor '\(abbreviated(name))'"
      guard entry.range.lowerBound == end else {
        throw Fault(
          place: place,
          problem: "expected its data to begin at byte \(end) of the data, found"
            + " \(entry.range.lowerBound): tensors must neither overlap nor leave holes")
      }
      var size = entry.dataType.byteCount
      for extent in entry.shape {
        let (product, overflow) = size.multipliedReportingOverflow(by: extent)
        if overflow {
          throw Fault(place: place, problem: "shape \(brief(entry.shape)) is too large")
        }
        size = product
      }
      guard size == entry.range.count else {
        throw Fault(
          place: place,
          problem:
            "shape \(brief(entry.shape)) of \(entry.dataType.rawValue) takes \(counted(size, "byte")), its"
            + " offsets give \(entry.range.count)")
      }
      end = entry.range.upperBound
    }
    guard end == dataByteCount else {
      throw Fault(
        place: "data",
        problem:
          "the tensors take \(counted(end, "byte")), the file has \(dataByteCount) behind its header"
      )
    }
  }
}

/// A shape for a message; a file may give millions of extents.
func brief(_ shape: [Int]) -> String {
  shape.count <= 8 ? "\(shape)" : "of \(shape.count) dimensions"
}
