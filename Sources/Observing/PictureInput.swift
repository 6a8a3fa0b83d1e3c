import Networks
import Pictures
import Stimuli

/// The first half of a picture's way: decode → stimuli → normalise.
package struct PictureInput: Sendable {
  private let maker: StimulusMaker
  private let limits: DecodingLimits
  private let normalization: InputNormalization

  /// - Parameters:
  ///   - maker: Makes the stimuli.
  ///   - limits: What photographs may be decoded.
  ///   - preprocessing: How pixels become the network's input.
  package init(maker: StimulusMaker, limits: DecodingLimits, preprocessing: Preprocessing) {
    self.maker = maker
    self.limits = limits
    normalization = InputNormalization(preprocessing)
  }

  /// A picture as networks are judged by: its view at scale 1, no controls.
  ///
  /// - Throws: `StimulusError` if the preprocessing makes no sense.
  package init(
    judging preprocessing: Preprocessing, side: Int, limits: DecodingLimits = DecodingLimits()
  ) throws {
    let specification = try StimulusSpecification(
      protocol: .crop, scales: [1], size: side, crop: preprocessing.crop, controls: [],
      filter: .init(preprocessing.interpolation), background: .gray, seed: 0)
    self.init(
      maker: try StimulusMaker(specification), limits: limits, preprocessing: preprocessing)
  }

  /// A photograph's stimuli, of the bytes that were listed.
  ///
  /// - Throws: `PictureError` if it cannot be read, or is another picture than it was; `StimulusError`.
  package func stimuli(of photograph: ListedPhotograph) throws -> [Stimulus] {
    try photograph.stimuli(by: maker, limits: limits)
  }

  /// The stimuli of a picture that is decoded already.
  package func stimuli(of picture: Picture, named name: String) throws -> [Stimulus] {
    try maker.stimuli(for: picture, name: name)
  }

  /// Fills an input `[3, H, W]` with a stimulus, normalised.
  package func fill(_ input: inout [Float], with stimulus: Stimulus) {
    normalization.fill(&input, with: stimulus.pixels)
  }

  /// A photograph's inputs, `[3, H, W]` each.
  package func inputs(of photograph: ListedPhotograph) throws -> [[Float]] {
    try stimuli(of: photograph).map { stimulus in
      var input = [Float](repeating: 0, count: stimulus.pixels.count)
      fill(&input, with: stimulus)
      return input
    }
  }
}
