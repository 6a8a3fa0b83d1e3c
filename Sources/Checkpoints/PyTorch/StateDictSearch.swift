/// Looks through a checkpoint for the dictionaries that may be a network's weights.
///
/// Trainings wrap state dicts in dictionaries of their own: `state_dict`, `model_ema`, `params`, or
/// deeper. No list of keys is complete, so every dictionary within the root is looked at, and the names
/// of its tensors tell whether it holds a network.
struct StateDictSearch {
  /// A dictionary of tensors.
  struct Found {
    /// The keys that lead to it, after one another; empty for the root.
    var place: String
    var items: [(key: PickleValue, value: PickleValue)]
    /// Whether a known network's tensors are among them.
    var holdsNetwork: Bool
  }

  /// Keys under which training programs usually keep the weights, in the order in which to look:
  /// averaged weights first, as timm does.
  static let wrappers = [
    "state_dict_ema", "model_ema", "ema_state_dict", "ema", "params_ema", "state_dict", "model",
    "model_state_dict", "net", "params", "weights",
  ]

  /// What was found, the likeliest first.
  let dictionaries: [Found]

  /// Looks through everything that the root holds, each dictionary once.
  init(machine: PickleMachine, root: PickleValue) {
    var queue: [(keys: [String], value: PickleValue)] = [([], root)]
    var seen: Set<Int> = []
    var found: [(rank: Int, dictionary: Found)] = []
    var next = 0
    while next < queue.count {
      let (keys, value) = queue[next]
      next += 1
      guard case .dictionary(let index) = value, seen.insert(index).inserted,
        let items = machine.items(value)
      else { continue }
      var names: [String] = []
      for (key, value) in items {
        guard let key = machine.text(key) else { continue }
        switch value {
        case .tensor: names.append(key)
        case .dictionary: if !Self.isBeside(key) { queue.append((keys + [key], value)) }
        default: continue
        }
      }
      if !names.isEmpty {
        found.append(
          (
            Self.rank(keys),
            Found(
              place: keys.joined(separator: "/"), items: items,
              holdsNetwork: Layout.search(names) != nil)
          ))
      }
    }
    // Nearer ones come first among those of equal rank.
    dictionaries = found.enumerated().sorted {
      ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset)
    }.map(\.element.dictionary)
  }

  /// Whether a key leads to what has the names of the weights without being them.
  private static func isBeside(_ key: String) -> Bool {
    let key = key.lowercased()
    return ["optim", "exp_avg", "momentum", "grad"].contains { key.contains($0) }
  }

  private static func rank(_ keys: [String]) -> Int {
    let ranks = keys.map { wrappers.firstIndex(of: $0) ?? wrappers.count }
    // The root is looked at after what it wraps by a usual name, before anything else.
    return keys.isEmpty ? wrappers.count : ranks.min() ?? wrappers.count
  }
}
