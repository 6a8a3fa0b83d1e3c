import Foundation
import ArgumentParser
import Experiments
import Stimuli

extension ZoomExperiment.PrecisionChoice: ExpressibleByArgument {}
extension ZoomExperiment.Detail: ExpressibleByArgument {}
extension ZoomProtocol: ExpressibleByArgument {}

struct ZoomCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zoom",
    abstract: "Enlarge the target of every photograph and record which kernels are selected.",
    discussion: """
      Examples:
        sknet zoom photographs/ --out run
        sknet zoom cat.jpg dog.png --scales 1,1.5,2 --controls blur,spectrum --out run
        sknet zoom photographs/ --model skresnext50.safetensors --units 'SK_3_*' --out run
        sknet zoom photographs/ --protocol target --boxes boxes.csv --out run

      The same command on an interrupted run goes on with it; on a finished one it draws and prints
      it again. Results are the same to the bit for any --workers.
      """)

  @Argument(help: "Photographs (JPEG, PNG) and folders of them.", completion: .file())
  var images: [String]

  @Option(help: "A bundled model's name or a weight file.", completion: .file())
  var model = "sknet26-tiny"

  @Option(help: "Factors by which the target grows, separated by commas.")
  var scales = "1.0,1.25,1.5,1.75,2.0"

  @Option(
    name: .customLong("protocol"),
    help: "crop: the paper's, a central crop resized back; target: the target alone grows.")
  var zoomProtocol = ZoomProtocol.crop

  @Option(help: "Units to record, separated by commas; * stands for anything (default: all).")
  var units: String?

  @Option(
    help: "Targets: CSV lines file,xmin,ymin,xmax,ymax, or a file of Tiny ImageNet's boxes.",
    completion: .file())
  var boxes: String?

  @Option(help: "Behind pictures with transparency: gray, noise or an image file.")
  var background = "gray"

  @Option(help: "Controls: none, all, or of blur,spectrum,surround,untrained.")
  var controls = "all"

  @Option(help: "Side of the network's input in pixels (default: the model's).")
  var size: Int?

  @Option(help: "Arithmetic: f32, bf16, or auto (f32: attention shifts are finer than bf16).")
  var precision = ZoomExperiment.PrecisionChoice.auto

  @Option(help: "Hold the engine to portable, avx2 or avx512 (default: the best there is).")
  var instructionSet: String?

  @Option(help: "Seed of the bootstrap, the permutations and the controls.")
  var seed: UInt64 = 1

  @Option(help: "Threads (default: one a core). Results do not depend on it.")
  var workers: Int?

  @Option(help: "means, or channels: every channel's attention, for export.")
  var keep = ZoomExperiment.Detail.means

  @Option(help: "Photographs that figure 3 shows, by file name, separated by commas.")
  var examples: String?

  @Flag(help: "Count photographs whose crops have fewer pixels than the network's input.")
  var includeUndersampled = false

  @Option(help: "Largest photograph to decode, in millions of pixels.")
  var maxMegapixels = 200.0

  @Flag(help: "Throw an earlier run in the folder away and start over.")
  var fresh = false

  @Option(help: "The run's folder.", completion: .directory)
  var out: String

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !images.isEmpty else { throw ValidationError("no photographs are named") }
  }

  func run() throws {
    try mappingErrors {
      let experiment = ZoomExperiment(
        images: images, model: model, scales: try CommaList.numbers(scales, flag: "--scales"),
        zoomProtocol: zoomProtocol, controls: try Control.list(CommaList.words(controls)),
        units: CommaList.words(units ?? ""), boxes: boxes,
        background: StimulusSpecification.Background(background), size: size, precision: precision,
        instructionSet: instructionSet, seed: seed, workers: workers, keep: keep,
        examples: CommaList.words(examples ?? ""), includesUndersampled: includeUndersampled,
        maximumMegapixels: maxMegapixels, out: out, startsAfresh: fresh)
      try RunPrinter(output: output).perform(experiment)
    }
  }
}

/// Lists as they are typed: words between commas.
enum CommaList {
  static func words(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }

  static func numbers(_ text: String, flag: String) throws -> [Double] {
    try words(text).map {
      guard let number = Double($0) else {
        throw ExperimentError.usage("\(flag): '\($0)' is not a number")
      }
      return number
    }
  }
}
