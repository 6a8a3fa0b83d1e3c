import ArgumentParser
import Experiments

extension ExportFormat: ExpressibleByArgument {}

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write what a run recorded as CSV, npz or safetensors.",
    discussion: """
      Examples:
        sknet export run --to npz --out run.npz
        sknet export run --to csv --out run.csv

      Arrays of a zoom: attention.SK_2_1 … [images, scales, M, C] (means: [images,
      scales, M]), logits [images, scales, classes], control.NAME.… the same; what a
      control lacks is NaN. Of a lesion run: logits of the intact network,
      lesion.NAME.PLACE.logits of each lesion (lesion.frozen.SK_3_2.logits,
      lesion.mean.stages_2-3.logits; of the matrix lesion.scale-1.5.stages_2-5.logits),
      primary_lesions, primary_measures, bounds (of measures), frozen_scale,
      reverse_scale, counted. What the headline rests on goes with a zoom:
      counted and undersampled [images], branch_sizes, primary, smallest_effects,
      direction, deciding_controls, deciding_roles. Images are in the order of their paths.

      Of fields: map.NODE.SCALE and error.NODE.SCALE, spread.NODE [images, scales,
      terms], replknet.NODE and openerf.NODE with their numbers. Of tuning: channels.NODE
      [units], discs.NODE, held.NODE and annuli.NODE of those; of all channels
      properties.NODE [channels, properties] as Brain-Score names them, search.NODE
      [waves, phases, channels] and blank.NODE [channels] as the network answered, with
      wave_orientations and wave_frequencies.
      """)

  @Argument(help: "The run's folder.", completion: .directory)
  var folder: String

  @Option(help: "csv, npz or safetensors.")
  var to: ExportFormat

  @Option(help: "The file to write.", completion: .file())
  var out: String

  func run() throws {
    try mappingErrors {
      try RunFolder.open(folder).export(to, toFile: out)
    }
  }
}
