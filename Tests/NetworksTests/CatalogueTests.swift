import Networks
import Testing

@Suite("Names of the catalogue")
struct CatalogueNameTests {
  @Test(
    "are forgiving",
    arguments: [
      ("SKNet-50", "sknet50"), ("sknet_50", "sknet50"), ("SKNet50", "sknet50"),
      ("skresnext50_32x4d", "sknet50"), ("ResNeXt-101 (32x4d)", "resnext101"),
      ("SENet 50", "senet50"), ("ResNeXt-50 (36×4d)", "resnext50-36x4d"),
      ("SKNet-50 K3", "resnext50"), ("sknet50_k3_k5", "sknet50"),
      ("SKNet-50-K3-7×7-G128", "sknet50-k3-7x7g128"), ("tiny", "sknet26-tiny"),
      ("SKNet26 Tiny", "sknet26-tiny"), ("ShuffleNetV2 1.0× + SK", "shufflenetv2-1.0x-sk"),
      ("shufflenet_v2_x0_5", "shufflenetv2-0.5x"),
    ])
  func forgiving(name: String, expected: String) throws {
    #expect(try Catalogue.entry(named: name).name == expected)
  }

  @Test(
    "that are wrong lead to the nearest ones",
    arguments: [
      ("sknet51", ["sknet50"]), ("resnexxt101", ["resnext101"]),
      ("SKNet-25", ["sknet26", "sknet29"]),
      ("perceptron", []), ("", []), (String(repeating: "x", count: 100), []),
    ])
  func nearest(name: String, expected: [String]) {
    let error = #expect(throws: Catalogue.UnknownName.self) {
      try Catalogue.entry(named: name)
    }
    #expect(error?.nearest == expected)
    // Without a guess, everything there is.
    for entry in expected.isEmpty
      ? Catalogue.entries.map(\.name) + Catalogue.graphEntries.map(\.name) : expected
    {
      #expect(error?.description.contains(entry) == true)
    }
  }

  @Test(
    "belong to networks that pass their own validation",
    arguments: Catalogue.entries.map(\.name))
  func valid(name: String) throws {
    let entry = try Catalogue.entry(named: name)
    try entry.architecture.validate()
    #expect(entry.name == name)
    #expect(try Catalogue.entry(named: entry.title) == entry)
  }

  @Test("lead each to a network of its own")
  func distinct() {
    #expect(Set(Catalogue.entries.map(\.architecture)).count == Catalogue.entries.count)
    #expect(Set(Catalogue.entries.map(\.name)).count == Catalogue.entries.count)
  }

  @Test(
    "of the ablations say what the branches are",
    arguments: Catalogue.entries.filter { $0.name.hasPrefix("sknet50-k") }.map(\.name))
  func ablations(name: String) throws {
    let architecture = try Catalogue.entry(named: name).architecture
    var parts = name.split(separator: "-").dropFirst()
    #expect((parts.last == "sum") == (architecture.gate == .sum))
    if parts.last == "sum" { parts.removeLast() }
    let written = architecture.branches.map { branch in
      branch.kernel == 3
        ? "k\(2 * branch.dilation + 1)" : "\(branch.kernel)x\(branch.kernel)g\(branch.groups)"
    }
    #expect(parts.map(String.init) == written)
    // All else is SKNet-50's.
    var common = architecture
    let original = try Catalogue.entry(named: "sknet50").architecture
    common.branches = original.branches
    common.gate = original.gate
    #expect(common == original)
  }
}
