extension Catalogue {
  /// The rows of the paper's tables 6 and 7 that are neither SKNet-50 nor ResNeXt-50.
  ///
  /// Table 6 keeps the 3×3 branch and changes the other one; table 7 combines 3×3 (K3), 3×3 dilated
  /// by 2 (K5) and by 3 (K7), with attention and without.
  static let ablationEntries: [Entry] = [
    // Table 6. Its first row, K3 beside K7, is among those of table 7.
    variant(
      "k3-k3", [spanning(3), spanning(3)], PrintedFigures(millions: "27.5", 4.47, table: 6)),
    variant(
      "k3-5x5g64", [spanning(3), dense(5, groups: 64)],
      PrintedFigures(millions: "28.1", 4.56, table: 6)),
    variant(
      "k3-7x7g128", [spanning(3), dense(7, groups: 128)],
      PrintedFigures(millions: "28.1", 4.55, table: 6)),
    // Table 7.
    combination([5], PrintedFigures(millions: "25.0", 4.24, table: 7)),
    combination([7], PrintedFigures(millions: "25.0", 4.24, table: 7)),
    combination([3, 5], gate: .sum, PrintedFigures(millions: "26.5", 4.46, table: 7)),
    combination([3, 7], gate: .sum, PrintedFigures(millions: "26.5", 4.46, table: 7)),
    combination([3, 7], PrintedFigures(millions: "27.5", 4.47, table: 7)),
    combination([5, 7], gate: .sum, PrintedFigures(millions: "26.5", 4.46, table: 7)),
    combination([5, 7], PrintedFigures(millions: "27.5", 4.47, table: 7)),
    combination([3, 5, 7], gate: .sum, PrintedFigures(millions: "28.0", 4.69, table: 7)),
    combination([3, 5, 7], PrintedFigures(millions: "29.3", 4.70, table: 7)),
  ]

  private static func combination(
    _ sizes: [Int], gate: Architecture.Gate = .softmax, _ printed: PrintedFigures
  ) -> Entry {
    variant(
      sizes.map { "k\($0)" }.joined(separator: "-") + (gate == .sum ? "-sum" : ""),
      sizes.map { spanning($0) }, gate: gate, printed)
  }

  /// SKNet-50 with other branches.
  private static func variant(
    _ suffix: String, _ branches: [Architecture.Branch], gate: Architecture.Gate = .softmax,
    _ printed: PrintedFigures
  ) -> Entry {
    Entry(
      name: "sknet50-" + suffix, title: "SKNet-50 " + suffix,
      architecture: imageNetNetwork(branches: branches, gate: gate), printed: printed)
  }

  private static func dense(_ kernel: Int, groups: Int) -> Architecture.Branch {
    Architecture.Branch(kernel: kernel, dilation: 1, groups: groups)
  }
}

extension Catalogue.PrintedFigures {
  /// Figures of the ablations, all of which are known from memory alone.
  fileprivate init(millions: String, _ gigaMACs: Double, table: Int) {
    self.init(millions: millions, gigaMACs: gigaMACs, table: table, .remembered)
  }
}
