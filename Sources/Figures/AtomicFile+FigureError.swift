import Files

extension AtomicFile where Failure == FigureError {
  /// Begins a file whose problems are a figure's.
  init(path: String) throws(FigureError) {
    try self.init(path: path) { FigureError("\(path): \($0.words)") }
  }
}
