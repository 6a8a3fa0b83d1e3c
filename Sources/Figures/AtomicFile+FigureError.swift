import Files

extension AtomicFile where Failure == FigureError {
  /// Begins a file whose problems are a figure's.
  init(path: String) throws(FigureError) {
    try self.init(path: path) { problem in
      let words =
        switch problem {
        case .notRegular: "exists and is not a regular file"
        case .system(let words): words
        }
      return FigureError("\(path): cannot be written: \(words)")
    }
  }
}
