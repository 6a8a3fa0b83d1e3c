import Engine

/// Turns a user's words into the engine's settings.
enum EngineChoice {
  static func precision(_ choice: ZoomExperiment.PrecisionChoice) throws -> Precision {
    choice == .bf16 ? .bf16 : .f32
  }

  static func instructionSet(_ name: String?) throws -> InstructionSet {
    guard let name else { return .best }
    guard let set = InstructionSet(rawValue: name) else {
      let known = InstructionSet.allCases.map(\.rawValue).joined(separator: ", ")
      throw ExperimentError.usage("unknown instruction set '\(name)'; known: \(known)")
    }
    guard set <= .best else {
      throw ExperimentError.failure(
        "this processor has no \(name); the best it has is \(InstructionSet.best.rawValue)")
    }
    return set
  }
}
