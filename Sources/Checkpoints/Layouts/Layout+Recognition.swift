import Networks
import Wording

extension Layout {
  /// Every layout that can be read; of timm's, those with the most marks first.
  static let all = [own] + timmLayouts + [pytorchInsight, syt2, simCLR, caffe]

  /// The first layout all of whose marks a file has.
  static func marked(in tensors: NamedTensors) -> Layout? {
    all.first { $0.marks.allSatisfy { tensors.shapes[$0] != nil } }
  }

  /// The first layout whose marks some names have, bare or all behind the same prefix, and what the
  /// prefixes are: a network may be part of another, `model.backbone.layer1…`, or there twice.
  static func search(_ names: some Collection<String>) -> (layout: Layout, prefixes: [String])? {
    let known = Set(names)
    for layout in all {
      guard let first = layout.marks.first else { continue }
      let prefixes = names.lazy.filter { $0.hasSuffix(first) }
        .map { String($0.dropLast(first.count)) }
        .filter { prefix in
          (prefix.isEmpty || prefix.hasSuffix("."))
            && layout.marks.allSatisfy { known.contains(prefix + $0) }
        }
      if !prefixes.isEmpty { return (layout, prefixes.sorted()) }
    }
    return nil
  }

  /// Finds whose layout a file has, from the names of its tensors.
  ///
  /// - Returns: The layout, and the network's tensors by its names.
  /// - Throws: `CheckpointError` that names the network if it is known but cannot be read, and says
  ///   why; otherwise one that shows the first names, or of several networks what they are behind.
  static func recognized(
    in tensors: NamedTensors
  ) throws(CheckpointError) -> (layout: Layout, tensors: NamedTensors) {
    let names = tensors.shapes.keys
    if let foreign = Unreadable.all.first(where: { names.contains(where: $0.isSign) }) {
      throw CheckpointError(
        file: tensors.path, place: "tensors",
        problem: "these are \(foreign.title), which cannot be read: \(foreign.reason)",
        advice: foreign.advice)
    }
    if let (layout, prefixes) = search(names) {
      if prefixes.count == 1 { return (layout, tensors.within(prefixes[0])) }
      throw CheckpointError(
        file: tensors.path, place: "tensors",
        problem: "hold \(counted(prefixes.count, "network")), behind "
          + listed(prefixes, of: prefixes.count),
        advice: "save the state dict of one of them alone")
    }
    throw CheckpointError(
      file: tensors.path, place: "tensors",
      problem: names.isEmpty
        ? "expected the weights of a network, found none"
        : "no known network has these names: " + listed(names.sorted().prefix(3), of: names.count),
      advice: tensors.partAdvice
        ?? "readable are selective-kernel networks of timm, syt2, PytorchInsight, SimCLRv2"
        + " and implus/SKNet, and files in this project's layout")
  }
}

/// The first of some foreign names between quotes.
func listed(_ names: some Collection<String>, of count: Int, first: Int = 3) -> String {
  names.prefix(first).map { "'\(abbreviated($0))'" }.joined(separator: ", ")
    + (count > first ? ", …" : "")
}

/// A network that is recognised in order to say why it cannot be read.
private struct Unreadable: Sendable {
  var title: String
  var reason: String
  var advice: String?
  /// Whether a tensor of this name belongs to it and to no readable network.
  var isSign: @Sendable (String) -> Bool

  static let all = [
    Unreadable(
      title: "the weights of pppLang/SKNet",
      reason: "its attention is built from linear layers; no trained weights were published for it"
    ) { $0.contains("stage_1.0.feas.0.") || $0.hasPrefix("feas.") },
    Unreadable(
      title: "the weights of Holocron's SKNet",
      reason: "it puts a sigmoid before the softmax, which is another function"
    ) { $0.contains(".path_convs.") },
    Unreadable(
      title: "weights written by MindSpore or TensorFlow",
      reason: "no layout with their names is known here", advice: "convert them to PyTorch first"
    ) { $0.hasSuffix(".moving_mean") || $0.hasSuffix(".moving_variance") },
  ]
}
