/// Which part of a data set is used; nothing said is all of it.
public struct DataSelection: Codable, Hashable, Sendable {
  /// Ids of the classes, in the order of the network's outputs; nil for all.
  public var classes: [String]?
  /// Most training pictures of a class, chosen by the seed; nil for all.
  public var perClass: Int?
  /// Share of each class's pictures that is held out to validate with where there is no folder for it.
  public var heldOut: Double

  /// Describes a selection.
  public init(classes: [String]? = nil, perClass: Int? = nil, heldOut: Double = 0.1) {
    self.classes = classes
    self.perClass = perClass
    self.heldOut = heldOut
  }
}
