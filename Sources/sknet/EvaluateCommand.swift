import ArgumentParser
import Experiments
import Files
import Observing

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Top-1 and top-5 accuracy over a folder of labelled photographs.",
    discussion: """
      Examples:
        sknet evaluate sknet26-tiny --data tiny-imagenet-200/val

      A photograph's class is its line in Tiny ImageNet's val_annotations.txt, the
      name of a folder that it lies in, or else the WNID_ (n01443537_) that its file
      name starts with. How many were told by which is said.
      """)

  @Argument(help: "A bundled model's name, a weight file or an ONNX file.", completion: .file())
  var model: String

  @Option(help: "The folder.", completion: .directory)
  var data: String

  @Option(help: "Side of the network's input in pixels (default: the model's).")
  var size: Int?

  @OptionGroup var input: InputOptions

  @Option(help: "Arithmetic: auto, f32 or bf16.")
  var precision = ZoomExperiment.PrecisionChoice.auto

  @Option(help: "Photographs with more megapixels than this fail unread.")
  var maxMegapixels: Double = 64

  @Option(help: "Threads (default: one a core).")
  var workers: Int?

  @OptionGroup var memory: MemoryOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let failed = try mappingErrors {
      let evaluation = try Evaluation(
        model: model, data: GivenPaths.path(data), input: input.choice(size: size),
        precision: precision, maximumMegapixels: maxMegapixels, workers: workers,
        reporting: ProgressBar(isQuiet: output.quiet))
      try StandardOutput.print(output.json ? evaluation.json() : evaluation.text)
      return evaluation.failed
    }
    if !failed.isEmpty {
      let bar = ProgressBar(isQuiet: output.quiet)
      for failure in failed { bar.warn("failed: \(failure)") }
      throw ExitCode.someImagesFailed
    }
  }
}
