import Foundation

/// What a long job tells whoever started it.
public protocol RunProgress {
  /// What is counted: `photograph`, unless this says otherwise.
  func counts(_ noun: String)
  /// The job starts; some of it may be done already.
  func began(done: Int, total: Int)
  /// So much of the job is done.
  func advanced(done: Int, total: Int)
  /// A line of words that is not a result.
  func say(_ text: String)
  /// A training has made a step.
  func trained(_ status: TrainingStatus)
  /// Whether the job is to stop once it has recorded what is in hand.
  var isToStop: Bool { get }
  /// Runs a part of the job that asks `isToStop` by itself, so that nobody stops it otherwise.
  func stoppingByItself<Value>(_ body: () throws -> Value) rethrows -> Value
}

/// A job that was asked to stop and has; what it did is recorded.
public struct JobStopped: Error, Equatable, CustomStringConvertible, LocalizedError {
  /// How much is recorded, and where.
  public var state: String
  /// How to go on.
  public var resuming: String

  package init(state: String, resuming: String) {
    self.state = state
    self.resuming = resuming
  }

  /// The line to show.
  public var description: String { "\(state); \(resuming)" }
  /// The line to show.
  public var errorDescription: String? { description }
}

extension RunProgress {
  /// Does nothing.
  public func counts(_ noun: String) {}
  /// Does nothing: most jobs train nothing.
  public func trained(_ status: TrainingStatus) {}
  /// Nobody asks.
  public var isToStop: Bool { false }
  /// Runs it.
  public func stoppingByItself<Value>(_ body: () throws -> Value) rethrows -> Value { try body() }
}

/// Tells nobody.
public struct NoProgress: RunProgress {
  /// Makes one.
  public init() {}
  /// Does nothing.
  public func began(done: Int, total: Int) {}
  /// Does nothing.
  public func advanced(done: Int, total: Int) {}
  /// Does nothing.
  public func say(_ text: String) {}
}
