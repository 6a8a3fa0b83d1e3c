import ArgumentParser
import Experiments
import Files
import Observing
import Stimuli

struct StimuliCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stimuli",
    abstract: "Write every stimulus of photographs or of a recorded run, with contact sheets.",
    discussion: """
      Examples:
        sknet stimuli photographs/ --out stimuli
        sknet stimuli cat.jpg --controls psf,local --scales 1,2 --size 64 --out stimuli
        sknet stimuli photographs/ --protocol target --boxes boxes.csv --out stimuli
        sknet stimuli runs/zoom --out stimuli

      No network is needed. A folder for each photograph holds zoom-1.0.png, psf-1.0.png
      and so forth; contact-sheet-1.png shows them side by side. A run's stimuli are made
      again from its photographs, which must lie where they lay; its boxes are asked for.
      """)

  @Argument(
    help: "Photographs (JPEG, PNG) and folders of them, or one recorded run's folder.",
    completion: .file())
  var sources: [String]

  @Option(
    name: .customLong("protocol"),
    help: "crop, target, retarget, aperture or shrink (default: crop).")
  var zoomProtocol: ZoomProtocol?

  @Option(
    help:
      "Factors by which the target grows, separated by commas (default: 1 to 2; shrink: 0.5 to 1).")
  var scales: String?

  @Option(
    help: "Controls: all that go with the protocol, usual, none, or their names (default: all).")
  var controls: String?

  @Option(help: "How many times the measured point spread psf matches (default: 1).")
  var psfFactor: Double?

  @Option(help: "Targets' boxes, a file or folder as zoom reads them.", completion: .file())
  var boxes: String?

  @Option(help: "Of several boxes in a photograph: largest, first, or union (around all of them).")
  var boxChoice = BoxChoice.largest

  @Option(
    help: "Behind pictures with transparency, and around apertures: gray, noise or an image file.")
  var background: String?

  @Option(help: "Side of a stimulus in pixels (default: 224).")
  var size: Int?

  @Option(help: "Side of the view at 1.0 as a share of the shorter side (default: 1).")
  var crop: Double?

  @Option(help: "Seed of the noises (default: 1).")
  var seed: UInt64?

  @Option(help: "Threads (default: one a core).")
  var workers: Int?

  @Option(help: "Largest photograph to decode, in millions of pixels.")
  var maxMegapixels = 64.0

  @Option(
    help: "The folder to write to; it must not be there, or be empty.", completion: .directory)
  var out: String

  @Flag(help: "Say nothing but errors.")
  var quiet = false

  func validate() throws {
    guard !sources.isEmpty else { throw ValidationError("no photographs and no run are named") }
  }

  func run() throws {
    let bar = ProgressBar(isQuiet: quiet)
    try mappingErrors {
      let (sheets, failed) = try gallery().write(to: out, workers: workers, reporting: bar)
      if !sheets.isEmpty { try StandardOutput.print(sheets.joined(separator: "\n")) }
      try bar.conclude("stimuli", out, [], failed: failed)
    }
  }

  private func gallery() throws -> StimulusGallery {
    if let run = sources.first(where: StimulusGallery.isRun) {
      guard sources.count == 1 else {
        throw ExperimentError.usage("\(run) holds a run; name it alone, or photographs")
      }
      let given: [(String, Bool)] = [
        ("--protocol", zoomProtocol != nil), ("--scales", scales != nil),
        ("--controls", controls != nil), ("--psf-factor", psfFactor != nil),
        ("--background", background != nil), ("--size", size != nil), ("--crop", crop != nil),
        ("--seed", seed != nil),
      ]
      if let (flag, _) = given.first(where: \.1) {
        throw ExperimentError.usage("\(flag): \(run) holds a run, which has its own")
      }
      return try StimulusGallery(
        run: run, boxes: boxes, boxChoice: boxChoice, maximumMegapixels: maxMegapixels)
    }
    let zoomProtocol = zoomProtocol ?? .crop
    let scales =
      try scales.map { try CommaList.numbers($0, flag: "--scales") } ?? zoomProtocol.usualScales
    let controls = try Control.list(
      controls.map(CommaList.words) ?? ["all"], protocol: zoomProtocol, scales: scales)
    let specification: StimulusSpecification
    do {
      specification = try StimulusSpecification(
        protocol: zoomProtocol, scales: scales, size: size ?? 224, crop: crop ?? 1,
        controls: controls, background: background.map { .init($0) } ?? .gray, seed: seed ?? 1,
        psfFactor: psfFactor ?? 1)
    } catch {
      throw ExperimentError.usage("\(error)")
    }
    return try StimulusGallery(
      images: GivenPaths.paths(sources), specification: specification, boxes: boxes,
      boxChoice: boxChoice, maximumMegapixels: maxMegapixels)
  }
}
