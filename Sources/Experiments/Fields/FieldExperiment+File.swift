import Analysis
import Stimuli
import SystemPackage

extension FieldExperiment {
  /// Reads a fields experiment from an experiment file; without `images` the network is shown noise.
  public init(_ keys: inout YAMLKeys, out: String?) throws {
    guard let model = try keys.model() else { throw keys.missing("model") }
    self.init(model: model, images: try keys.images() ?? [], out: try keys.folder(out))
    if images.isEmpty {
      for key in ["scales", "protocol", "boxes", "boxChoice"] where keys.has(key) {
        throw keys.error(key, "goes with images, and none are named")
      }
    } else if keys.has("noise") {
      throw keys.error("noise", "images are named, so no noise is shown")
    }
    if let value = try keys.strings("at") { nodes = value }
    if let value: ZoomProtocol = try keys.choice("protocol") { zoomProtocol = value }
    scales = try keys.numbers("scales") ?? Self.usualScales(zoomProtocol)
    if let value = try keys.string("boxes") { boxes = keys.resolved(value) }
    if let value: BoxChoice = try keys.choice("boxChoice") { boxChoice = value }
    if let value: FieldMap.Measure = try keys.choice("measure") { measure = value }
    if let value = try keys.integer("positions", in: 1...1_000_000) { positions = value }
    channel = try keys.integer("channel", in: 0...1_000_000)
    if let value = try keys.integer("noise", in: Self.noiseCounts) { noise = value }
    size = try keys.integer("size")
    input = try keys.input()
    if let value = try keys.seed("seed") { seed = value }
    analysisSeed = try keys.seed("analysisSeed")
    if try keys.boolean("nulls") ?? false {
      var nulls = AskedNulls()
      if let value = try keys.integer("nullSeeds", in: 0...100) { nulls.seeds = value }
      nulls.sizes = try keys.integers(
        "nullSizes", in: 1...StimulusSpecification.maximumSize)
      nulls.others = try keys.strings("others")?.map { FilePath(keys.resolved($0)) } ?? []
      nulls.controls = try keys.list("controls") {
        try Control.list($0, protocol: zoomProtocol, scales: scales)
      }
      self.nulls = nulls
    }
    instructionSet = try keys.string("instructionSet")
    workers = try keys.integer("workers")
    if let value = try keys.number("maximumMegapixels") { maximumMegapixels = value }
  }
}
