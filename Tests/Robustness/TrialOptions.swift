import Foundation

/// What a session is asked for.
struct TrialOptions {
  var seed: UInt64 = 1
  var seconds = 180.0
  var kinds = TrialKind.allCases
  var program = ".build/release/sknet"
  /// Where scratch files go; faults leave theirs there.
  var folder = NSTemporaryDirectory() + "sknet-robustness-\(getpid())"

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    func value(_ name: String) throws -> String {
      guard let value = rest.popFirst() else { throw UsageText(name + " needs a value") }
      return value
    }
    while let name = rest.popFirst() {
      switch name {
      case "--seed":
        guard let seed = UInt64(try value(name)) else { throw UsageText("--seed needs a number") }
        self.seed = seed
      case "--minutes":
        guard let minutes = Double(try value(name)), minutes > 0 else {
          throw UsageText("--minutes needs a positive number")
        }
        seconds = 60 * minutes
      case "--only":
        kinds = try value(name).split(separator: ",").map { name in
          guard let kind = TrialKind(rawValue: String(name)) else {
            throw UsageText("no kind of trial is called '\(name)'")
          }
          return kind
        }
      case "--program": program = try value(name)
      case "--folder": folder = try value(name)
      case "--help": throw UsageText(nil)
      default: throw UsageText("'\(name)' is unknown")
      }
    }
    guard FileManager.default.isExecutableFile(atPath: program) else {
      throw UsageText("\(program): no such program; run 'make' first, from the repository's folder")
    }
    program = URL(filePath: program).path
  }
}

/// What is said instead of a session.
struct UsageText: Error {
  let text: String
  let isAsked: Bool

  init(_ problem: String?) {
    isAsked = problem == nil
    text =
      (problem.map { "Error: \($0)\n" } ?? "") + """
        Usage: robustness [--seed N] [--minutes M] [--only KIND,…] [--program PATH] [--folder PATH]
        Kinds: \(TrialKind.allCases.map(\.rawValue).joined(separator: ", "))
        """
  }
}

/// The kinds of trials.
enum TrialKind: String, CaseIterable {
  case pictures, checkpoints, networks, boxes, yaml, trainings, stores, kills, signals, limits,
    disks
}
