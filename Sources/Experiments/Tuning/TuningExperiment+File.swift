import Stimuli

extension TuningExperiment {
  /// Reads a tuning experiment from an experiment file.
  public init(_ keys: inout YAMLKeys, out: String?) throws {
    guard let model = try keys.model() else { throw keys.missing("model") }
    self.init(model: model, out: try keys.folder(out))
    if let value = try keys.strings("at") { nodes = value }
    if let value = try keys.integer("orientations", in: 1...180) { orientations = value }
    if let value = try keys.integer("frequencies", in: 1...64) { frequencies = value }
    if let value = try keys.integer("phases", in: 3...64) { phases = value }
    if let value = try keys.integer("radii", in: 2...100) { radii = value }
    if let value = try keys.numbers("contrasts") { contrasts = value }
    if let value: Grating.Edge = try keys.choice("edge") { edge = value }
    if let value = try keys.number("degrees") { degrees = value }
    size = try keys.integer("size")
    input = try keys.input()
    workers = try keys.integer("workers")
  }
}
