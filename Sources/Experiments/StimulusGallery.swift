import Checkpoints
import Engine
import Figures
import Files
import Foundation
import Pictures
import Recording
import Stimuli

/// Every stimulus of some photographs as files, with contact sheets; no network is needed.
///
/// A folder for each photograph holds `CONTROL-SCALE.png`, that of the zoom `zoom-SCALE.png`. `gate` has no
/// stimuli of its own.
public struct StimulusGallery: Sendable {
  /// Rows of a contact sheet, unless a single photograph has more.
  private static let rowsPerSheet = 24

  /// What is made.
  public let specification: StimulusSpecification
  private let paths: [String]
  /// SHA-256 that a run recorded, by photograph; empty where there was none.
  private let recordedHashes: [String]
  private let boxes: TargetBoxes?
  private let limits: DecodingLimits

  /// Asks for the stimuli of photographs.
  ///
  /// - Parameters:
  ///   - images: Files and folders, searched whole.
  ///   - specification: What is made of them.
  ///   - boxes: File of the targets' boxes.
  ///   - maximumMegapixels: Largest photograph that is decoded.
  /// - Throws: If there are no photographs, or the boxes cannot be read.
  public init(
    images: [String], specification: StimulusSpecification, boxes: String? = nil,
    maximumMegapixels: Double = 200
  ) throws {
    paths = try ImageList(images).paths
    recordedHashes = paths.map { _ in "" }
    self.specification = specification
    self.boxes = try boxes.map { try TargetBoxes(contentsOfFile: $0) }
    limits = DecodingLimits(maximumMegapixels: maximumMegapixels)
  }

  /// Asks for the stimuli of a recorded zoom or lesion run, made anew from its photographs.
  ///
  /// - Parameters:
  ///   - run: The run's folder.
  ///   - boxes: File of the targets' boxes, which a run does not keep.
  ///   - maximumMegapixels: Largest photograph that is decoded.
  /// - Throws: If the folder holds no such run, or the boxes are missing or others than the run's.
  public init(run: String, boxes: String? = nil, maximumMegapixels: Double = 200) throws {
    if OutcomeStore.isIn(run) {
      throw ExperimentError.failure(
        "\(run): holds an ablation; name the folder of one of its zooms")
    }
    let store = try RunStore.recorded(in: run)
    let text = try store.description().specification
    let recorded = try store.decoded("specification") {
      try (try? LesionSpecification(json: text))?.zoom ?? RunSpecification(json: text)
    }
    let images = try store.images()
    paths = images.map(\.path)
    recordedHashes = images.map(\.sha256)
    specification = recorded.stimuli
    limits = DecodingLimits(maximumMegapixels: maximumMegapixels)
    self.boxes = try boxes.map { try TargetBoxes(contentsOfFile: $0) }
    switch (recorded.boxes, self.boxes) {
    case (nil, nil): break
    case (nil, _?): throw ExperimentError.usage("--boxes: \(run) was recorded without boxes")
    case (_?, nil):
      throw ExperimentError.usage("\(run) was recorded with boxes; name their file by --boxes")
    case (let digest?, let given?):
      guard try ZoomRequest.digest(of: given, paths: paths) == digest else {
        throw ExperimentError.usage("--boxes: are not the boxes that \(run) was recorded with")
      }
    }
  }

  /// Whether a folder holds a recorded run, rather than photographs.
  public static func isRun(_ folder: String) -> Bool {
    OutcomeStore.isIn(folder) || (try? RunStore.probe(folder, besides: RunFiles.all)) == .run
  }

  /// Makes all stimuli and draws the sheets.
  ///
  /// - Parameters:
  ///   - folder: Where they go; must not be there, or be empty.
  ///   - workers: Threads; nil for one a core.
  ///   - progress: Told about every photograph.
  /// - Returns: The sheets' paths, and a line for each photograph that could not be used.
  /// - Throws: One-line errors naming the file.
  public func write(
    to folder: String, workers: Int? = nil, reporting progress: some RunProgress = NoProgress()
  ) throws -> (sheets: [String], failed: [String]) {
    if FileManager.default.fileExists(atPath: folder) {
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
        throw ExperimentError.failure("\(folder): is no folder that can be read")
      }
      guard names.isEmpty else {
        throw ExperimentError.failure("\(folder): holds other files; choose another --out")
      }
    }
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
    progress.began(done: 0, total: paths.count)
    try mapInOrder(
      count: paths.count, workers: Machine.workers(workers), makeState: {},
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
        progress.advanced(done: index + 1, total: paths.count)
        return true
      })
    try draw()
    return (sheets, failed)
  }

  private func stimuli(of index: Int, _ maker: StimulusMaker) throws -> [Stimulus] {
    let path = paths[index]
    if !recordedHashes[index].isEmpty {
      guard try SHA256.hexDigest(ofFile: path) == recordedHashes[index] else {
        throw ExperimentError.failure("\(path): has changed since the run recorded it")
      }
    }
    let picture = try Picture(contentsOfFile: path, limits: limits)
    return try maker.stimuli(for: picture, target: boxes?[path], name: path)
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
    return ContactSheet.Photograph(title: paths[index], rows: rows)
  }

  /// A photograph's number in the list and what letters and digits its file's name has.
  private func folderName(of index: Int) -> String {
    let width = "\(paths.count)".count
    let number = String(repeating: "0", count: width - "\(index + 1)".count) + "\(index + 1)"
    let file = paths[index].split(separator: "/").last ?? ""
    let stem = file.lastIndex(of: ".").map { file[..<$0] } ?? file
    let plain = stem.unicodeScalars.prefix(60).map { scalar -> Character in
      let isPlain =
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      return isPlain ? Character(scalar) : "_"
    }
    return "\(number)-\(String(plain))"
  }
}
