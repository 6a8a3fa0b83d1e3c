import Pictures

/// Which stimuli are made of every photograph; a value that fixes each of their pixels.
public struct StimulusSpecification: Hashable, Sendable {
  /// What lies behind an object that comes with transparency.
  public enum Background: Hashable, Sendable {
    /// Level 128 in every channel.
    case gray
    /// Independent uniform levels per pixel and channel, the same at every scale of a picture,
    /// seeded by the specification's seed and the picture's name.
    case noise
    /// The central square of another picture.
    case file(String)
  }

  /// What is enlarged.
  public let `protocol`: ZoomProtocol
  /// Linear factors of enlargement, ascending and distinct; at least 1 for `crop` and `retarget`, at most 1
  /// for `shrink`.
  public let scales: [Double]
  /// Side of a stimulus in pixels.
  public let size: Int
  /// Side of the view at scale 1 as a share of the picture's shorter side, above 0 and at most 1.
  public let crop: Double
  /// Controls made beside the zoom, in the order of `Control.allCases`.
  public let controls: [Control]
  /// Resampling filter.
  public let filter: Picture.Filter
  /// What lies behind transparent pixels.
  public let background: Background
  /// Seed of all that is random.
  public let seed: UInt64
  /// How many times the photograph's measured point spread the `psf` control matches.
  public let psfFactor: Double

  /// The largest `psfFactor`.
  public static let largestPSFFactor = 4.0
  /// The largest side of a stimulus.
  public static let maximumSize = 4096

  /// Checks and keeps the values.
  ///
  /// Scales and controls may come in any order.
  ///
  /// - Throws: `StimulusError.specification` that names the first value that makes no sense.
  public init(
    protocol: ZoomProtocol = .crop, scales: [Double], size: Int, crop: Double = 1,
    controls: [Control] = [], filter: Picture.Filter = .bicubic,
    background: Background = .gray, seed: UInt64 = 0, psfFactor: Double = 1
  ) throws(StimulusError) {
    func refuse(_ field: String, _ reason: String) -> StimulusError {
      .specification(field: field, reason: reason)
    }
    guard !scales.isEmpty else { throw refuse("scales", "there are none, expected at least one") }
    for (i, scale) in scales.enumerated() {
      guard scale.isFinite, scale > 0 else {
        throw refuse("scales", "\(scale) is not a positive number")
      }
      guard scale >= 1 / Double(Self.maximumSize) else {
        throw refuse(
          "scales", "\(scale) is below 1/\(Self.maximumSize), which leaves nothing to see")
      }
      if let reason = `protocol`.refusal(of: scale) { throw refuse("scales", reason) }
      guard !scales[..<i].contains(scale) else { throw refuse("scales", "\(scale) is given twice") }
    }
    guard (1...Self.maximumSize).contains(size) else {
      throw refuse("size", "\(size) is not within 1…\(Self.maximumSize) pixels")
    }
    guard crop > 0, crop <= 1 else { throw refuse("crop", "\(crop) is not above 0 and at most 1") }
    guard psfFactor > 0, psfFactor <= Self.largestPSFFactor else {
      throw refuse(
        "psfFactor", "\(psfFactor) is not above 0 and at most \(Self.largestPSFFactor)")
    }
    // Runs of before have the controls that they have.
    let known = `protocol`.controls(atScales: scales) + [.untrained]
    if let other = controls.first(where: { !known.contains($0) }) {
      throw refuse("controls", other.refusal(by: `protocol`, scales: scales))
    }
    self.protocol = `protocol`
    self.scales = scales.sorted()
    self.size = size
    self.crop = crop
    self.controls = Control.allCases.filter(controls.contains)
    self.filter = filter
    self.background = background
    self.seed = seed
    self.psfFactor = controls.contains(.psf) ? psfFactor : 1
  }

  /// The scale of the unzoomed picture, which the controls keep.
  public var smallestScale: Double { scales[0] }
}

extension StimulusSpecification: Codable {
  private enum Key: String, CodingKey {
    case `protocol`, scales, size, crop, controls, filter, background, seed, psfFactor, surround
  }

  /// Decodes and checks; values that came later have a default where they are missing.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    try self.init(
      protocol: values.decode(ZoomProtocol.self, forKey: .protocol),
      scales: values.decode([Double].self, forKey: .scales),
      size: values.decode(Int.self, forKey: .size),
      crop: values.decode(Double.self, forKey: .crop),
      controls: values.decode([Control].self, forKey: .controls),
      filter: values.decode(Picture.Filter.self, forKey: .filter),
      background: values.decode(Background.self, forKey: .background),
      seed: values.decode(UInt64.self, forKey: .seed),
      psfFactor: values.decodeIfPresent(Double.self, forKey: .psfFactor) ?? 1)
  }

  /// Encodes every value under its name; those that came later only where they change a pixel.
  ///
  /// `surround` says which of two definitions is meant: runs without the word have the first, whose
  /// place and smallest scale differ, and are not gone on with.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(`protocol`, forKey: .protocol)
    try values.encode(scales, forKey: .scales)
    try values.encode(size, forKey: .size)
    try values.encode(crop, forKey: .crop)
    try values.encode(controls, forKey: .controls)
    try values.encode(filter, forKey: .filter)
    try values.encode(background, forKey: .background)
    try values.encode(seed, forKey: .seed)
    if controls.contains(.psf) { try values.encode(psfFactor, forKey: .psfFactor) }
    if controls.contains(.surround) { try values.encode("fixed point", forKey: .surround) }
  }
}

extension StimulusSpecification.Background: Codable, CustomStringConvertible {
  /// `gray`, `noise`, or else the path of a picture.
  public init(_ text: String) {
    switch text {
    case "gray": self = .gray
    case "noise": self = .noise
    default: self = .file(text)
    }
  }

  /// The text that `init(_:)` reads.
  public var description: String {
    switch self {
    case .gray: "gray"
    case .noise: "noise"
    case .file(let path): path
    }
  }

  /// Decodes the text.
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }

  /// Encodes the text.
  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    try value.encode(description)
  }
}
