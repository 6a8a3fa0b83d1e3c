import Foundation
import Networks

/// A network with its weights and all that is needed to give it pictures.
public struct Model: Sendable {
  /// What it is called.
  public var name: String
  /// The network.
  public var architecture: Architecture
  /// How pictures become its input.
  public var preprocessing: Preprocessing
  /// Names of the classes in the order of the logits, where they are known.
  public var classes: [String]?
  /// Whether the file says how pictures become its input; if not, ImageNet's usual way is taken.
  public var isPreprocessingKnown = true
  /// The tensors, complete and finite.
  public var weights: Weights
  /// Hash of the file that it was read from, in hexadecimal; empty for a model made in memory.
  public var sha256: String
  /// The file that it was read from, if any.
  public var path: String?

  /// Joins the parts of a model made in memory.
  public init(
    name: String, architecture: Architecture, preprocessing: Preprocessing,
    classes: [String]? = nil, weights: Weights, sha256: String = "", path: String? = nil
  ) {
    self.name = name
    self.architecture = architecture
    self.preprocessing = preprocessing
    self.classes = classes
    self.weights = weights
    self.sha256 = sha256
    self.path = path
  }
}
