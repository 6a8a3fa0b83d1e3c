import Foundation

/// A command that can be stopped at any moment and started again, and what it must leave in the end.
private struct Resumable {
  var name: String
  var arguments: [String]
  /// What is added to go on.
  var resuming: [String] = []
  /// The files of its folder that are the same to the bit however often it was stopped.
  var files: [String]
}

extension Session {
  private var resumable: [Resumable] {
    [
      Resumable(
        name: "zoom", arguments: zoomArguments(controls: "blur,spectrum"), files: ["results.json"]),
      Resumable(
        name: "lesion",
        arguments: [
          "lesion", "sknet26-tiny", "Tests/Fixtures/photographs", "--lesions", "frozen,uniform",
          "--scales", "1,2", "--quiet", "--json",
        ], files: ["lesions.json"]),
      Resumable(
        name: "fields", arguments: fieldArguments, files: ["results.json", "maps.safetensors"]),
      Resumable(
        name: "fields with nulls", arguments: fieldArguments + nullArguments,
        files: ["results.json", "maps.safetensors"]),
      Resumable(name: "tuning", arguments: tuningArguments, files: ["results.json", "units.csv"]),
      Resumable(
        name: "train",
        arguments: ["train", material.toyTraining, "--quiet", "--workers", "2"],
        resuming: ["--resume"],
        files: ["best.safetensors", "last.safetensors"]),
    ]
  }

  /// SIGKILL at random moments, again and again, then a last run that must end as an undisturbed one.
  func killRuns(_ random: inout RandomSource) throws {
    try disturb(.kills, with: [SIGKILL], &random)
  }

  /// The same with signals that a program may act on.
  func signalRuns(_ random: inout RandomSource) throws {
    try disturb(.signals, with: [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGXCPU, SIGUSR1], &random)
  }

  private func disturb(
    _ kind: TrialKind, with signals: [Int32], _ random: inout RandomSource
  ) throws {
    var sound: [String: (folder: String, seconds: Double)] = [:]
    var turn = 0
    var resumed = 0
    while hasTime(kind, atLeast: 6) {
      let command = resumable[turn % resumable.count]
      turn += 1
      if sound[command.name] == nil {
        let folder = fresh("\(kind.rawValue)-\(command.name)")
        let trial = try attempt(kind, command.arguments + ["--out", folder], limit: 200)
        guard trial.end == .status(0) else {
          report(kind, "undisturbed: \(trial.error)", arguments: command.arguments, input: nil)
          continue
        }
        sound[command.name] = (folder, trial.seconds)
      }
      guard let (folder, seconds) = sound[command.name] else { continue }
      let disturbed = fresh("disturbed")
      var arguments = command.arguments + ["--out", disturbed]
      for _ in 0...random.below(4) {
        let number = signals[random.below(signals.count)]
        let after = Double.random(in: 0..<1.1 * seconds, using: &random)
        try attempt(
          kind, arguments, input: disturbed, limit: 200, sending: (number, after),
          mayEnd: [.signal(number), .status(number == SIGINT ? 130 : 75)])
        arguments = command.arguments + ["--out", disturbed] + command.resuming
      }
      try finish(kind, command, arguments, disturbed, like: folder)
      resumed += 1
      note(kind, "\(resumed) runs ended with the same bits")
    }
  }

  /// Lets a stopped run end and compares what it leaves.
  private func finish(
    _ kind: TrialKind, _ command: Resumable, _ arguments: [String], _ folder: String,
    like sound: String
  ) throws {
    let trial = try attempt(kind, arguments, input: folder, limit: 200)
    guard trial.end == .status(0) else {
      return report(
        kind, "cannot be gone on with: \(trial.error)", arguments: arguments, input: folder)
    }
    for file in command.files {
      let undisturbed = Material.bytes("\(sound)/\(file)")
      guard undisturbed.isEmpty || Material.bytes("\(folder)/\(file)") != undisturbed else {
        continue
      }
      report(
        kind, "\(file) has \(undisturbed.isEmpty ? "no" : "other") bits than undisturbed",
        arguments: arguments, input: folder)
    }
  }

  // MARK: Limits

  /// Few descriptors, little memory, short files, closed and full outputs.
  func limitRuns(_ random: inout RandomSource) throws {
    let sound = fresh("limits-sound")
    let zoom = resumable[0]
    try attempt(.limits, zoom.arguments + ["--out", sound])
    let commands = [
      zoom.arguments + ["--out", "RUN"], ["inspect", "sknet50"], ["inspect", "sknet101", "--json"],
      ["train", material.toyTraining, "--out", "RUN", "--quiet"],
      ["benchmark", "sknet26-tiny", "--seconds", "0.2"], ["figures", sound],
      ["export", sound, "--to", "npz", "--out", "RUN.npz"],
      ["convert", "sknet26-tiny", "--to", "RUN.onnx", "--attention"],
    ]
    var turn = 0
    while hasTime(.limits, atLeast: 8) {
      let run = fresh("limited")
      for ending in ["npz", "onnx"] { _ = fresh("limited." + ending) }
      let command = commands[random.below(commands.count)].map {
        $0.replacingOccurrences(of: "RUN", with: run)
      }
      var outputPath: String?
      let shell: String
      switch turn % 6 {
      case 0: shell = "ulimit -n \(5 + random.below(40)); exec \"$@\""
      // With less the system cannot even load the program's libraries.
      case 1: shell = "ulimit -v \(160_000 + random.below(640_000)); exec \"$@\""
      case 2: shell = "ulimit -f \(random.below(3000)); exec \"$@\""
      case 3: shell = "exec \"$@\" 2>&-"
      case 4: shell = "exec \"$@\" 2>/dev/full"
      default:
        shell = "exec \"$@\""
        outputPath = "/dev/full"
      }
      turn += 1
      let trial = try attempt(
        .limits, command, limit: 120, prefix: ["/bin/sh", "-c", shell, "limited"],
        outputPath: outputPath, mayEnd: shell.contains("2>") ? [.status(1), .status(64)] : [])
      if outputPath != nil, trial.end == .status(0), command[0] != "export", command[0] != "figures"
      {
        report(
          .limits, "its results went to a full disk, and it ended with 0", arguments: command,
          input: nil)
      }
      // What was stopped by a limit goes on without it.
      guard command.contains("zoom") else { continue }
      try finish(.limits, zoom, command, run, like: sound)
    }
  }

  /// A disk that is full: a small one in memory where that can be mounted, else a limit on files.
  func fillDisks(_ random: inout RandomSource) throws {
    let commands = resumable
    let disk = fresh("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    guard mount("none", disk, "tmpfs", 0, "size=100k") == 0 else {
      return note(.disks, "no disk can be mounted here (not root); 'limits' has files cut short")
    }
    defer { umount2(disk, Int32(MNT_DETACH)) }
    var sound: [String: String] = [:]
    var turn = 0
    while hasTime(.disks, atLeast: 6) {
      let command = commands[turn % commands.count]
      turn += 1
      if sound[command.name] == nil {
        let folder = fresh("disks-" + command.name)
        try attempt(.disks, command.arguments + ["--out", folder], limit: 200)
        sound[command.name] = folder
      }
      for name in try FileManager.default.contentsOfDirectory(atPath: disk) {
        try FileManager.default.removeItem(atPath: disk + "/" + name)
      }
      let kilobytes = 4 * (1 + random.below(300))
      guard resize(disk, "size=\(kilobytes)k") else { continue }
      let run = disk + "/run"
      let full = try attempt(.disks, command.arguments + ["--out", run], limit: 200)
      if full.end == .status(1), !full.error.contains("/disk/") {
        report(
          .disks, "does not name the folder: \(full.error)", arguments: command.arguments,
          input: nil)
      }
      guard resize(disk, "size=200m") else { continue }
      let resuming = FileManager.default.fileExists(atPath: run) ? command.resuming : []
      try finish(
        .disks, command, command.arguments + ["--out", run] + resuming, run,
        like: sound[command.name] ?? "")
    }
    note(.disks, "\(turn) full disks")
  }

  private func resize(_ disk: String, _ size: String) -> Bool {
    mount("none", disk, "tmpfs", UInt(MS_REMOUNT), size) == 0
  }
}
