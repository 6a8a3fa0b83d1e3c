import Foundation
import Networks
import TestSupport

/// The float32 tensors of a safetensors fixture.
struct FixtureFile {
  let tensors: [String: Tensor]

  init(_ name: String) throws {
    let data = try Data(contentsOf: URL(filePath: Fixtures.path(name)))
    let length = data.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    let header = try JSONSerialization.jsonObject(with: data.subdata(in: 8..<8 + length))
    var tensors: [String: Tensor] = [:]
    for (name, value) in header as? [String: [String: Any]] ?? [:] where name != "__metadata__" {
      guard value["dtype"] as? String == "F32", let shape = value["shape"] as? [Int],
        let offsets = value["data_offsets"] as? [Int]
      else { continue }
      let bytes = data.subdata(in: 8 + length + offsets[0]..<8 + length + offsets[1])
      let values = bytes.withUnsafeBytes { raw in
        (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
      }
      tensors[name] = Tensor(shape: shape, values: values)
    }
    self.tensors = tensors
  }

  /// One picture's slice of a tensor whose first dimension counts pictures.
  func slice(_ name: String, picture: Int) throws -> [Float] {
    guard let tensor = tensors[name], let pictures = tensor.shape.first, picture < pictures else {
      throw CocoaError(.fileReadCorruptFile)
    }
    let count = tensor.values.count / pictures
    return Array(tensor.values[picture * count..<(picture + 1) * count])
  }
}
