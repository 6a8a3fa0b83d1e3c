import Foundation

/// The control groups that this process's memory is counted in, of version 1 or 2.
///
/// - SeeAlso: The kernel's `cgroup-v2.rst` and `cgroup-v1/memory.rst`; proc(5) for `mountinfo`.
package enum ControlGroup {
  /// Names of a version's files.
  private struct Files {
    var limit, usage, inactive: String

    static let version2 = Files(
      limit: "memory.max", usage: "memory.current", inactive: "inactive_file")
    static let version1 = Files(
      limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes",
      inactive: "total_inactive_file")
  }

  /// The least that the process's group or one above it leaves; nil if none sets a limit.
  ///
  /// Pages of files that the kernel would give up first count as left.
  ///
  /// - Parameter root: Where `/proc` and the mounted hierarchies are looked for; "" for the system's.
  /// - Returns: Bytes; less than 0 where the limit has been lowered below what is used.
  package static func bytesLeft(root: String = "") -> Int? {
    let groups = ProcFile.lines(root + "/proc/self/cgroup").map {
      $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    }.filter { $0.count == 3 }
    var least: Int?
    for mount in ProcFile.lines(root + "/proc/self/mountinfo").compactMap(Mount.init) {
      guard let group = groups.first(where: { mount.holds($0[1]) }) else { continue }
      let files = mount.isVersion2 ? Files.version2 : .version1
      for folder in mount.folders(of: group[2]) {
        guard let left = left(in: root + folder, files) else { continue }
        least = min(least ?? .max, left)
      }
    }
    return least
  }

  private static func left(in folder: String, _ files: Files) -> Int? {
    func number(_ name: String) -> Int? {
      ProcFile.lines("\(folder)/\(name)").first.flatMap { Int($0) }
    }
    // Version 1 writes no limit as the largest whole page.
    guard let limit = number(files.limit), limit < 1 << 60, let usage = number(files.usage) else {
      return nil
    }
    let inactive = ProcFile.lines("\(folder)/memory.stat")
      .first { $0.hasPrefix(files.inactive + " ") }?.split(separator: " ").last.flatMap { Int($0) }
    return limit - max(0, usage - (inactive ?? 0))
  }

  /// A mounted hierarchy.
  private struct Mount {
    var root: Substring
    var point: Substring
    var isVersion2: Bool

    init?(_ line: Substring) {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash + 3 < fields.count, fields.count > 4 else {
        return nil
      }
      let kind = fields[dash + 1]
      isVersion2 = kind == "cgroup2"
      guard
        isVersion2 || kind == "cgroup" && fields[dash + 3].split(separator: ",").contains("memory")
      else { return nil }
      (root, point) = (fields[3], fields[4])
    }

    func holds(_ controllers: Substring) -> Bool {
      isVersion2 ? controllers.isEmpty : controllers.split(separator: ",").contains("memory")
    }

    /// A group's folder and those above it, down to the mount; within a container the group's path may be
    /// one that is not mounted.
    func folders(of group: Substring) -> [String] {
      var path = group.hasPrefix(root) ? group.dropFirst(root == "/" ? 0 : root.count) : ""
      var result: [String] = []
      while let slash = path.lastIndex(of: "/") {
        if path.count > 1 { result.append("\(point)\(path)") }
        path = path[..<slash]
      }
      return result + [String(point)]
    }
  }
}
