import Foundation
import Memory
import Networks
import Wording

/// A safetensors file: its table is read and checked at once, its tensors when asked for.
///
/// Every rule of the format holds once this value exists, so that no tensor can reach outside the
/// file, whatever the file says.
///
/// - SeeAlso: The format's description at huggingface.co/docs/safetensors.
public struct SafetensorsFile: Sendable {
  /// The texts beside the tensors.
  public let metadata: [String: String]
  /// The tensors' names, sorted.
  public let names: [String]

  private let file: WeightFile
  private let entries: [String: SafetensorsHeader.Entry]
  private let dataOffset: Int

  /// Opens a file and checks its header.
  ///
  /// - Throws: `CheckpointError` if the file cannot be read or breaks a rule of the format.
  public init(contentsOfFile path: String) throws(CheckpointError) {
    let file = try WeightFile(path: path)
    guard file.byteCount >= 8 else {
      throw CheckpointError(
        file: path,
        problem: "not a safetensors file: \(counted(file.byteCount, "byte")), expected 8 or more")
    }
    let length = try file.bytes(at: 0, count: 8).reversed().reduce(UInt64(0)) {
      $0 << 8 | UInt64($1)
    }
    let room = min(SafetensorsHeader.largestByteCount, file.byteCount - 8)
    guard length > 0, length <= UInt64(room) else {
      throw CheckpointError(
        file: path, place: "header",
        problem: "its length is \(counted(length, "byte")), expected 1 to \(room)",
        advice: "the file is truncated or is not a safetensors file")
    }
    let json = try file.bytes(at: 8, count: Int(length))
    dataOffset = 8 + Int(length)
    do throws(SafetensorsHeader.Fault) {
      let header = try SafetensorsHeader(json: json, dataByteCount: file.byteCount - dataOffset)
      metadata = header.metadata
      entries = header.entries
    } catch {
      throw CheckpointError(file: path, place: error.place, problem: error.problem)
    }
    names = entries.keys.sorted()
    self.file = file
  }

  /// Where the file lies.
  public var path: String { file.path }

  /// The shape of a tensor; nil if there is no such tensor.
  public func shape(of name: String) -> [Int]? { entries[name]?.shape }

  /// The element type of a tensor; nil if there is no such tensor.
  public func dataType(of name: String) -> DataType? { entries[name]?.dataType }

  /// A tensor's bytes: row-major, little-endian.
  public func bytes(of name: String) throws(CheckpointError) -> [UInt8] {
    let entry = try entry(name)
    return try file.bytes(at: dataOffset + entry.range.lowerBound, count: entry.range.count)
  }

  /// A tensor of floating-point numbers, as float32.
  ///
  /// - Throws: `CheckpointError` if there is no such tensor or it holds anything but F32, F16, BF16
  ///   or F64.
  public func tensor(_ name: String) throws(CheckpointError) -> Tensor {
    let entry = try entry(name)
    let place = "tensor '\(name)'"
    if entry.dataType == .float32 {
      return Tensor(shape: entry.shape, values: try floats(entry))
    }
    guard let values = entry.dataType.floats(try bytes(of: name)) else {
      throw CheckpointError(
        file: path, place: place,
        problem: "expected F32, F16, BF16 or F64, found \(entry.dataType.rawValue)")
    }
    return Tensor(shape: entry.shape, values: values)
  }

  /// A tensor of whole numbers in row-major order.
  ///
  /// - Throws: `CheckpointError` if there is no such tensor or it holds anything but integers of up
  ///   to 64 bits, signed, or 32 bits, unsigned.
  public func integers(_ name: String) throws(CheckpointError) -> [Int] {
    let entry = try entry(name)
    guard let values = entry.dataType.integers(try bytes(of: name)) else {
      throw CheckpointError(
        file: path, place: "tensor '\(name)'",
        problem: "expected integers, found \(entry.dataType.rawValue)")
    }
    return values
  }

  /// Hash of the whole file, SHA-256 in hexadecimal.
  public func sha256() throws(CheckpointError) -> String { try SHA256.hexDigest(of: file) }

  private func entry(_ name: String) throws(CheckpointError) -> SafetensorsHeader.Entry {
    guard let entry = entries[name] else {
      throw CheckpointError(file: path, place: "tensor '\(name)'", problem: "is not in the file")
    }
    return entry
  }

  /// Reads float32 without a copy between: the bulk of every checkpoint.
  private func floats(_ entry: SafetensorsHeader.Entry) throws(CheckpointError) -> [Float] {
    let count = entry.range.count / 4
    try file.requireMemory(ByteCount(entry.range.count))
    var failure: CheckpointError?
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(CheckpointError) {
        let target = UnsafeMutableRawBufferPointer(
          start: UnsafeMutableRawPointer(buffer.baseAddress), count: 4 * count)
        try file.read(at: dataOffset + entry.range.lowerBound, into: target)
        initialized = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return values
  }
}
