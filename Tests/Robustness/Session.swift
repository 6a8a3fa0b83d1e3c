import Foundation

/// Trials of all kinds, one after the other, and their counts.
final class Session {
  /// What the trials of a kind gave.
  struct Count {
    var trials = 0
    /// The program did what it was asked for.
    var done = 0
    /// It refused in one line.
    var refused = 0
    var faults: [String] = []
    var slowest = 0.0
    var peakMegabytes = 0.0
    /// Why there are none, or fewer.
    var note = ""
  }

  let options: TrialOptions
  let material: Material
  private(set) var counts: [TrialKind: Count] = [:]
  private var deadline = ContinuousClock.now

  init(_ options: TrialOptions) throws {
    self.options = options
    try FileManager.default.createDirectory(
      atPath: options.folder, withIntermediateDirectories: true)
    material = try Material(options)
  }

  /// Performs the trials and prints a table.
  ///
  /// - Returns: Whether there was no fault.
  func run() throws -> Bool {
    say("seed \(options.seed), \(Int(options.seconds)) s, \(options.program)")
    let share = options.seconds / Double(options.kinds.count)
    for kind in options.kinds {
      counts[kind] = Count()
      deadline = .now + .seconds(share)
      // Every kind has trials of its own, whichever others are asked for.
      let place = UInt64(TrialKind.allCases.firstIndex(of: kind) ?? 0)
      var random = RandomSource(seed: options.seed &* 1000 &+ place)
      try perform(kind, &random)
      say(line(kind))
    }
    print(([header] + options.kinds.map(line)).joined(separator: "\n"))
    let faults = options.kinds.flatMap { kind in
      (counts[kind]?.faults ?? []).map { "\(kind.rawValue): \($0)" }
    }
    for fault in faults { print(fault) }
    print(
      "\(counts.values.reduce(0) { $0 + $1.trials }) trials, \(faults.count) faults"
        + (faults.isEmpty ? "" : "; their files are in \(options.folder)"))
    if faults.isEmpty { try? FileManager.default.removeItem(atPath: options.folder) }
    return faults.isEmpty
  }

  private func perform(_ kind: TrialKind, _ random: inout RandomSource) throws {
    switch kind {
    case .pictures: try spoilPictures(&random)
    case .checkpoints: try spoilCheckpoints(&random)
    case .networks: try spoilNetworks(&random)
    case .boxes: try spoilBoxes(&random)
    case .yaml: try spoilYAML(&random)
    case .trainings: try spoilTrainings(&random)
    case .stores: try spoilStores(&random)
    case .kills: try killRuns(&random)
    case .signals: try signalRuns(&random)
    case .limits: try limitRuns(&random)
    case .disks: try fillDisks(&random)
    }
  }

  // MARK: What the trials use

  /// Whether there is time for another trial; for the first few always.
  func hasTime(_ kind: TrialKind, atLeast least: Int = 3) -> Bool {
    ContinuousClock.now < deadline || (counts[kind]?.trials ?? 0) < least
  }

  /// Runs the program, counts how it ended, and keeps the files of a fault.
  ///
  /// - Parameters:
  ///   - kind: The kind of the trial.
  ///   - arguments: The program's.
  ///   - input: What was spoilt: a file or folder to keep if that was too much for the program.
  ///   - limit: Seconds until it counts as hung.
  ///   - signal: A signal to send, after so many seconds.
  ///   - prefix: What starts the program instead, such as a shell that sets a limit.
  ///   - outputPath: A file or device for its standard output.
  ///   - mayEnd: Ends that are no fault here.
  /// - Returns: The run.
  /// - Throws: If the program cannot be started.
  @discardableResult
  func attempt(
    _ kind: TrialKind, _ arguments: [String], input: String? = nil, limit: Double = 60,
    sending signal: (number: Int32, after: Double)? = nil, prefix: [String] = [],
    outputPath: String? = nil, mayEnd: [ProgramTrial.End] = []
  ) throws -> ProgramTrial {
    let trial = try ProgramTrial(
      prefix + [options.program] + arguments, in: options.folder, limit: limit, sending: signal,
      outputPath: outputPath)
    counts[kind, default: Count()].add(trial)
    if !mayEnd.contains(trial.end), let fault = trial.fault {
      report(kind, fault, arguments: arguments, input: input)
    }
    return trial
  }

  /// Notes a fault, and keeps what led to it.
  func report(_ kind: TrialKind, _ fault: String, arguments: [String], input: String?) {
    let number = counts[kind]?.faults.count ?? 0
    var text = fault + "; sknet " + arguments.joined(separator: " ")
    if let input, number < 20 {
      let kept =
        "\(options.folder)/fault-\(kind.rawValue)-\(number)-\((input as NSString).lastPathComponent)"
      try? FileManager.default.removeItem(atPath: kept)
      try? FileManager.default.copyItem(atPath: input, toPath: kept)
      text += "; kept as \(kept)"
    }
    counts[kind, default: Count()].faults.append(String(text.prefix(1200)))
    say("FAULT \(kind.rawValue): \(text.prefix(1200))")
  }

  func note(_ kind: TrialKind, _ text: String) { counts[kind, default: Count()].note = text }

  /// A path in the session's folder, with nothing at it.
  func fresh(_ name: String) -> String {
    let path = options.folder + "/" + name
    try? FileManager.default.removeItem(atPath: path)
    return path
  }

  private func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

  private let header =
    "kind           trials   done  refused  faults  slowest s  peak MB"

  private func line(_ kind: TrialKind) -> String {
    let count = counts[kind] ?? Count()
    return kind.rawValue.padding(toLength: 12, withPad: " ", startingAt: 0)
      + String(
        format: "%9d%7d%9d%8d%11.1f%9.0f", count.trials, count.done, count.refused,
        count.faults.count, count.slowest, count.peakMegabytes)
      + (count.note.isEmpty ? "" : "  " + count.note)
  }
}

extension Session.Count {
  mutating func add(_ trial: ProgramTrial) {
    trials += 1
    if trial.isDone { done += 1 } else if trial.fault == nil { refused += 1 }
    slowest = max(slowest, trial.seconds)
    peakMegabytes = max(peakMegabytes, trial.peakMegabytes)
  }
}
