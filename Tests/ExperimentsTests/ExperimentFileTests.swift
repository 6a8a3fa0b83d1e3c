import SelectiveKernels
import TestSupport
import Testing

@Suite("An experiment file")
struct ExperimentFileTests {
  private static func file(_ text: String) throws -> (ScratchFolder, String) {
    let folder = try ScratchFolder()
    return (folder, try folder.write(Array(text.utf8), to: "zoom.yaml"))
  }

  @Test("of the repository says what the command line's defaults say")
  func repository() throws {
    let path = Fixtures.repository.appending(path: "Experiments/zoom.yaml").path
    let experiment = try ExperimentFile(contentsOfFile: path).experiment
    let defaults = ZoomExperiment(images: [], out: "")
    #expect(experiment.scales == defaults.scales)
    #expect(experiment.model == defaults.model)
    #expect(experiment.controls == defaults.controls)
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
      ("out: b\n", "'images' is missing"), ("images: [a]\n", "'out' is missing"),
      ("- a\n- b\n", "expected keys and values"), ("images: [a\n", "zoom.yaml"),
      ("", "is empty"),
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
    let experiment = try ExperimentFile(contentsOfFile: path).experiment
    #expect(experiment.boxChoice == .union)
    #expect(experiment.maximumMegapixels == 100)
    let defaults = ZoomExperiment(images: [], out: "")
    #expect(defaults.boxChoice == .largest)
    #expect(defaults.maximumMegapixels == DecodingLimits().maximumMegapixels)
    withExtendedLifetime(folder) {}
  }

  @Test("of a lesion experiment names its lesions, and no controls")
  func lesion() throws {
    let text = "kind: lesion\nimages: [a]\nout: b\nlesions: [uniform, frozen]\n"
    let (folder, path) = try Self.file(text)
    let file = try ExperimentFile(contentsOfFile: path)
    #expect(file.lesions == [.frozen, .uniform])
    let (other, wrong) = try Self.file(text + "controls: none\n")
    let error = #expect(throws: ExperimentError.self) { try ExperimentFile(contentsOfFile: wrong) }
    #expect(error?.description.contains("zoom.yaml:5: 'controls'") == true)
    withExtendedLifetime((folder, other)) {}
  }
}
