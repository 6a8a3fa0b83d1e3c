import Checkpoints
import Foundation
import Observing

/// `log.csv`: a line every so many steps, every epoch and every validation, appended as they come.
///
/// A checkpoint remembers how long it was; a run that goes on cuts it there.
struct TrainingLog: ~Copyable {
  /// A line.
  struct Entry {
    enum Kind: String { case steps, epoch, validation }

    var kind: Kind
    var epoch: Double
    var step: Int
    var size: Int
    var rate: Double
    var loss: Double
    var top1: Double
    var top5: Double?
    var imagesPerSecond: Double?
    var seconds: Double
  }

  private static let header = [
    "kind", "epoch", "step", "size", "learning rate", "loss", "top-1", "top-5",
    "images per second", "seconds",
  ]

  private let path: String
  private let descriptor: Int32
  /// Length so far.
  private(set) var byteCount: Int

  /// Opens the log, cut to some length; 0 begins it with its header.
  ///
  /// A log that has become shorter meanwhile goes on where it ends.
  init(path: String, keeping bytes: Int) throws {
    self.path = path
    // A named pipe would be waited for without O_NONBLOCK.
    descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o666)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      byteCount = 0
      throw errno == ENXIO ? Self.notRegular(path) : Self.failure(path)
    }
    byteCount = min(bytes, Int(status.st_size))
    guard status.st_mode & S_IFMT == S_IFREG else { throw Self.notRegular(path) }
    guard ftruncate(descriptor, off_t(byteCount)) == 0,
      lseek(descriptor, 0, SEEK_END) == off_t(byteCount)
    else { throw Self.failure(path) }
    if byteCount == 0 { try append(Self.header) }
  }

  private static func notRegular(_ path: String) -> ExperimentError {
    .failure("\(path): is not a regular file")
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  mutating func append(_ entry: Entry) throws {
    func number(_ value: Double?, _ decimals: Int) -> String {
      value.map { String(format: "%.\(decimals)f", $0) } ?? ""
    }
    try append([
      entry.kind.rawValue, number(entry.epoch, 4), "\(entry.step)", "\(entry.size)",
      String(format: "%.8g", entry.rate), number(entry.loss, 6), number(entry.top1, 5),
      number(entry.top5, 5), number(entry.imagesPerSecond, 1), number(entry.seconds, 1),
    ])
  }

  private mutating func append(_ fields: [String]) throws {
    let bytes = Array(CSVWriter.line(fields).utf8)
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Self.failure(path) }
      done += count
    }
    byteCount += bytes.count
  }

  /// Waits for the disk: a checkpoint must not be ahead of the log.
  func synchronize() throws {
    guard fsync(descriptor) == 0 else { throw Self.failure(path) }
  }

  private static func failure(_ path: String) -> ExperimentError {
    .failure("\(path): cannot be written: \(String(cString: strerror(errno)))")
  }
}
