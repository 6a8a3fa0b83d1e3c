extension Architecture {
  private enum Key: String, CodingKey {
    case block, stem, stages, branches, splitInput, gate, attentionScope, selectBias, reduction
    case minimum, squeezeExcitation, shortcutPool, head, classes, epsilon
  }

  /// Decodes and validates: wherever an architecture was read from, it is one that a network can have.
  ///
  /// - Throws: `DecodingError`, and `ArchitectureError` as `validate()` does.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    self.init(
      block: try values.decode(Block.self, forKey: .block),
      stem: try values.decode(Stem.self, forKey: .stem),
      stages: try values.decode([Stage].self, forKey: .stages),
      branches: try values.decode([Branch].self, forKey: .branches),
      splitInput: try values.decode(Bool.self, forKey: .splitInput),
      gate: try values.decodeIfPresent(Gate.self, forKey: .gate),
      attentionScope: try values.decodeIfPresent(AttentionScope.self, forKey: .attentionScope),
      selectBias: try values.decode(Bool.self, forKey: .selectBias),
      reduction: try values.decode(Int.self, forKey: .reduction),
      minimum: try values.decode(Int.self, forKey: .minimum),
      squeezeExcitation: try values.decodeIfPresent(
        SqueezeExcitation.self, forKey: .squeezeExcitation),
      shortcutPool: try values.decodeIfPresent(ShortcutPool.self, forKey: .shortcutPool),
      head: try values.decodeIfPresent(Int.self, forKey: .head),
      classes: try values.decode(Int.self, forKey: .classes),
      epsilon: try values.decode(Double.self, forKey: .epsilon))
    try validate()
  }
}
