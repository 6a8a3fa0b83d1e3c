import ArgumentParser
import Experiments
import Files

struct AblateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ablate",
    abstract: "Train variants of a network side by side and compare them.",
    discussion: """
      Examples:
        sknet ablate Experiments/ablation-dilation.yaml
        sknet ablate Experiments/ablation-kernels.yaml --out ablation
        sknet ablate Experiments/ablation-dilation.yaml --full

      Every variant is trained from every seed, judged by the validation pictures
      and, where it has attention, put through the zoom with its controls and
      through lesions. The folder gets ablation.json, ablation.csv, ablation.md and
      figures/ablation.png: error with its interval over seeds, parameters,
      multiply-adds, slope per unit, and the paper's row beside them. The differences
      that the file plans under 'contrasts' (each other variant's from the reference,
      if it plans none) are judged with one deviation over all variants, with the
      smallest difference that so many seeds could have seen.

      With --shard k/n every n-th training is done, seeds being the outer loop; sknet
      merge joins the shards.

      The same command on an interrupted ablation goes on with it; on a finished one
      it prints it again. Variants and seeds may be added to the file later. With
      --full, what the file has under 'full' takes the place of its other keys: the
      paper's own network and data.
      """)

  @Argument(help: "The ablation, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
  var ablation: String

  @Option(help: "The ablation's folder, instead of the file's.", completion: .directory)
  var out: String?

  @Flag(help: "The paper's own setting: days on a large machine.")
  var full = false

  @Option(help: "Threads (default: one a core).")
  var workers: Int?

  @Option(help: "Largest picture that is decoded, in megapixels (default: 64).")
  var maxMegapixels: Double?

  @OptionGroup var sharding: ShardOptions
  @OptionGroup var memory: MemoryOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try mappingErrors {
      var experiment = try AblationFile(contentsOfFile: ablation, out: out, isFull: full).experiment
      experiment.workers = workers
      experiment.shard = sharding.shard
      if let maxMegapixels { experiment.training.maximumMegapixels = maxMegapixels }
      try RunPrinter(output: output).perform(experiment)
    }
  }
}
