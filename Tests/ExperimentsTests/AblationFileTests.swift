import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("An ablation file")
struct AblationFileTests {
  private func read(_ text: String, isFull: Bool = false) throws -> AblationExperiment {
    let folder = try ScratchFolder()
    let path = try folder.write(Array(text.utf8), to: "ablation.yaml")
    return try AblationFile(contentsOfFile: path, isFull: isFull).experiment
  }

  /// The catalogue's networks that the paper's tables 6 and 7 consist of, in the order of the files.
  private static let rows = [
    "dilation": [
      "sknet50-k3-k7", "sknet50", "sknet50-k3-k3", "sknet50-k3-5x5g64", "sknet50-k3-7x7g128",
    ],
    "kernels": [
      "resnext50", "sknet50-k5", "sknet50-k7", "sknet50-k3-k5-sum", "sknet50",
      "sknet50-k3-k7-sum", "sknet50-k3-k7", "sknet50-k5-k7-sum", "sknet50-k5-k7",
      "sknet50-k3-k5-k7-sum", "sknet50-k3-k5-k7",
    ],
  ]

  @Test(
    "of the repository is the paper's table in small, and in full", arguments: rows.keys.sorted())
  func papers(_ name: String) throws {
    let path = Fixtures.repository.appending(path: "Experiments/ablation-\(name).yaml").path
    let small = try AblationFile(contentsOfFile: path).experiment
    let full = try AblationFile(contentsOfFile: path, isFull: true).experiment
    let networks = try #require(Self.rows[name]).map { try Catalogue.entry(named: $0) }
    #expect(full.variants.map(\.architecture) == networks.map(\.architecture))
    #expect(full.training.preprocessing.size == 224 && full.training.recipe.epochs == 100)
    for (variant, network) in zip(full.variants, networks) {
      let printed = try #require(network.printed)
      #expect(variant.paper?.parameters == printed.parameterCount / 1e6, "\(variant.name)")
      #expect(variant.paper?.macs == printed.gigaMACs, "\(variant.name)")
    }
    #expect(small.variants.map(\.name) == full.variants.map(\.name))
    #expect(small.variants.map(\.paper) == full.variants.map(\.paper))
    #expect(
      small.variants.map { $0.architecture.branches.map(\.size) }
        == full.variants.map { $0.architecture.branches.map(\.size) })
    #expect(small.variants.map(\.architecture.gate) == full.variants.map(\.architecture.gate))
    #expect(small.reference == full.reference && small.seeds.count >= 3)
    #expect(small.training.preprocessing.size <= 40)
    let reference = try #require(full.variants.first { $0.name == full.reference })
    #expect(reference.architecture == (try Catalogue.entry(named: "sknet50").architecture))
  }

  @Test("of the repository varies how branches are joined")
  func fuse() throws {
    let path = Fixtures.repository.appending(path: "Experiments/ablation-fuse.yaml").path
    for isFull in [false, true] {
      let experiment = try AblationFile(contentsOfFile: path, isFull: isFull).experiment
      let networks = experiment.variants.map(\.architecture)
      #expect(Set(networks).count == networks.count && experiment.seeds.count >= 3)
      #expect(Set(networks.map(\.gate)) == [.softmax, .sigmoid, .sum])
      #expect(Set(networks.map(\.attentionScope)) == [nil, .shared, .position])
      #expect(Set(networks.map(\.reduction)).count > 1 && Set(networks.map(\.minimum)).count > 1)
      // Another r or L that leaves every d as it is would be the same network twice.
      let widths = networks.map { network in network.units.map(\.attentionWidth) }
      for (index, network) in networks.enumerated()
      where index > 0 && network.gate == .softmax && network.attentionScope == nil {
        #expect(!widths[..<index].contains(widths[index]), "\(experiment.variants[index].name)")
      }
    }
  }

  private static let beginning = """
    model: sknet26-tiny
    data: d
    out: o
    recipe: {epochs: 1, learningRate: 1}

    """

  @Test("has defaults that compare and show everything")
  func defaults() throws {
    let experiment = try read(Self.beginning + "variants: [{name: a}, {name: b, gate: sum}]\n")
    #expect(experiment.seeds == [1, 2, 3] && experiment.reference == "a")
    #expect(experiment.zoom == AblationExperiment.Zoom())
    #expect(experiment.variants[0].architecture == experiment.training.architecture)
    #expect(experiment.variants[1].architecture.gate == .sum)
    #expect(experiment.contrasts == nil)
    let planned = try read(
      Self.beginning + "variants: [{name: a}, {name: b}]\ncontrasts: [{of: b, minus: a}]\n"
        + "zoom: {primary: [SK_4_2], direction: either, smallestEffect: 0.01}\n")
    #expect(planned.contrasts == [.init("b", minus: "a")])
    #expect(
      planned.zoom?.primary
        == FamilyDeclaration(units: ["SK_4_2"], direction: .either, smallestEffects: [0.01]))
    let blind = try read(
      Self.beginning + "zoom: none\nreference: b\nvariants: [{name: a}, {name: b}]\n")
    #expect(blind.zoom == nil && blind.reference == "b")
  }

  @Test(
    "that is wrong is refused with the key and the line",
    arguments: [
      ("", "'variants' is missing"),
      ("variants: [{name: a}]\n", "ablation.yaml:5: 'variants': expected at least two"),
      ("variants: [{name: a}, {gate: sum}]\n", "'name' is missing"),
      ("variants: [{name: a}, {name: '+'}]\n", "'name': expected letters or digits"),
      ("variants: [{name: K3+K5}, {name: k3 k5}]\n", "'k3 k5': another one's name has the same"),
      ("variants: [{name: a}, {name: b, gates: sum}]\n", "'gates': unknown key"),
      (
        "variants: [{name: a}, {name: b, gate: none}]\n",
        "ablation.yaml:5: 'name': b: architecture, gate"
      ),
      (
        "zoom: none\nvariants: [{name: a}, {name: b}]\nfull: {}\nsizes: 3\n",
        "ablation.yaml:8: 'sizes': unknown key"
      ),
      ("variants: [{name: a}, {name: b}]\nreference: c\n", "'c' is none of the variants"),
      (
        "variants: [{name: a}, {name: b}]\ncontrasts: [{of: a, minus: c}]\n",
        "ablation.yaml:6: 'minus': 'c' is none of the variants"
      ),
      (
        "variants: [{name: a}, {name: b}]\ncontrasts: [{of: a, minus: a}]\n",
        "'minus': expected another variant than 'a'"
      ),
      ("variants: [{name: a}, {name: b}]\ncontrasts: [{of: a}]\n", "'minus' is missing"),
      ("variants: [{name: a}, {name: b}]\nseeds: [1, 1]\n", "'seeds': expected different numbers"),
      ("variants: [{name: a}, {name: b}]\nseed: 1\n", "'seed': unknown key"),
      ("variants: [{name: a}, {name: b}]\nzoom: some\n", "'zoom': expected 'none'"),
      (
        "variants: [{name: a}, {name: b}]\nzoom: {lesions: [x]}\n",
        "ablation.yaml:6: 'lesions': unknown lesion 'x'"
      ),
      (
        "variants: [{name: a}, {name: b}]\nzoom: {images: [x], pictures: 3}\n",
        "'pictures': is about validation pictures"
      ),
      (
        "variants: [{name: a, paper: {error: 200}}, {name: b}]\n",
        "ablation.yaml:5: 'error': expected 0.0 to 100.0, found 200.0"
      ),
    ])
  func refused(_ text: String, _ phrase: String) throws {
    let error = #expect(throws: ExperimentError.self) { try read(Self.beginning + text) }
    #expect(error?.description.contains(phrase) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("\n") == false)
  }

  @Test("that would give every variant a time instead of epochs is refused")
  func minutes() throws {
    let text = Self.beginning.replacing("epochs: 1", with: "minutes: 1")
    let error = #expect(throws: ExperimentError.self) {
      try read(text + "variants: [{name: a}, {name: b}]\n")
    }
    #expect(error?.description.contains("'recipe': expected 'epochs'") == true)
  }

  @Test("without 'full' has no full setting")
  func full() throws {
    let text = Self.beginning + "variants: [{name: a}, {name: b}]\n"
    let error = #expect(throws: ExperimentError.self) { try read(text, isFull: true) }
    #expect(error?.description.contains("has no 'full'") == true)
  }
}
