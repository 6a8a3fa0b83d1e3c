import Analysis

extension LesionExperiment {
  /// Reads a lesion experiment from an experiment file; see `Experiments/lesion.yaml`.
  public init(_ keys: inout YAMLKeys, out: String?) throws {
    let lesions = try keys.lesions() ?? Lesion.allCases
    let primary = try keys.lesionDeclaration()
    self.init(try ZoomExperiment(sharedBy: &keys, out: out), lesions: lesions, primary: primary)
  }
}

extension YAMLKeys {
  /// The lesions that a list names.
  mutating func lesions() throws -> [Lesion]? { try list("lesions", Lesion.list) }

  /// What is judged of lesions: `primary`, `measures`, and `bounds`, a number for each measure.
  mutating func lesionDeclaration() throws -> LesionDeclaration {
    var declaration = LesionDeclaration(
      lesions: try list("primary") { try Lesion.list($0).map(\.rawValue) },
      measures: try list("measures", LesionMeasure.list))
    if var bounds = try mapping("bounds") {
      for measure in LesionMeasure.allCases {
        if let value = try bounds.number(measure.rawValue) { declaration.bounds[measure] = value }
      }
      try bounds.refuseUnknown()
    }
    return declaration
  }
}
