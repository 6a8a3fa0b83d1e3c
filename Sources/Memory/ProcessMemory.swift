import Foundation
import Synchronization

/// The memory that this process may take, asked before it takes much.
///
/// Nothing is reserved: whoever asks takes it at once. It is about all threads, and so is the limit.
public enum ProcessMemory {
  /// Bytes that the process shall hold at most, as its user asked; 0 for no such limit.
  private static let limit = Atomic<Int>(0)

  /// What is not worth asking about.
  private static let little = ByteCount(1 << 20)
  /// What is left to everything that does not ask.
  private static let margin = 16 << 20

  /// Holds the process to so many bytes altogether, whatever else the machine allows.
  public static func hold(to bytes: ByteCount) {
    limit.store(bytes.value, ordering: .relaxed)
  }

  /// Checks that so much more can be taken.
  ///
  /// - Parameters:
  ///   - bytes: What is about to be taken; less than a megabyte is not looked at.
  ///   - purpose: What it is for, before the colon of the error's line.
  /// - Throws: `MemoryError` if there is less.
  public static func require(
    _ bytes: ByteCount, for purpose: @autoclosure () -> String
  ) throws(MemoryError) {
    guard bytes > little else { return }
    for (available, name) in allowances() where bytes.value > max(0, available - margin) {
      throw MemoryError(
        purpose: purpose(), needed: bytes, available: ByteCount(available), limit: name)
    }
  }

  /// What can still be taken: the least that any limit leaves.
  public static var available: ByteCount {
    ByteCount(allowances().map(\.bytes).min() ?? .max)
  }

  /// What each limit leaves, and its name.
  private static func allowances() -> [(bytes: Int, name: String)] {
    let held = HeldMemory()
    var result: [(bytes: Int, name: String)] = []
    let limit = limit.load(ordering: .relaxed)
    if limit > 0 { result.append((limit - held.resident, "--memory \(ByteCount(limit))")) }
    if let bytes = ControlGroup.bytesLeft() { result.append((bytes, "the control group")) }
    if let bytes = systemLimit(__rlimit_resource_t(RLIMIT_AS.rawValue), held.addressSpace) {
      result.append((bytes, "the limit on address space (ulimit -v)"))
    }
    if let bytes = systemLimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), held.data) {
      result.append((bytes, "the limit on data (ulimit -d)"))
    }
    if let bytes = availableOnMachine() { result.append((bytes, "the machine")) }
    return result
  }

  private static func systemLimit(_ resource: __rlimit_resource_t, _ held: Int) -> Int? {
    var limits = rlimit()
    guard getrlimit(resource, &limits) == 0, limits.rlim_cur < rlim_t(Int.max) else { return nil }
    return Int(limits.rlim_cur) - held
  }

  private static func availableOnMachine() -> Int? {
    for line in ProcFile.lines("/proc/meminfo") where line.hasPrefix("MemAvailable:") {
      return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }
    return nil
  }
}

/// What the process holds now, in bytes.
private struct HeldMemory {
  var addressSpace = 0, resident = 0, data = 0

  init() {
    let pages = ProcFile.lines("/proc/self/statm").first?.split(separator: " ").map { Int($0) ?? 0 }
    guard let pages, pages.count > 5 else { return }
    let size = Int(sysconf(Int32(_SC_PAGESIZE)))
    (addressSpace, resident, data) = (pages[0] * size, pages[1] * size, pages[5] * size)
  }
}

/// The kernel's small text files.
enum ProcFile {
  static func lines(_ path: String) -> [Substring] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    return text.split(separator: "\n")
  }
}
