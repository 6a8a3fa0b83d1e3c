// A process for the recording tests to kill, starve or rob of its rights.

import Foundation
import Recording

/// Begins the run or goes on with it, in batches of one to three photographs; after each it prints
/// how many photographs are recorded.
func record(_ folder: String, count: Int) throws {
  let run = MadeUpRun(count: count)
  let store =
    try RunStore.probe(folder) == .run
    ? RunStore.open(folder, forWriting: true)
    : RunStore.create(
      in: folder, kind: "zoom", description: run.description, images: run.images)
  let done = try store.recordedImages()
  var pending = (0..<count).filter { !done.contains($0) }[...]
  while let first = pending.first {
    let batch = pending.prefix(1 + first % 3)
    try store.append(batch.map(run.outcome))
    pending = pending.dropFirst(batch.count)
    FileHandle.standardOutput.write(Data("\(count - pending.count)\n".utf8))
  }
}

/// Prints how many photographs can be read, without root's rights.
func read(_ folder: String) throws {
  if geteuid() == 0 {
    guard setgid(65534) == 0, setuid(65534) == 0 else { exit(2) }
  }
  var count = 0
  try RunStore.open(folder, forWriting: false).forEachImage(reading: .logits) { _, _ in count += 1 }
  print(count)
}

/// Lets no file of this process grow beyond so many bytes, as on a disk that is full.
func limitFiles(to bytes: UInt) {
  signal(SIGXFSZ, SIG_IGN)
  var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
  setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
}

let arguments = CommandLine.arguments
do {
  switch (arguments.count > 2 ? arguments[1] : "", arguments.count) {
  case ("record", 4): try record(arguments[2], count: Int(arguments[3]) ?? 0)
  case ("starve", 5):
    limitFiles(to: UInt(arguments[4]) ?? 0)
    try record(arguments[2], count: Int(arguments[3]) ?? 0)
  case ("read", 3): try read(arguments[2])
  default: exit(64)
  }
} catch {
  print(error)
  exit(1)
}
