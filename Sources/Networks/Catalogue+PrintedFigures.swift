import Foundation

extension Catalogue {
  /// What the paper prints about a network's size.
  public struct PrintedFigures: Codable, Hashable, Sendable {
    /// How sure it is that the paper prints this.
    public enum Certainty: String, Codable, Hashable, Sendable, CaseIterable {
      /// The authors print it in their repository too.
      case authors
      /// Later papers and reviews quote it.
      case quoted
      /// Somebody remembers it: a hint, which nothing may rest on.
      case remembered
    }

    /// The parameters as printed, `27.5M`.
    public var parameters: String
    /// The same as a number.
    public var parameterCount: Double
    /// "GFLOPs" at the network's own input size, counted as multiply-adds; nil if none are known.
    public var gigaMACs: Double?
    /// Where it is printed.
    public var source: String
    /// How sure that is.
    public var certainty: Certainty

    /// Figures in millions and thousand millions, as the paper's tables have them.
    init(
      millions: String, gigaMACs: Double?, table: Int, _ certainty: Certainty
    ) {
      parameters = millions + "M"
      parameterCount = (Double(millions) ?? .nan) * 1e6
      self.gigaMACs = gigaMACs
      source = "Li et al. 2019, table \(table)"
      self.certainty = certainty
    }
  }
}

extension Catalogue.PrintedFigures {
  /// The multiply-adds as printed, `4.47G` or `40.39M`; nil if none are known.
  var macs: String? {
    gigaMACs.map { $0 < 1 ? String(format: "%.2fM", 1e3 * $0) : String(format: "%.2fG", $0) }
  }
}

extension Catalogue.PrintedFigures.Certainty {
  /// What follows a figure of this certainty in a table.
  public var mark: String {
    switch self {
    case .authors: ""
    case .quoted: "†"
    case .remembered: "?"
    }
  }

  /// What the mark means.
  public var explanation: String {
    switch self {
    case .authors: "printed by the authors in their repository too"
    case .quoted: "as later papers and reviews quote it"
    case .remembered: "from memory, never checked against the paper: a hint, no more"
    }
  }
}
