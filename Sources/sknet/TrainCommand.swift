import ArgumentParser
import Experiments
import Files
import TrainingRuns

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a network as an experiment file says.",
    discussion: """
      Examples:
        sknet train Experiments/train-tiny.yaml
        sknet train Experiments/train-tiny.yaml --minutes 90 --out run
        sknet train Experiments/train-tiny.yaml --out run --resume

      The folder gets best.safetensors and last.safetensors, models for every other command;
      checkpoint.safetensors, from which a killed training goes on to the same bits; log.csv; and
      training-curve.png. Data sets are told from what their folder holds: a folder of pictures for
      each class (in train and val, or without validation pictures), Tiny ImageNet, or the binary
      files of CIFAR-10 or CIFAR-100. Paths in the file are relative to it; unknown keys are errors.

      With minutes instead of epochs, a few steps are measured first; the number of steps that fit
      is then fixed, so that the outcome does not depend on how fast the rest of the run is.
      """)

  @Argument(help: "The training, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
  var training: String

  @Option(help: "The run's folder, instead of the file's.", completion: .directory)
  var out: String?

  @Flag(help: "Go on with the training in the folder, if there is one.")
  var resume = false

  @Option(help: "Fit the training into so many minutes, instead of the file's length.")
  var minutes: Double?

  @Option(help: "Threads (default: one a core).")
  var workers: Int?

  @Option(help: "Largest picture that is decoded, in megapixels (default: 64).")
  var maxMegapixels: Double?

  @OptionGroup var memory: MemoryOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let bar = ProgressBar(isQuiet: output.quiet)
    try mappingErrors {
      var experiment = try TrainingFile(contentsOfFile: training, out: out).experiment
      if let minutes { try experiment.fit(intoMinutes: minutes) }
      experiment.workers = workers
      if let maxMegapixels { experiment.maximumMegapixels = maxMegapixels }
      experiment.resumes = resume
      let outcome = try TrainingRun(experiment).perform(reporting: bar)
      try StandardOutput.print(output.json ? outcome.results.json() : outcome.text)
      try bar.conclude("run folder", outcome.folder, outcome.files, failed: outcome.results.failed)
    }
  }
}
