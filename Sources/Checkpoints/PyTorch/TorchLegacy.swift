import Networks
import Wording

/// PyTorch's format before version 1.6: five pickles, then the storages one after another.
struct TorchLegacy: TorchStorageSource {
  let machine: PickleMachine
  let root: PickleValue

  private let file: WeightFile
  /// Where each storage's numbers lie, by its key.
  private let places: [String: Range<Int>]

  /// What the first pickle holds, lowest byte first.
  private static let magicNumber: [UInt8] = [
    0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]

  init(_ file: WeightFile) throws(CheckpointError) {
    let byteCount = min(PickleMachine.Limits.bytes, file.byteCount)
    var machine = PickleMachine(try file.bytes(at: 0, count: byteCount))
    var values: [PickleValue] = []
    for number in 1...5 {
      do throws(PickleMachine.Fault) {
        values.append(try machine.run())
      } catch {
        throw CheckpointError(
          file: file.path, place: "pickle \(number) of 5, byte \(error.offset)", fault: error)
      }
      if number == 1 { try Self.checkMagicNumber(values[0], machine, path: file.path) }
    }
    try Self.checkByteOrder(values[2], machine, path: file.path)
    places = try Self.places(values[4], machine, file)
    root = values[3]
    self.machine = machine
    self.file = file
  }

  func bytes(of storage: TorchStorage, byteCount: Int) throws(CheckpointError) -> [UInt8] {
    guard let place = places[storage.key], place.count == byteCount else {
      throw CheckpointError(
        file: file.path, place: "storage '\(abbreviated(storage.key))'",
        problem: "expected \(counted(byteCount, "byte")), found \(places[storage.key]?.count ?? 0)")
    }
    return try file.bytes(at: place.lowerBound, count: byteCount)
  }

  private static func checkMagicNumber(
    _ value: PickleValue, _ machine: PickleMachine, path: String
  ) throws(CheckpointError) {
    if case .long(let index) = value, machine.bytes[machine.texts[index]].elementsEqual(magicNumber)
    {
      return
    }
    throw CheckpointError(
      file: path, problem: "is a pickle that torch.save did not write",
      advice: "only PyTorch's own files can be read")
  }

  private static func checkByteOrder(
    _ value: PickleValue, _ machine: PickleMachine, path: String
  ) throws(CheckpointError) {
    let order = machine.items(value)?.last { machine.text($0.key) == "little_endian" }?.value
    guard order == .bool(true) else {
      throw CheckpointError(
        file: path, problem: "its numbers are not little-endian",
        advice: "load and save it again on a common machine")
    }
  }

  /// Walks over the storages: each has its number of elements before its bytes, and a type that only
  /// the tensors tell.
  private static func places(
    _ value: PickleValue, _ machine: PickleMachine, _ file: WeightFile
  ) throws(CheckpointError) -> [String: Range<Int>] {
    guard let keys = machine.sequence(value) else {
      throw CheckpointError(file: file.path, place: "pickle 5 of 5", problem: "is no list of keys")
    }
    var elementSizes: [String: Int] = [:]
    for storage in machine.storages {
      elementSizes[storage.key] = storage.dataType?.byteCount ?? 1
    }
    var places: [String: Range<Int>] = [:]
    var offset = machine.offset
    for key in keys {
      guard let key = machine.text(key), let size = elementSizes[key] else {
        throw CheckpointError(
          file: file.path, place: "pickle 5 of 5",
          problem: "names a storage whose type no tensor tells")
      }
      let place = "storage '\(abbreviated(key))'"
      guard file.byteCount - offset >= 8 else {
        throw CheckpointError(
          file: file.path, place: place, problem: "lies behind the end of the file",
          advice: "the file is truncated; download it again")
      }
      let count = try file.bytes(at: offset, count: 8).reversed().reduce(UInt64(0)) {
        $0 << 8 | UInt64($1)
      }
      offset += 8
      guard count <= UInt64((file.byteCount - offset) / size) else {
        throw CheckpointError(
          file: file.path, place: place,
          problem: "claims \(counted(count, "element")) of \(counted(size, "byte")), the file has"
            + " \(counted(file.byteCount - offset, "byte")) left",
          advice: "the file is truncated; download it again")
      }
      places[key] = offset..<offset + Int(count) * size
      offset += Int(count) * size
    }
    return places
  }
}
