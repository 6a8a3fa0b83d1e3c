import Foundation
import Memory
import TestSupport
import Testing

@Suite("Memory")
struct MemoryTests {
  @Test("is counted without overflow")
  func counting() {
    let widest = ByteCount([65_536, 65_536, 65_536, 65_536], of: 4)
    #expect(widest == ByteCount(.max))
    #expect(widest + widest == widest)
    #expect(ByteCount([3, 5], of: 4) + ByteCount(1) == ByteCount(61))
    #expect(ByteCount(-1) == ByteCount(0))
  }

  @Test(
    "is written with three digits",
    arguments: [
      (999, "999 bytes"), (1000, "1.0 kB"), (4_832_000_000, "4.83 GB"), (12_340, "12.3 kB"),
      (999_600, "1.0 MB"), (123_456_789, "123 MB"),
    ])
  func writing(_ bytes: Int, _ text: String) { #expect("\(ByteCount(bytes))" == text) }

  @Test(
    "is read as users write it",
    arguments: [
      ("800M", 800_000_000), ("1.5 GB", 1_500_000_000), ("4GiB", 4 << 30), ("2g", 2_000_000_000),
      ("512", 512), ("12b", 12), ("1e99", nil), ("-1G", nil), ("", nil), ("4 X", nil), ("GB", nil),
      ("9999999T", Int.max),
    ])
  func reading(_ text: String, _ bytes: Int?) {
    #expect(ByteCount(argument: text) == bytes.map { ByteCount($0) })
  }

  @Test("that nobody has is refused in one line")
  func refusal() throws {
    try ProcessMemory.require(ByteCount(4 << 20), for: "a trifle")
    let error = #expect(throws: MemoryError.self) {
      try ProcessMemory.require(ByteCount(1 << 50), for: "a network")
    }
    let line = try #require(error?.description)
    #expect(line.hasPrefix("a network: 1.13 PB of memory are needed, and "))
    #expect(!line.contains("\n"))
  }

  /// Files as the kernel's documentation has them, below a folder that stands for the root.
  private func bytesLeft(_ files: [String: String]) throws -> Int? {
    let folder = try ScratchFolder()
    for (name, text) in files {
      let url = folder.url.appending(path: name)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data((text + "\n").utf8).write(to: url)
    }
    return ControlGroup.bytesLeft(root: folder.url.path)
  }

  private let version2 = "31 23 0:28 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate"
  private let version1 = "35 31 0:32 ROOT /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory"

  @Test("is what the tightest group of version 2 leaves, reclaimable files included")
  func groups2() throws {
    var files = [
      "proc/self/cgroup": "0::/user.slice/one",
      "proc/self/mountinfo": "23 1 8:1 / / rw - ext4 /dev/sda rw\n" + version2,
      "sys/fs/cgroup/user.slice/one/memory.max": "max",
      "sys/fs/cgroup/user.slice/one/memory.current": "300000",
    ]
    #expect(try bytesLeft(files) == nil)
    files["sys/fs/cgroup/user.slice/memory.max"] = "1000000"
    files["sys/fs/cgroup/user.slice/memory.current"] = "600000"
    #expect(try bytesLeft(files) == 400_000)
    files["sys/fs/cgroup/user.slice/memory.stat"] = "anon 1\ninactive_file 50000\nslab 3"
    #expect(try bytesLeft(files) == 450_000)
    files["sys/fs/cgroup/user.slice/one/memory.max"] = "500000"
    #expect(try bytesLeft(files) == 200_000)
  }

  @Test("is what a group of version 1 leaves, as a container sees it too")
  func groups1() throws {
    var files = [
      "proc/self/cgroup": "9:name=systemd:/\n4:cpu,memory:/docker/abc\n0::/",
      "proc/self/mountinfo": version1.replacing("ROOT", with: "/docker/abc"),
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
      "sys/fs/cgroup/memory/memory.usage_in_bytes": "100",
    ]
    #expect(try bytesLeft(files) == nil)
    files["sys/fs/cgroup/memory/memory.limit_in_bytes"] = "1000000"
    files["sys/fs/cgroup/memory/memory.stat"] = "cache 1\ntotal_inactive_file 40"
    #expect(try bytesLeft(files) == 999_940)
    files["proc/self/mountinfo"] = version1.replacing("ROOT", with: "/")
    files["sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes"] = "5000"
    files["sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes"] = "6000"
    #expect(try bytesLeft(files) == -1000)
  }

  @Test("has no limit where there are no groups, or none can be read")
  func none() throws {
    #expect(try bytesLeft([:]) == nil)
    #expect(
      try bytesLeft(["proc/self/cgroup": "nonsense", "proc/self/mountinfo": "- - -"]) == nil)
  }
}
