import Networks

/// The network that was run.
public struct AnalysedModel: Codable, Equatable, Sendable {
  /// Its name.
  public var name: String
  /// SHA-256 of the weight file, hexadecimal.
  public var sha256: String
  /// The network as a value: its architecture, or its units and branches.
  public var architecture: SelectiveNetwork

  /// Names a network of residual units.
  public init(name: String, sha256: String, architecture: Architecture) {
    self.init(name: name, sha256: sha256, architecture: SelectiveNetwork(architecture))
  }

  /// Names any network.
  public init(name: String, sha256: String, architecture: SelectiveNetwork) {
    self.name = name
    self.sha256 = sha256
    self.architecture = architecture
  }
}
