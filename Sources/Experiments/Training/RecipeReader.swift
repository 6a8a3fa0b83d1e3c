import Networks
import Observing
import Training
import TrainingData
import TrainingRuns

/// Reads the keys of a training's recipe.
enum RecipeReader {
  /// The recipe, and the minutes from one checkpoint to the next.
  static func recipe(
    _ file: inout YAMLKeys, size: Int
  ) throws -> (recipe: TrainingRecipe, checkpointMinutes: Double) {
    guard var keys = try file.mapping("recipe") else { throw file.missing("recipe") }
    guard keys.has("epochs") != keys.has("minutes") else {
      throw file.error("recipe", "expected either 'epochs' or 'minutes'")
    }
    let epochs = try keys.number("epochs", in: 0.001...1_000_000)
    let minutes = try keys.number("minutes", in: 0.01...1_000_000)
    var recipe = TrainingRecipe(
      epochs: epochs, minutes: minutes, rate: try rate(&keys), sizes: try sizes(&keys, size: size))
    if let batch = try keys.integer("batch", in: 2...65_536) { recipe.batch = batch }
    recipe.accumulate = try keys.integer("accumulate", in: 1...recipe.batch / 2)
    recipe.optimizer = Optimizer(
      momentum: try keys.number("momentum", in: 0...0.9999) ?? 0.9,
      isNesterov: try keys.boolean("nesterov") ?? true,
      weightDecay: try keys.number("weightDecay", in: 0...1) ?? 1e-4,
      decaysVectors: try keys.boolean("decayVectors") ?? false,
      averageDecay: try keys.number("average", in: 0...0.999999) ?? 0)
    recipe.keepsAverage = recipe.optimizer.averageDecay > 0
    if let value = try keys.number("labelSmoothing", in: 0...0.99) { recipe.labelSmoothing = value }
    if let value = try keys.boolean("zeroLastNorm") { recipe.zeroesLastNorm = value }
    if let value = try keys.integer("validateEvery", in: 1...1_000_000) {
      recipe.validateEvery = value
    }
    if let choice: ZoomExperiment.PrecisionChoice = try keys.choice("precision") {
      recipe.precision = try EngineChoice.precision(choice)
    }
    recipe.augmentation = try augmentation(&keys)
    let pause = try keys.number("checkpointMinutes", in: 0...1_000_000) ?? 10
    try keys.refuseUnknown()
    return (recipe, pause)
  }

  private static func span(_ keys: inout YAMLKeys, _ key: String) throws -> Span? {
    guard let text = try keys.string(key) else { return nil }
    guard let span = Span(text) else { throw keys.error(key, spanProblem(text)) }
    return span
  }

  private static func spanProblem(_ text: String) -> String {
    "expected a span such as '5 epochs' or '15 %', found '\(text)'"
  }

  private static func rate(_ keys: inout YAMLKeys) throws -> RateSchedule {
    guard let peak = try keys.number("learningRate", in: 0...1000) else {
      throw keys.missing("learningRate")
    }
    var rate = RateSchedule(shape: try keys.choice("schedule") ?? .cosine, peak: peak)
    rate.warmUp = try span(&keys, "warmUp") ?? .percent(rate.shape == .oneCycle ? 30 : 0)
    if rate.shape == .step {
      rate.drops = try (keys.strings("drops") ?? []).map {
        guard let span = Span($0) else { throw keys.error("drops", spanProblem($0)) }
        return span
      }
      if let factor = try keys.number("dropFactor", in: 0...1) { rate.dropFactor = factor }
    }
    return rate
  }

  private static func sizes(_ keys: inout YAMLKeys, size: Int) throws -> SizeSchedule {
    let sides = 8...4096
    guard let list = try keys.mappings("sizes") else {
      return SizeSchedule([.init(size: try keys.integer("size", in: sides) ?? size)])
    }
    var phases: [SizeSchedule.Phase] = []
    for (index, item) in list.enumerated() {
      var item = item
      guard let side = try item.integer("size", in: sides) else { throw item.missing("size") }
      let isLast = index == list.count - 1
      let span = isLast ? nil : try span(&item, "for")
      guard isLast || span != nil else {
        throw item.error("size", "its 'for' is missing, such as '50 %'; only the last has none")
      }
      try item.refuseUnknown()
      phases.append(.init(size: side, span: span))
    }
    guard !phases.isEmpty else { throw keys.error("sizes", "expected at least one size") }
    return SizeSchedule(phases)
  }

  private static func augmentation(_ keys: inout YAMLKeys) throws -> Augmentation {
    var augmentation = Augmentation()
    guard var inner = try keys.mapping("augmentation") else { return augmentation }
    augmentation.area = try inner.range("area", in: 0.001...1)
    if let aspect = try inner.range("aspect", in: 0.01...100) { augmentation.aspect = aspect }
    augmentation.padding = try inner.integer("padding", in: 0...1024) ?? 0
    augmentation.flips = try inner.boolean("flip") ?? false
    augmentation.brightness = try inner.number("brightness", in: 0...1) ?? 0
    augmentation.contrast = try inner.number("contrast", in: 0...1) ?? 0
    augmentation.saturation = try inner.number("saturation", in: 0...1) ?? 0
    try inner.refuseUnknown()
    return augmentation
  }
}
