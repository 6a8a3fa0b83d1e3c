import Networks
import Wording

/// PyTorch's zip format, the default since version 1.6: `NAME/data.pkl` and `NAME/data/KEY`.
struct TorchZip: TorchStorageSource {
  let machine: PickleMachine
  let root: PickleValue

  private let path: String
  private let folder: String
  private let archive: ZipArchive

  init(_ file: WeightFile) throws(CheckpointError) {
    path = file.path
    archive = try ZipArchive(file)
    folder = try Self.folder(of: archive, path: path)
    if let index = archive.index(of: folder + "byteorder"),
      try archive.bytes(at: index, atMost: 16) == Array("big".utf8)
    {
      throw CheckpointError(
        file: path, problem: "its numbers are big-endian, expected little-endian",
        advice: "load and save it again on a common machine")
    }
    guard let index = archive.index(of: folder + "data.pkl") else {
      throw CheckpointError(file: path, place: "zip archive", problem: "has no data.pkl")
    }
    var machine = PickleMachine(
      try archive.bytes(at: index, atMost: PickleMachine.Limits.bytes))
    do throws(PickleMachine.Fault) {
      root = try machine.run()
    } catch {
      throw CheckpointError(file: path, place: "data.pkl, byte \(error.offset)", fault: error)
    }
    self.machine = machine
  }

  func bytes(of storage: TorchStorage, byteCount: Int) throws(CheckpointError) -> [UInt8] {
    let name = "data/\(storage.key)"
    guard let index = archive.index(of: folder + name) else {
      throw CheckpointError(
        file: path, place: "entry '\(abbreviated(name))'", problem: "is not in the archive")
    }
    guard archive.byteCount(at: index) == byteCount else {
      throw CheckpointError(
        file: path, place: "entry '\(abbreviated(name))'",
        problem: "expected \(counted(byteCount, "byte")), found \(archive.byteCount(at: index))")
    }
    return try archive.bytes(at: index)
  }

  /// The folder that holds the only `data.pkl`.
  private static func folder(
    of archive: ZipArchive, path: String
  ) throws(CheckpointError) -> String {
    let suffix = "data.pkl"
    let candidates = archive.names.filter { $0 == suffix || $0.hasSuffix("/" + suffix) }
    let folder = candidates.first.map { String($0.dropLast(suffix.count)) } ?? ""
    if archive.names.contains(where: {
      $0.hasSuffix("/constants.pkl") || $0.hasPrefix(folder + "code/")
    }) {
      throw CheckpointError(
        file: path, problem: "is a TorchScript program, whose code is never run",
        advice: "save the state dict: torch.save(model.state_dict(), …)")
    }
    guard candidates.count == 1 else {
      throw CheckpointError(
        file: path, place: "zip archive",
        problem: candidates.isEmpty
          ? "is no PyTorch file: it has no data.pkl"
          : "has \(candidates.count) files data.pkl, expected one",
        advice: "only what torch.save writes can be read")
    }
    return folder
  }
}

extension ZipArchive {
  /// Reads an entry that must not be larger than a bound.
  fileprivate func bytes(at index: Int, atMost limit: Int) throws(CheckpointError) -> [UInt8] {
    guard byteCount(at: index) <= limit else {
      throw CheckpointError(
        file: path, place: "entry '\(abbreviated(names[index]))'",
        problem: "has \(counted(byteCount(at: index), "byte")), expected at most \(limit)")
    }
    return try bytes(at: index)
  }
}

extension CheckpointError {
  /// The error for a fault of a pickle.
  init(file: String, place: String, fault: PickleMachine.Fault) {
    self.init(
      file: file, place: place, problem: fault.problem,
      advice: "only state dicts, bare or in a dictionary, can be read")
  }
}
