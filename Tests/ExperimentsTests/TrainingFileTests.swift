import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("A training file")
struct TrainingFileTests {
  private func read(_ text: String) throws -> TrainingExperiment {
    let folder = try ScratchFolder()
    let path = try folder.write(Array(text.utf8), to: "train.yaml")
    return try TrainingFile(contentsOfFile: path).experiment
  }

  @Test("of the repository describes the bundled model")
  func repository() throws {
    let path = Fixtures.repository.appending(path: "Experiments/train-tiny.yaml").path
    let experiment = try TrainingFile(contentsOfFile: path).experiment
    #expect(experiment.architecture == (try Catalogue.entry(named: "sknet26-tiny").architecture))
    #expect(experiment.preprocessing == Preprocessing(size: 64))
    #expect(experiment.recipe.epochs == 27.104 && experiment.recipe.keepsAverage)
  }

  @Test("is read to the last key")
  func everything() throws {
    let experiment = try read(
      """
      name: mine
      model: {base: sknet50, units: [1, 1, 1, 1], gate: sum, reduction: 8}
      data: {folder: a/b, validation: ../v, classes: [x, y], perClass: 9, heldOut: 0.2, memory: 5}
      input: {crop: 0.875, mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2], interpolation: bilinear}
      recipe:
        batch: 16
        accumulate: 2
        epochs: 2.5
        learningRate: 0.1
        schedule: step
        warmUp: 1 epoch
        drops: [2 epochs, 90 %]
        dropFactor: 0.5
        momentum: 0.8
        nesterov: false
        weightDecay: 0.01
        decayVectors: true
        labelSmoothing: 0.2
        average: 0.99
        zeroLastNorm: true
        precision: bf16
        validateEvery: 3
        checkpointMinutes: 4
        size: 128
        augmentation:
          area: [0.2, 1]
          aspect: [0.5, 2]
          padding: 4
          flip: true
          brightness: 0.1
          contrast: 0.2
          saturation: 0.3
      seed: 7
      out: runs/x
      """)
    var expected = TrainingExperiment(
      name: "mine", architecture: try Catalogue.entry(named: "sknet50").architecture,
      preprocessing: Preprocessing(
        size: 128, mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2], crop: 0.875,
        interpolation: .bilinear), data: "",
      recipe: TrainingRecipe(
        batch: 16, accumulate: 2, epochs: 2.5,
        rate: RateSchedule(
          shape: .step, peak: 0.1, warmUp: .epochs(1), drops: [.epochs(2), .percent(90)],
          dropFactor: 0.5),
        sizes: SizeSchedule([.init(size: 128)]),
        optimizer: Optimizer(
          momentum: 0.8, isNesterov: false, weightDecay: 0.01, decaysVectors: true,
          averageDecay: 0.99),
        keepsAverage: true, labelSmoothing: 0.2, zeroesLastNorm: true,
        augmentation: Augmentation(
          area: 0.2...1, aspect: 0.5...2, padding: 4, flips: true, brightness: 0.1, contrast: 0.2,
          saturation: 0.3), validateEvery: 3, precision: .bf16), out: "")
    for index in 0..<4 { expected.architecture.stages[index].units = 1 }
    expected.architecture.gate = .sum
    expected.architecture.reduction = 8
    expected.selection = DataSelection(classes: ["x", "y"], perClass: 9, heldOut: 0.2)
    expected.memoryInMegabytes = 5
    expected.seed = 7
    expected.checkpointMinutes = 4
    // Paths are relative to the file, whose folder is the test's own.
    #expect(experiment.data.hasSuffix("/a/b") && experiment.out.hasSuffix("/runs/x"))
    #expect(experiment.validation?.hasSuffix("/v") == true)
    expected.data = experiment.data
    expected.out = experiment.out
    expected.validation = experiment.validation
    #expect(experiment == expected)
  }

  @Test("trains in float32 where it says nothing else", arguments: ["", ", precision: auto"])
  func precision(_ more: String) throws {
    let experiment = try read(
      "model: sknet50\ndata: d\nout: o\nrecipe: {epochs: 1, learningRate: 1\(more)}\n")
    #expect(experiment.recipe.precision == .f32)
  }

  @Test("of before there was a choice of precision has recorded float32")
  func oldRecipe() throws {
    let recipe = TrainingRecipe(
      rate: RateSchedule(shape: .cosine, peak: 1), sizes: SizeSchedule([.init(size: 8)]))
    var recorded = try #require(
      JSONSerialization.jsonObject(with: JSONEncoder().encode(recipe)) as? [String: Any])
    #expect(recorded.removeValue(forKey: "precision") as? String == "f32")
    let old = try JSONSerialization.data(withJSONObject: recorded)
    #expect(try JSONDecoder().decode(TrainingRecipe.self, from: old) == recipe)
  }

  private static let recipe = "recipe: {epochs: 1, learningRate: 1}\n"

  @Test(
    "that is wrong is refused with the key and the line",
    arguments: [
      ("data: d\nout: o\n" + recipe, "'model' is missing"),
      ("model: sknet51\ndata: d\nout: o\n" + recipe, "train.yaml:1: 'model': no network is called"),
      ("model: {units: [1]}\ndata: d\nout: o\n" + recipe, "train.yaml:1: 'model': its 'base'"),
      (
        "model:\n  base: sknet50\n  unit: 3\ndata: d\nout: o\n" + recipe,
        "train.yaml:3: 'unit': unknown key"
      ),
      (
        "model: {base: sknet50, units: [1, 2]}\ndata: d\nout: o\n" + recipe,
        "units: expected 4 numbers, one for each stage, found 2"
      ),
      (
        "model: {base: sknet50, widths: [100, 2, 2, 2]}\ndata: d\nout: o\n" + recipe,
        "train.yaml:1: 'model': architecture, stages[0].width"
      ),
      ("model: sknet50\nout: o\n" + recipe, "'data' is missing"),
      ("model: sknet50\ndata: {perClass: 3}\nout: o\n" + recipe, "its 'folder' is missing"),
      ("model: sknet50\ndata: d\n" + recipe, "'out' is missing"),
      ("model: sknet50\ndata: d\nout: o\n", "'recipe' is missing"),
      (
        "model: sknet50\ndata: d\nout: o\nrecipe: {learningRate: 1}\n",
        "expected either 'epochs' or 'minutes'"
      ),
      ("model: sknet50\ndata: d\nout: o\nrecipe: {epochs: 1}\n", "'learningRate' is missing"),
      (
        "model: sknet50\ndata: d\nout: o\nrecipe:\n  epochs: 1\n  learningRate: 1\n  warmUp: 5\n",
        "train.yaml:7: 'warmUp': expected a span such as '5 epochs' or '15 %', found '5'"
      ),
      (
        "model: sknet50\ndata: d\nout: o\nrecipe:\n  epochs: 1\n  learningRate: 1\n  batch: 1\n",
        "train.yaml:7: 'batch': expected 2 to 65536, found 1"
      ),
      (
        "model: sknet50\ndata: d\nout: o\nrecipe:\n  epochs: 1\n  learningRate: 1\n"
          + "  augmentation: {area: [1, 0.5]}\n", "train.yaml:7: 'area': expected two ascending"
      ),
      (
        "model: sknet50\ndata: d\nout: o\nrecipe:\n  epochs: 1\n  learningRate: 1\n"
          + "  sizes: [{size: 32}, {size: 64}]\n", "train.yaml:7: 'size': its 'for' is missing"
      ),
      (
        "model: sknet50\ndata: d\nout: o\nrecipe:\n  epochs: 1\n  learningRate: 1\n"
          + "  schedule: up\n", "train.yaml:7: 'schedule': 'up' is none of step, cosine, oneCycle"
      ),
      (
        "model: sknet50\ndata: d\nout: o\ninput: {std: [0, 1, 1]}\n" + recipe,
        "train.yaml:4: 'input': architecture, input.std"
      ),
    ])
  func refused(_ text: String, _ phrase: String) throws {
    let error = #expect(throws: ExperimentError.self) { try read(text) }
    #expect(error?.description.contains(phrase) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("\n") == false)
  }

  @Test("makes other networks of a base")
  func edits() throws {
    let base = try Catalogue.entry(named: "sknet26-tiny").architecture
    var edits = ArchitectureEdits()
    #expect(try edits.applied(to: base) == base)
    edits.units = [1, 2, 1]
    edits.widths = [32, 64, 128]
    edits.outputs = [64, 128, 256]
    edits.strides = [1, 2, 2]
    edits.branches = [.init(kernel: 3, dilation: 1, groups: 8)]
    edits.squeezeExcitation = 16
    edits.stem = .init(kernel: 5, pool: .padded)
    edits.classes = 7
    let network = try edits.applied(to: base)
    #expect(
      network
        == Architecture(
          stem: .init(kernel: 5, stride: 2, channels: 32, pool: .padded),
          stages: [
            .init(units: 1, width: 32, output: 64, stride: 1),
            .init(units: 2, width: 64, output: 128, stride: 2),
            .init(units: 1, width: 128, output: 256, stride: 2),
          ], branches: [.init(kernel: 3, dilation: 1, groups: 8)], gate: nil,
          squeezeExcitation: .init(reduction: 16), classes: 7))
    edits.branches = [
      .init(kernel: 3, dilation: 1, groups: 8), .init(kernel: 5, dilation: 1, groups: 8),
    ]
    edits.gate = .ungated
    #expect(throws: ArchitectureError.self) { try edits.applied(to: base) }
    edits.gate = nil
    edits.stem?.hidden = [16, 24]
    edits.shortcutPool = .average
    let deep = try edits.applied(to: base)
    #expect(deep.stem.hidden == [16, 24] && deep.shortcutPool == .average)
    let text = try JSONEncoder().encode(edits)
    #expect(try JSONDecoder().decode(ArchitectureEdits.self, from: text) == edits)
  }
}
