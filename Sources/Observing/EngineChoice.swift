import Engine

/// Arithmetic of a network, as a user asks for it.
public enum PrecisionChoice: String, CaseIterable, Sendable {
  /// float32: bfloat16 rounds attention by as much as the shifts that are measured.
  case auto
  /// float32.
  case f32
  /// bfloat16 with float32 sums; an error where the processor has none.
  case bf16
}

/// Turns a user's words into the engine's settings.
package enum EngineChoice {
  package static func precision(_ choice: PrecisionChoice) throws -> Precision {
    choice == .bf16 ? .bf16 : .f32
  }

  package static func instructionSet(_ name: String?) throws -> InstructionSet {
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
