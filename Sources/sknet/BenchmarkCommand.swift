import ArgumentParser
import Experiments

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Images per second with all cores, beside the machine's own sgemm rate.",
    discussion: """
      Examples:
        sknet benchmark sknet50 --size 224
        sknet benchmark sknet50 --layers --json

      A catalogue model needs no weight file: its weights follow from a formula.
      """)

  @Argument(help: "A catalogue name or a weight file.", completion: .file())
  var model: String

  @Option(help: "Side of the input in pixels (default: the model's).")
  var size: Int?

  @Option(help: "Arithmetic: f32, bf16, or auto (bf16 where the processor has it).")
  var precision = ZoomExperiment.PrecisionChoice.f32

  @Option(help: "Hold the engine to portable, avx2 or avx512 (default: the best there is).")
  var instructionSet: String?

  @Option(help: "Threads (default: one a core).")
  var workers: Int?

  @Option(help: "Seconds for the network's rounds together.")
  var seconds = 5.0

  @Flag(help: "Print a table per layer with the implementation that was chosen.")
  var layers = false

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    try mappingErrors {
      let benchmark = try Benchmark(
        model: model, size: size, precision: precision, instructionSet: instructionSet,
        workers: workers, seconds: seconds, timesLayers: layers)
      print(json ? try benchmark.json() : benchmark.text)
    }
  }
}
