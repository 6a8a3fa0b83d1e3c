/// What a long job tells whoever started it.
public protocol RunProgress {
  /// The job starts; some of it may be done already.
  func began(done: Int, total: Int)
  /// So much of the job is done.
  func advanced(done: Int, total: Int)
  /// A line of words that is not a result.
  func say(_ text: String)
  /// A training has made a step.
  func trained(_ status: TrainingStatus)
}

extension RunProgress {
  /// Does nothing: most jobs train nothing.
  public func trained(_ status: TrainingStatus) {}
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
