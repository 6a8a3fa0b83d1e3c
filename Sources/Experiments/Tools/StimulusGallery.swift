import Engine
import Figures
import Files
import Foundation
import Observing
import Pictures
import Recording
import Stimuli
import SystemPackage

/// Every stimulus of some photographs as files, with contact sheets; no network is needed.
///
/// A folder for each photograph holds `CONTROL-SCALE.png`, that of the zoom `zoom-SCALE.png`. `gate` has no
/// stimuli of its own.
public struct StimulusGallery: Sendable {
  /// Rows of a contact sheet, unless a single photograph has more.
  private static let rowsPerSheet = 24

  /// What is made.
  public let specification: StimulusSpecification
  /// What lies in the photographs' folders and was not taken, in one line; nil if there is nothing.
  public let skipped: String?
  private let photographs: [ListedPhotograph]
  private let limits: DecodingLimits

  /// Asks for the stimuli of photographs.
  ///
  /// - Parameters:
  ///   - images: Files and folders, searched whole.
  ///   - specification: What is made of them.
  ///   - boxes: File or folder of the targets' boxes.
  ///   - boxChoice: Which box counts where a photograph has several.
  ///   - maximumMegapixels: Largest photograph that is decoded.
  /// - Throws: If there are no photographs, or the boxes cannot be read.
  public init(
    images: [FilePath], specification: StimulusSpecification, boxes: String? = nil,
    boxChoice: BoxChoice = .largest, maximumMegapixels: Double = 64
  ) throws {
    self.specification = specification
    (photographs, skipped) = try ListedPhotograph.list(images, boxes: boxes, choice: boxChoice)
    limits = DecodingLimits(maximumMegapixels: maximumMegapixels)
  }

  /// Asks for the stimuli of a recorded zoom or lesion run, made anew from its photographs.
  ///
  /// - Parameters:
  ///   - run: The run's folder.
  ///   - boxes: File or folder of the targets' boxes, which a run does not keep.
  ///   - boxChoice: Which box counts where a photograph has several.
  ///   - maximumMegapixels: Largest photograph that is decoded.
  /// - Throws: If the folder holds no such run, or the boxes are missing or others than the run's.
  public init(
    run: String, boxes: String? = nil, boxChoice: BoxChoice = .largest,
    maximumMegapixels: Double = 64
  ) throws {
    let opened = try RunFolder.open(run)
    guard let recorded = opened as? any ShowsStimuli, let shown = recorded.shown else {
      throw ExperimentError.failure(
        "\(run): holds \(type(of: opened).title), which shows no stimuli of photographs; name the"
          + " folder of a zoom")
    }
    let images = try recorded.store.images()
    specification = shown.stimuli
    limits = DecodingLimits(maximumMegapixels: maximumMegapixels)
    let boxes = try boxes.map {
      try TargetBoxes(
        contentsOf: FilePath($0), photographs: images.map(\.path), choice: boxChoice)
    }
    let photographs = images.map {
      ListedPhotograph(
        path: $0.path, sha256: $0.sha256.isEmpty ? nil : $0.sha256, target: boxes?[$0.path])
    }
    self.photographs = photographs
    skipped = nil
    switch (shown.boxes, boxes) {
    case (nil, nil): break
    case (nil, _?): throw ExperimentError.usage("--boxes: \(run) was recorded without boxes")
    case (_?, nil):
      throw ExperimentError.usage("\(run) was recorded with boxes; name their file by --boxes")
    case (let digest?, _?):
      guard ListedPhotograph.digest(of: photographs) == digest else {
        throw ExperimentError.usage("--boxes: are not the boxes that \(run) was recorded with")
      }
    }
  }

  /// Whether a folder holds a recorded run, rather than photographs.
  public static func isRun(_ folder: String) -> Bool {
    OutcomeStore.isIn(folder) || (try? RunStore.probe(folder)) == .run
  }

  /// Makes all stimuli and draws the sheets.
  ///
  /// - Parameters:
  ///   - folder: Where they go; must not be there, or be empty.
  ///   - workers: Threads; nil for one a core.
  ///   - progress: Told about every photograph.
  /// - Returns: The sheets' paths, and a line for each photograph that could not be used.
  /// - Throws: One-line errors naming the file, also where no photograph at all could be used.
  public func write(
    to folder: String, workers: Int? = nil, reporting progress: some RunProgress = NoProgress()
  ) throws -> (sheets: [String], failed: [String]) {
    if let skipped { progress.say(skipped) }
    try checkIsNew(folder)
    let maker = try StimulusMaker(specification, limits: limits)
    try makeFolder(folder)
    var sheets: [String] = []
    var failed: [String] = []
    var waiting: [ContactSheet.Photograph] = []
    func draw() throws {
      guard !waiting.isEmpty else { return }
      let sheet = ContactSheet(
        name: "contact-sheet-\(sheets.count + 1)",
        title: "Stimuli, \(specification.protocol.rawValue) protocol, \(specification.size) px",
        scales: specification.scales, photographs: waiting)
      let path = "\(folder)/\(sheet.name).png"
      try sheet.write(toFile: path, format: .png)
      sheets.append(path)
      waiting = []
    }
    progress.began(done: 0, total: photographs.count)
    try mapInOrder(
      count: photographs.count, workers: Machine.workers(workers), makeState: {},
      transform: { _, index -> Result<ContactSheet.Photograph, ExperimentError> in
        let stimuli: [Stimulus]
        do {
          stimuli = try self.stimuli(of: index, maker)
        } catch {
          return .failure(.failure("\(error)"))
        }
        return .success(try self.keep(stimuli, of: index, in: folder))
      },
      consume: { index, outcome in
        switch outcome {
        case .failure(let error): failed.append("\(error)")
        case .success(let photograph):
          let rows = waiting.reduce(0) { $0 + $1.rows.count }
          if rows > 0, rows + photograph.rows.count > Self.rowsPerSheet { try draw() }
          waiting.append(photograph)
        }
        progress.advanced(done: index + 1, total: photographs.count)
        return true
      })
    try draw()
    if let first = failed.first, failed.count == photographs.count {
      throw ExperimentError.failure("no photograph could be used; the first: \(first)")
    }
    return (sheets, failed)
  }

  private func stimuli(of index: Int, _ maker: StimulusMaker) throws -> [Stimulus] {
    try photographs[index].stimuli(by: maker, limits: limits)
  }

  /// Writes a photograph's stimuli, and gives them back as rows of a sheet.
  private func keep(
    _ stimuli: [Stimulus], of index: Int, in folder: String
  ) throws -> ContactSheet.Photograph {
    let place = "\(folder)/\(folderName(of: index))"
    try makeFolder(place)
    let size = specification.size
    for stimulus in stimuli {
      let kind = stimulus.control?.rawValue ?? "zoom"
      try Picture(width: size, height: size, pixels: stimulus.pixels)
        .writePNG(toFile: "\(place)/\(kind)-\(stimulus.scale).png")
    }
    let shown: [Control?] = [nil] + specification.controls.filter(\.hasStimuli)
    let rows = shown.map { control in
      ContactSheet.Row(
        label: control?.rawValue ?? "zoom",
        pictures: specification.scales.map { scale in
          stimuli.first { $0.control == control && $0.scale == scale }.map {
            StimulusImage(scale: scale, width: size, height: size, rgb: $0.pixels)
          }
        })
    }
    return ContactSheet.Photograph(title: photographs[index].path.text, rows: rows)
  }

  /// A photograph's number in the list and what letters and digits its file's name has.
  private func folderName(of index: Int) -> String {
    let width = "\(photographs.count)".count
    let number = String(repeating: "0", count: width - "\(index + 1)".count) + "\(index + 1)"
    let stem = photographs[index].path.stem ?? ""
    let plain = stem.unicodeScalars.prefix(60).map { scalar -> Character in
      let isPlain =
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      return isPlain ? Character(scalar) : "_"
    }
    return "\(number)-\(String(plain))"
  }
}
