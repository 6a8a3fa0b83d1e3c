/// Rows of cells in columns two spaces apart, the first ones to the left, the others to the right.
package struct TextColumns {
  private let rows: [[String]]
  private let widths: [Int]
  private let leading: Int

  /// - Parameters:
  ///   - rows: Cells, which are made visible; rows may end early.
  ///   - leading: How many columns go to the left.
  package init(_ rows: [[String]], leading: Int = 1) {
    let rows = rows.map { $0.map(visible) }
    let columns = rows.map(\.count).max() ?? 0
    self.rows = rows
    self.leading = leading
    widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
  }

  /// The rows as lines, padded to their columns' widths.
  package var lines: [String] {
    rows.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column < leading ? cell + space : space + cell
      }.joined(separator: "  ")
    }
  }

  /// How many columns of a terminal the lines take.
  package var width: Int { widths.reduce(0, +) + 2 * max(widths.count - 1, 0) }
}
