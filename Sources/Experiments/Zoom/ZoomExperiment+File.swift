import Observing
import Stimuli

extension ZoomExperiment {
  /// Reads a zoom from an experiment file; see `Experiments/zoom.yaml`.
  public init(_ keys: inout YAMLKeys, out: String?) throws {
    try self.init(sharedBy: &keys, out: out)
    controls = try keys.controls(of: zoomProtocol, scales: scales)
    if let value = try keys.number("psfFactor") { psfFactor = value }
    primary = try keys.family()
    if let value: Detail = try keys.choice("keep") { keep = value }
    if let value = try keys.strings("examples") { examples = value }
  }

  /// Reads what a lesion run is asked for too.
  init(sharedBy keys: inout YAMLKeys, out: String?) throws {
    guard let images = try keys.images() else { throw keys.missing("images") }
    self.init(images: images, out: try keys.folder(out))
    if let value = try keys.model() { model = value }
    if let value: ZoomProtocol = try keys.choice("protocol") { zoomProtocol = value }
    scales = try keys.numbers("scales") ?? zoomProtocol.usualScales
    if let value = try keys.strings("units") { units = value }
    if let value = try keys.string("boxes") { boxes = keys.resolved(value) }
    if let value: BoxChoice = try keys.choice("boxChoice") { boxChoice = value }
    if let value = try keys.string("background") {
      background =
        switch StimulusSpecification.Background(value) {
        case .file(let path): .file(keys.resolved(path))
        case let named: named
        }
    }
    size = try keys.integer("size")
    input = try keys.input()
    if let value: PrecisionChoice = try keys.choice("precision") { precision = value }
    instructionSet = try keys.string("instructionSet")
    if let value = try keys.seed("seed") { seed = value }
    analysisSeed = try keys.seed("analysisSeed")
    workers = try keys.integer("workers")
    if let value = try keys.boolean("includeUndersampled") { includesUndersampled = value }
    if let value = try keys.number("maximumMegapixels") { maximumMegapixels = value }
  }
}
