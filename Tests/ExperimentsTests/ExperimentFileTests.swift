import SelectiveKernels
import TestSupport
import Testing

@Suite("An experiment file")
struct ExperimentFileTests {
  private static func file(_ text: String) throws -> (ScratchFolder, String) {
    let folder = try ScratchFolder()
    return (folder, try folder.write(Array(text.utf8), to: "zoom.yaml"))
  }

  private static func zoom(_ path: String) throws -> ZoomExperiment {
    try #require(try ExperimentFile(contentsOfFile: path).experiment as? ZoomExperiment)
  }

  @Test("of the repository says the defaults, and every control that decides")
  func repository() throws {
    let path = Fixtures.repository.appending(path: "Experiments/zoom.yaml").path
    let experiment = try Self.zoom(path)
    let defaults = ZoomExperiment(images: [], out: "")
    #expect(experiment.scales == defaults.scales)
    #expect(experiment.model == defaults.model)
    #expect(
      experiment.controls == [.psf, .spectrum, .local, .scrambled, .surround, .noise, .gate])
    #expect(experiment.primary.units == ["SK_2_2", "SK_3_2", "SK_4_2"])
    #expect(experiment.primary.direction == defaults.primary.direction)
    #expect(experiment.images == [FilePath(Photographs.samples)])
    #expect(experiment.out == Fixtures.repository.appending(path: "runs/zoom").path)
  }

  @Test(
    "that is wrong is refused with the key and the line",
    arguments: [
      ("images: [a]\nout: b\nscale: [1, 2]\n", "zoom.yaml:3: 'scale'"),
      ("images: [a]\nout: b\nscales: [1, two]\n", "zoom.yaml:3: 'scales'"),
      ("images: [a]\nprotocol: zoom\nout: b\n", "zoom.yaml:2: 'protocol'"),
      ("images: [a]\nboxChoice: last\nout: b\n", "zoom.yaml:2: 'boxChoice'"),
      ("kind: dream\nimages: [a]\nout: b\n", "zoom.yaml:1: 'kind'"),
      ("images: [a]\nout: b\ncontrols: [hum]\n", "zoom.yaml:3: 'controls'"),
      ("images: [a]\nout: b\nlesions: all\n", "zoom.yaml:3: 'lesions'"),
      ("kind: lesion\nimages: [a]\nout: b\nlesions: [hum]\n", "zoom.yaml:4: 'lesions'"),
      ("images: [a]\nout: b\nseed: -1\n", "zoom.yaml:3: 'seed'"),
      ("images: [[a]]\nout: b\n", "zoom.yaml:1: 'images'"),
      ("images: [a]\nout: b\ndirection: up\n", "zoom.yaml:3: 'direction': 'up' is none of larger"),
      ("images: [a]\nout: b\nsmallestEffect: much\n", "zoom.yaml:3: 'smallestEffect'"),
      ("kind: lesion\nimages: [a]\nout: b\nprimary: [SK_2_2]\n", "zoom.yaml:4: 'primary'"),
      ("out: b\n", "'images' is missing"), ("images: [a]\n", "'out' is missing"),
      ("- a\n- b\n", "expected keys and values"), ("images: [a\n", "zoom.yaml"),
      ("", "is empty"), ("images: null\nout: b\n", "'images' is missing"),
      ("images: [a]\nout: b\nscale: null\n", "zoom.yaml:3: 'scale'"),
      ("images: [a, null]\nout: b\n", "zoom.yaml:1: 'images'"),
      ("images:\n\t- a\nout: b\n", "zoom.yaml:2: a tab stands"),
      ("images: [a]\nout: b\nseed: 18446744073709551616\n", "zoom.yaml:3: 'seed'"),
      ("images: [a]\nimages: [b]\nout: b\n", "'images' is given twice"),
    ])
  func refused(_ text: String, _ phrase: String) throws {
    let (folder, path) = try Self.file(text)
    let error = #expect(throws: ExperimentError.self) { try ExperimentFile(contentsOfFile: path) }
    #expect(error?.description.contains(phrase) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("\n") == false)
    withExtendedLifetime(folder) {}
  }

  @Test("says which of several boxes counts, and how large a photograph may be")
  func boxChoice() throws {
    let (folder, path) = try Self.file(
      "images: [a]\nout: b\nboxChoice: union\nmaximumMegapixels: 100\n")
    let experiment = try Self.zoom(path)
    #expect(experiment.boxChoice == .union)
    #expect(experiment.maximumMegapixels == 100)
    let defaults = ZoomExperiment(images: [], out: "")
    #expect(defaults.boxChoice == .largest)
    #expect(defaults.maximumMegapixels == DecodingLimits().maximumMegapixels)
    withExtendedLifetime(folder) {}
  }

  @Test("takes a key without a value for its default", arguments: ["null", "~", ""])
  func absent(_ value: String) throws {
    let (folder, path) = try Self.file(
      "images: [a]\nout: b\nsize: \(value)\nseed: \(value)\ncontrols: \(value)\nmodel: \(value)\n")
    let experiment = try Self.zoom(path)
    #expect(experiment == ZoomExperiment(images: experiment.images, out: experiment.out))
    let (other, quoted) = try Self.file("images: [a]\nout: b\nmodel: 'null'\n")
    #expect(try Self.zoom(quoted).model == "null")
    withExtendedLifetime((folder, other)) {}
  }

  @Test("takes every seed of 64 bits", arguments: [0, 1 << 53 + 1, UInt64(1) << 63, .max])
  func seeds(_ seed: UInt64) throws {
    let (folder, path) = try Self.file("images: [a]\nout: b\nseed: \(seed)\n")
    #expect(try Self.zoom(path).seed == seed)
    withExtendedLifetime(folder) {}
  }

  /// A few bytes that mean many.
  enum Bomb: CaseIterable {
    case key, flowKey, value, keyWithin, brackets, dashes, questions

    /// Aliases to aliases, of which each level has eight times as much as the one before.
    private static let levels = (1...20).map { level in
      let item = level == 1 ? "x" : "*a\(level - 1)"
      let items = Array(repeating: item, count: 8).joined(separator: ", ")
      return "  - &a\(level) [\(items)]\n"
    }.joined()

    var text: String {
      switch self {
      case .key: "images:\n\(Self.levels)? *a20\n: b\n"
      case .flowKey: "images:\n\(Self.levels)out: {*a20 : b}\n"
      case .value: "images:\n\(Self.levels)out: *a20\n"
      case .keyWithin: "images:\n\(Self.levels)? {k: *a20}\n: b\n"
      case .brackets: "images: " + String(repeating: "[", count: 100_000)
      case .dashes: "images:\n" + String(repeating: "- ", count: 100_000) + "a\n"
      case .questions: String(repeating: "? ", count: 100_000) + "a\n"
      }
    }
  }

  @Test(
    "of a few bytes that mean many is refused before they are counted out",
    arguments: Bomb.allCases)
  func bombs(_ bomb: Bomb) throws {
    let (folder, path) = try Self.file(bomb.text)
    for read in [
      { _ = try ExperimentFile(contentsOfFile: path) },
      { _ = try TrainingFile(contentsOfFile: path) },
      { _ = try AblationFile(contentsOfFile: path) },
    ] {
      let (time, error) = processorTime { #expect(throws: ExperimentError.self) { try read() } }
      #expect(error?.description.hasPrefix(path + ":") == true, "\(error?.description ?? "")")
      #expect(time < .seconds(5))
    }
    withExtendedLifetime(folder) {}
  }

  @Test("of a lesion experiment names its lesions, and no controls")
  func lesion() throws {
    let text = "kind: lesion\nimages: [a]\nout: b\nlesions: [uniform, frozen]\n"
    let (folder, path) = try Self.file(text)
    let experiment = try ExperimentFile(contentsOfFile: path).experiment
    #expect((experiment as? LesionExperiment)?.lesions == [.frozen, .uniform])
    let (other, wrong) = try Self.file(text + "controls: none\n")
    let error = #expect(throws: ExperimentError.self) { try ExperimentFile(contentsOfFile: wrong) }
    #expect(error?.description.contains("zoom.yaml:5: 'controls'") == true)
    withExtendedLifetime((folder, other)) {}
  }

  @Test("of fields names nodes, and noise where there are no photographs")
  func fields() throws {
    let text = "kind: fields\nmodel: sknet50\nout: b\nat: [SK_2_1]\nnoise: 4\nmeasure: squared\n"
    let (folder, path) = try Self.file(text)
    let experiment = try #require(
      try ExperimentFile(contentsOfFile: path).experiment as? FieldExperiment)
    #expect(experiment.model == "sknet50" && experiment.nodes == ["SK_2_1"])
    #expect(experiment.noise == 4 && experiment.measure == .squared && experiment.images.isEmpty)
    // What would change nothing, or is of another kind, is refused at its line.
    for (more, key) in [
      ("controls: none", "controls"), ("protocol: target", "protocol"), ("boxes: b.csv", "boxes"),
    ] {
      let (other, wrong) = try Self.file(text + more + "\n")
      let error = #expect(throws: ExperimentError.self) {
        try ExperimentFile(contentsOfFile: wrong)
      }
      #expect(error?.description.contains("zoom.yaml:7: '\(key)'") == true)
      withExtendedLifetime(other) {}
    }
    let (both, wrong) = try Self.file(text + "images: [a]\n")
    let error = #expect(throws: ExperimentError.self) { try ExperimentFile(contentsOfFile: wrong) }
    #expect(error?.description.contains("zoom.yaml:5: 'noise'") == true)
    withExtendedLifetime((folder, both)) {}
  }

  @Test(
    "says how pictures become the input",
    arguments: ["kind: zoom\nimages: [a]", "kind: fields\nmodel: a.onnx\nimages: [a]"])
  func input(_ kind: String) throws {
    let text =
      kind + "\nout: b\nmean: [1, 2, 3]\nstd: [4, 5, 6]\ncrop: 0.9\nchannels: bgr\nrange: 255\n"
    let expected = InputChoice(
      mean: [1, 2, 3], std: [4, 5, 6], crop: 0.9, channels: .bgr, range: .bytes)
    let (folder, path) = try Self.file(text)
    let experiment = try ExperimentFile(contentsOfFile: path).experiment
    #expect(
      ((experiment as? ZoomExperiment)?.input ?? (experiment as? FieldExperiment)?.input)
        == expected)
    withExtendedLifetime(folder) {}
  }

  @Test("of an ablation says so")
  func ablation() throws {
    let path = Fixtures.repository.appending(path: "Experiments/ablation-dilation.yaml").path
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let (folder, copy) = try Self.file("kind: ablation\n" + text)
    let experiment = try ExperimentFile(contentsOfFile: copy).experiment
    #expect((experiment as? AblationExperiment)?.variants.count ?? 0 > 1)
    #expect(try AblationFile(contentsOfFile: copy).experiment.variants.count > 1)
    withExtendedLifetime(folder) {}
  }
}
