import Networks
import Wording

/// Reads tensors from storages, every storage once.
final class TorchTensorReader {
  private let path: String
  private let tensors: [String: TorchTensor]
  private let storages: any TorchStorageSource
  /// How many tensors view a storage, by its key.
  private let views: [String: Int]
  /// Storages that several tensors view.
  private var shared: [String: [UInt8]] = [:]

  init(path: String, tensors: [String: TorchTensor], storages: any TorchStorageSource) {
    self.path = path
    self.tensors = tensors
    self.storages = storages
    views = tensors.values.reduce(into: [:]) { $0[$1.storage.key, default: 0] += 1 }
  }

  /// Reads a tensor as float32, row-major whatever its strides are.
  ///
  /// - Throws: `CheckpointError` if it holds anything but F32, F16, BF16 or F64, or its storage
  ///   cannot be read.
  func tensor(_ name: String) throws(CheckpointError) -> Tensor {
    let place = "tensor '\(abbreviated(name))'"
    guard let tensor = tensors[name] else {
      throw CheckpointError(file: path, place: place, problem: "is not in the file")
    }
    if tensor.count == 0 { return Tensor(shape: tensor.shape, values: []) }
    let bytes = try storage(of: tensor, place: place)
    let first = (tensor.storage.viewOffset + tensor.offset) * tensor.dataType.byteCount
    let values: [Float]?
    if tensor.isContiguous {
      let range = first..<first + tensor.count * tensor.dataType.byteCount
      values = tensor.dataType.floats(
        range.count == bytes.count ? bytes : Array(bytes[range]))
    } else {
      values = tensor.dataType.floats(tensor.gathered(from: bytes, first: first))
    }
    guard let values else {
      throw CheckpointError(
        file: path, place: place,
        problem: "expected F32, F16, BF16 or F64, found \(tensor.dataType.rawValue)")
    }
    return Tensor(shape: tensor.shape, values: values)
  }

  private func storage(
    of tensor: TorchTensor, place: String
  ) throws(CheckpointError) -> [UInt8] {
    let (size, overflow) = tensor.storage.count.multipliedReportingOverflow(
      by: tensor.storage.dataType?.byteCount ?? 1)
    if overflow {
      throw CheckpointError(
        file: path, place: place,
        problem: "its storage claims \(counted(tensor.storage.count, "element"))")
    }
    // Two tensors may disagree about the size of a storage that they share.
    if let bytes = shared[tensor.storage.key], bytes.count == size { return bytes }
    let bytes = try storages.bytes(of: tensor.storage, byteCount: size)
    if views[tensor.storage.key, default: 0] > 1 { shared[tensor.storage.key] = bytes }
    return bytes
  }
}

extension TorchTensor {
  /// Whether the elements follow one another in row-major order.
  fileprivate var isContiguous: Bool {
    var expected = 1
    for (extent, stride) in zip(shape, strides).reversed() where extent != 1 {
      if stride != expected { return count == 0 }
      expected *= extent
    }
    return true
  }

  /// The elements' bytes in row-major order.
  fileprivate func gathered(from bytes: [UInt8], first: Int) -> [UInt8] {
    let size = dataType.byteCount
    var result: [UInt8] = []
    result.reserveCapacity(count * size)
    var index = [Int](repeating: 0, count: shape.count)
    var place = first
    for _ in 0..<count {
      result.append(contentsOf: bytes[place..<place + size])
      // The next index, the last dimension fastest.
      for dimension in shape.indices.reversed() {
        index[dimension] += 1
        place += strides[dimension] * size
        if index[dimension] < shape[dimension] { break }
        place -= index[dimension] * strides[dimension] * size
        index[dimension] = 0
      }
    }
    return result
  }
}
