import Checkpoints
import Testing

/// One thing wrong with a model's file, and words that its error must contain.
struct ModelFault: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var words: String
  var metadata: @Sendable (inout [String: String]) throws -> Void = { _ in }
  var arrays: @Sendable (inout [NamedArray]) -> Void = { _ in }

  /// A fault in the architecture's JSON: one text replaced by another.
  private static func architecture(
    _ name: String, _ old: String, _ new: String, words: String
  ) -> ModelFault {
    replaced("architecture", name, old, new, words: words)
  }

  private static func replaced(
    _ key: String, _ name: String, _ old: String, _ new: String, words: String
  ) -> ModelFault {
    ModelFault(
      testDescription: name, words: words,
      metadata: { metadata in
        let text = metadata[key] ?? ""
        try #require(text.contains(old), "nothing to spoil in \(text)")
        metadata[key] = text.replacing(old, with: new)
      })
  }

  /// A fault in one tensor.
  private static func tensor(
    _ name: String, words: String, _ edit: @escaping @Sendable (inout [NamedArray]) -> Void
  ) -> ModelFault {
    ModelFault(testDescription: name, words: words, arrays: edit)
  }

  static let all: [ModelFault] = tensors + texts + architectures + preprocessings

  private static let tensors: [ModelFault] = [
    tensor("a missing tensor", words: "1 missing: stem.bn.bias") { arrays in
      arrays.removeAll { $0.name == "stem.bn.bias" }
    },
    tensor("many missing tensors", words: "missing: stem.conv.weight, stem.bn.weight") { arrays in
      arrays.removeAll { $0.name.hasPrefix("stem") }
    },
    tensor("an extra tensor", words: "1 unexpected: layer2.0.conv1.weight") { arrays in
      arrays.append(NamedArray("layer2.0.conv1.weight", shape: [1], floats: [0]))
    },
    tensor("an extra tensor with a name of many lines", words: "unexpected: a\\nb") { arrays in
      arrays.append(
        NamedArray("a\nb" + String(repeating: "x", count: 5000), shape: [0], floats: []))
    },
    tensor("a wrong shape", words: "classifier.bias expected [3], found [3, 1]") { arrays in
      for index in arrays.indices where arrays[index].name == "classifier.bias" {
        arrays[index].shape = [3, 1]
      }
    },
    tensor("a NaN", words: "tensor 'classifier.bias': value 1 is nan") { arrays in
      arrays.removeAll { $0.name == "classifier.bias" }
      arrays.append(NamedArray("classifier.bias", shape: [3], floats: [0, .nan, 0]))
    },
    tensor("an infinity", words: "tensor 'classifier.bias': value 2 is -inf") { arrays in
      arrays.removeAll { $0.name == "classifier.bias" }
      arrays.append(NamedArray("classifier.bias", shape: [3], floats: [0, 0, -.infinity]))
    },
    tensor("a double too large for a float", words: "value 0 is inf") { arrays in
      arrays.removeAll { $0.name == "classifier.bias" }
      arrays.append(NamedArray("classifier.bias", shape: [3], doubles: [1e300, 0, 0]))
    },
    tensor("a negative variance", words: "a variance of -0.5") { arrays in
      arrays.removeAll { $0.name == "stem.bn.running_var" }
      arrays.append(NamedArray("stem.bn.running_var", shape: [4], floats: [1, 0, -0.5, 1]))
    },
    tensor("integer weights", words: "expected F32, F16, BF16 or F64, found I64") { arrays in
      arrays.removeAll { $0.name == "classifier.bias" }
      arrays.append(NamedArray("classifier.bias", shape: [3], integers: [0, 0, 0]))
    },
  ]

  private static let texts: [ModelFault] = [
    ModelFault(
      testDescription: "no architecture", words: "metadata 'architecture': is missing",
      metadata: { $0["architecture"] = nil }),
    ModelFault(
      testDescription: "no preprocessing", words: "metadata 'input': is missing",
      metadata: { $0["input"] = nil }),
    ModelFault(
      testDescription: "text for an architecture", words: "cannot be read as JSON",
      metadata: { $0["architecture"] = "SKNet-50" }),
    ModelFault(
      testDescription: "nesting without end",
      words: "metadata 'architecture': cannot be read as JSON",
      metadata: { $0["architecture"] = String(repeating: "[", count: 1_000_000) }),
    ModelFault(
      testDescription: "too few classes", words: "metadata 'classes': expected 3 names, found 2",
      metadata: { $0["classes"] = #"["a","b"]"# }),
    ModelFault(
      testDescription: "classes that are numbers", words: "'0' has a value of the wrong type",
      metadata: { $0["classes"] = "[1,2,3]" }),
  ]

  private static let architectures: [ModelFault] = [
    architecture("another network", #""classes":3"#, #""classes":4"#, words: "expected 4 names"),
    architecture("a wider network", #""width":4"#, #""width":8"#, words: "wrongly shaped: stages"),
    architecture("an unknown key", #""block""#, #""deepStem":1,"block""#, words: "'deepStem' is"),
    architecture(
      "an unknown key inside", #""kernel":3,"p"#, #""kernel":3,"pad":1,"p"#, words: "'stem.pad' is"),
    architecture("a field missing", #""epsilon""#, #""e""#, words: "'epsilon' is missing"),
    architecture("a field as text", #""classes":3"#, #""classes":"3""#, words: "'classes' has"),
    architecture("an unknown gate", "softmax", "hardmax", words: "'gate' has a value"),
    architecture("two branches without a gate", #""gate":"softmax","#, "", words: "gate: expected"),
    architecture("an even kernel", #""kernel":3"#, #""kernel":4"#, words: "odd size, found 4"),
    architecture("no channels", #""channels":4"#, #""channels":0"#, words: "stem.channels"),
    architecture("a negative stride", #""stride":2"#, #""stride":-2"#, words: "stem.stride"),
    architecture("no units", #""units":1"#, #""units":0"#, words: "stages[0].units"),
    architecture(
      "units without end", #""units":1"#, #""units":9223372036854775807"#,
      words: "stages[0].units: expected 1 to 1024, found 9223372036854775807"),
    architecture(
      "a number too large", #""units":1"#, #""units":1e30"#, words: "cannot be read as JSON"),
    architecture("a reduction of zero", #""reduction":4"#, #""reduction":0"#, words: "reduction"),
    architecture("groups that do not divide", #""groups":2"#, #""groups":3"#, words: "3 groups"),
    architecture("an epsilon of zero", #""epsilon":1e-05"#, #""epsilon":0"#, words: "epsilon"),
    architecture(
      "no stages", #"[{"output":8,"stride":1,"units":1,"width":4}]"#, "[]",
      words: "stages (count)"),
    architecture(
      "a layer too large for memory", #""output":8,"stride":1,"units":1,"width":4"#,
      #""output":65536,"stride":1,"units":1,"width":65536"#, words: "more than the"),
  ]

  private static let preprocessings: [ModelFault] = [
    replaced("input", "a size of zero", #""size":16"#, #""size":0"#, words: "input.size"),
    replaced("input", "two means", "0.485,", "", words: "input.mean"),
    replaced("input", "a deviation of zero", "0.229", "0", words: "input.std"),
    replaced("input", "a crop above 1", #""crop":1"#, #""crop":1.5"#, words: "input.crop"),
    replaced("input", "an unknown order", "RGB", "GRB", words: "'channelOrder' has a value"),
  ]
}
