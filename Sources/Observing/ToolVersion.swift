/// The product's version, recorded with every run.
public enum ToolVersion {
  /// Semantic version.
  public static let current = "0.1.0"

  /// Whether two versions record the same numbers to the bit: patches of one minor version do.
  package static func recordSameNumbers(_ first: String, _ second: String) -> Bool {
    first.split(separator: ".").prefix(2) == second.split(separator: ".").prefix(2)
  }
}
