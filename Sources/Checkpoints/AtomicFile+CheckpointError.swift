import Files

extension AtomicFile where Failure == CheckpointError {
  /// Begins a file whose problems are a checkpoint's.
  package init(path: String) throws(CheckpointError) {
    try self.init(path: path) { CheckpointError(writing: path, $0) }
  }
}

extension CheckpointError {
  /// Says why a file cannot be written.
  init(writing path: String, _ problem: WriteProblem) {
    self.init(file: path, problem: problem.words)
  }
}
