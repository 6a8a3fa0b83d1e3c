/// The product's version, recorded with every run.
public enum ToolVersion {
  /// Semantic version.
  public static let current = "0.1.0"
}
