import Networks
import Testing

@Suite("Names of the catalogue")
struct CatalogueNameTests {
  @Test(
    "are forgiving",
    arguments: [
      ("SKNet-50", "sknet50"), ("sknet_50", "sknet50"), ("SKNet50", "sknet50"),
      ("skresnext50_32x4d", "sknet50"), ("ResNeXt-101 (32x4d)", "resnext101"),
      ("SENet 50", "senet50"), ("tiny", "sknet26-tiny"), ("SKNet26 Tiny", "sknet26-tiny"),
    ])
  func forgiving(name: String, expected: String) throws {
    #expect(try Catalogue.entry(named: name).name == expected)
  }

  @Test(
    "that are wrong lead to the nearest ones",
    arguments: [
      ("sknet51", ["sknet50"]), ("resnet101", ["resnext101"]), ("SKNet-25", ["sknet26"]),
      ("inception", []), ("", []), (String(repeating: "x", count: 100), []),
    ])
  func nearest(name: String, expected: [String]) {
    let error = #expect(throws: Catalogue.UnknownName.self) {
      try Catalogue.entry(named: name)
    }
    #expect(error?.nearest == expected)
    #expect(error?.description.contains("sknet101") == true)
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
}
