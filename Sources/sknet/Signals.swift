import ArgumentParser
import Experiments
import Foundation
import Observing
import Synchronization

/// What signals do to the program: the one place that knows.
///
/// TERM, HUP, USR1, USR2 and INT ask a job that can be gone on with to stop: it finishes what is in hand,
/// records it and ends with 75, of INT with 130. A second one ends the program as the system has it, and so
/// does the first where there is no such job.
enum Signals {
  private static let all = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT]

  /// To be called once, before anything is begun.
  static func install() {
    // The handler must find everything made.
    _ = (drawnColumns.load(ordering: .relaxed), asked.load(ordering: .relaxed))
    _ = (waits.load(ordering: .relaxed), resuming.load(ordering: .relaxed))
    for number in all {
      let before = signal(number, handle)
      // Whoever has the program outlive a signal, as nohup does, is obeyed.
      if before.map({ unsafeBitCast($0, to: Int.self) }) == 1 { signal(number, SIG_IGN) }
    }
  }

  /// From here on there is a job that can be gone on with.
  static func begin(_ way: Resuming) {
    resuming.store(way.rawValue, ordering: .sequentiallyConsistent)
  }

  /// How a stopped job is gone on with.
  enum Resuming: Int {
    case sameCommand = 1
    case resumeFlag
  }

  /// Whether the job is to stop.
  static var isStopAsked: Bool { asked.load(ordering: .relaxed) != 0 }

  /// Leaves it to a part of a job to ask whether it is to stop; elsewhere signals end the program.
  static func waiting<Value>(for body: () throws -> Value) rethrows -> Value {
    waits.add(1, ordering: .sequentiallyConsistent)
    defer { waits.subtract(1, ordering: .sequentiallyConsistent) }
    return try body()
  }

  /// Ends the program if a signal came when the job had asked for the last time.
  static func endIfAsked() {
    let number = asked.load(ordering: .sequentiallyConsistent)
    if number != 0, waits.load(ordering: .sequentiallyConsistent) == 0 { endAtOnce(number) }
  }

  /// Says how to go on and exits.
  static func end(_ stopped: JobStopped) -> Never {
    StatusLine.write("stopped: \(stopped)")
    exit(code(of: asked.load(ordering: .relaxed)))
  }

  /// How many columns of the terminal's last line are drawn, which a signal must leave behind.
  static let drawnColumns = Atomic<Int>(0)
}

/// A command that goes on where it was stopped.
protocol ResumableCommand: ParsableCommand {
  static var resuming: Signals.Resuming { get }
}

extension ZoomCommand: ResumableCommand { static let resuming = Signals.Resuming.sameCommand }
extension LesionCommand: ResumableCommand { static let resuming = Signals.Resuming.sameCommand }
extension RunCommand: ResumableCommand { static let resuming = Signals.Resuming.sameCommand }
extension FieldsCommand: ResumableCommand { static let resuming = Signals.Resuming.sameCommand }
extension AblateCommand: ResumableCommand { static let resuming = Signals.Resuming.sameCommand }
extension TrainCommand: ResumableCommand { static let resuming = Signals.Resuming.resumeFlag }

// MARK: What a handler may touch

/// The signal that asked the job to stop; 0 for none.
private let asked = Atomic<Int32>(0)
/// How many parts of the job ask by themselves just now.
private let waits = Atomic<Int>(0)
/// A `Resuming`; 0 where nothing can be gone on with.
private let resuming = Atomic<Int>(0)

/// sysexits(3)'s "try again later", and what shells say of a program that ^C ended.
private func code(of number: Int32) -> Int32 { number == SIGINT ? 130 : EX_TEMPFAIL }

private let handle: @convention(c) (Int32) -> Void = { number in
  if number != SIGQUIT, resuming.load(ordering: .sequentiallyConsistent) != 0,
    asked.compareExchange(expected: 0, desired: number, ordering: .sequentiallyConsistent).exchanged
  {
    if waits.load(ordering: .sequentiallyConsistent) == 0 { endAtOnce(number) }
    return
  }
  endDrawnLine()
  signal(number, SIG_DFL)
  raise(number)
}

/// Does what a signal handler may: `write`, and `_exit`.
private func endAtOnce(_ number: Int32) -> Never {
  endDrawnLine()
  let line: StaticString =
    resuming.load(ordering: .relaxed) == Signals.Resuming.resumeFlag.rawValue
    ? "stopped: what was recorded is kept; the same command with --resume goes on\n"
    : "stopped: what was recorded is kept; the same command goes on\n"
  Foundation.write(STDERR_FILENO, line.utf8Start, line.utf8CodeUnitCount)
  _exit(code(of: number))
}

private func endDrawnLine() {
  guard Signals.drawnColumns.load(ordering: .relaxed) > 0 else { return }
  var end = UInt8(ascii: "\n")
  Foundation.write(STDERR_FILENO, &end, 1)
}
