import ArgumentParser
import Experiments
import Files
import Observing

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Images per second with all cores, beside the machine's own sgemm rate.",
    discussion: """
      Examples:
        sknet benchmark sknet50 --size 224
        sknet benchmark sknet50 --layers --json
        sknet benchmark sknet26-tiny --training --batch 128
        sknet benchmark resnet50.onnx --gradients

      A catalogue model needs no weight file: its weights follow from a formula.
      """)

  @Argument(help: "A catalogue name or a weight file.", completion: .file())
  var model: String

  @Option(help: "Side of the input in pixels (default: the model's).")
  var size: Int?

  @Option(help: "Arithmetic: f32, bf16, or auto (f32).")
  var precision = ZoomExperiment.PrecisionChoice.f32

  @Option(help: "Hold the engine to portable, avx2 or avx512 (default: the best there is).")
  var instructionSet: String?

  @Option(help: "Threads (default: one a core).")
  var workers: Int?

  @Option(help: "Seconds for the network's rounds together.")
  var seconds = 5.0

  @Flag(help: "Print a table per layer, or with --training of a step's parts.")
  var layers = false

  @Flag(help: "Time training steps instead: forwards, backwards, descent.")
  var training = false

  @Flag(help: "Time gradients with respect to the picture instead, as `fields` takes them.")
  var gradients = false

  @Option(help: "Nodes or units of --gradients, by commas (default: the last of each stage).")
  var at = ""

  @Option(help: "Pictures of a training step (default: 32).")
  var batch: Int?

  @OptionGroup var memory: MemoryOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    try mappingErrors {
      guard !training else { return try runTraining() }
      guard batch == nil else {
        throw ExperimentError.usage("--batch goes with --training")
      }
      guard !gradients else { return try runGradients() }
      guard at.isEmpty else { throw ExperimentError.usage("--at goes with --gradients") }
      let benchmark = try Benchmark(
        model: model, size: size, precision: precision, instructionSet: instructionSet,
        workers: workers, seconds: seconds, timesLayers: layers)
      try StandardOutput.print(json ? benchmark.json() : benchmark.text)
    }
  }

  private func runGradients() throws {
    guard !layers, precision != .bf16 else {
      throw ExperimentError.usage("--gradients are of float32, and have no table of layers")
    }
    let benchmark = try GradientBenchmark(
      model: model, nodes: CommaList.words(at), size: size,
      instructionSet: instructionSet, workers: workers, seconds: seconds)
    try StandardOutput.print(json ? benchmark.json() : benchmark.text)
  }

  private func runTraining() throws {
    guard !gradients, at.isEmpty else {
      throw ExperimentError.usage("--gradients does not go with --training")
    }
    let benchmark = try TrainingBenchmark(
      model: model, size: size, batch: batch ?? 32, precision: precision,
      instructionSet: instructionSet, workers: workers, seconds: seconds, timesParts: layers)
    try StandardOutput.print(json ? benchmark.json() : benchmark.text)
  }
}
