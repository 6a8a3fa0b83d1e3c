import Engine
import Figures
import Files
import Foundation
import Observing
import Pictures
import Stimuli
import SystemPackage

/// The stimuli that figure 3 shows, kept as pictures in the run's folder.
///
/// Figures can then be drawn again without the photographs.
struct ExampleStimuli {
  let folder: String

  init(runFolder: String) {
    folder = FilePath(runFolder).appending(RunFiles.examples).string
  }

  private func path(_ image: Int, _ scale: Double) -> String {
    FilePath(folder).appending(Self.name(image, scale)).string
  }

  private static func name(_ image: Int, _ scale: Double) -> String { "\(image)-\(scale).png" }

  /// Makes what is missing of photographs' zooms.
  ///
  /// - Parameters:
  ///   - images: Indices of the photographs.
  ///   - request: The zoom.
  ///   - files: The run's files, which these become.
  /// - Throws: If a photograph cannot be used or the folder not be written.
  func keep(_ images: [Int], from request: ZoomRequest, as files: RunFiles) throws {
    try files.claim(
      images.flatMap { image in
        request.stimuli.scales.map { RunFiles.examples + "/" + Self.name(image, $0) }
      })
    let missing = images.filter { !has($0, scales: request.stimuli.scales) }
    guard !missing.isEmpty else { return }
    // Only the zooms are shown.
    let maker = request.maker.making(try request.stimuli.withoutControls())
    try mapInOrder(
      count: missing.count, workers: request.workers, makeState: {},
      transform: { _, item in try keep(missing[item], from: request, maker) },
      consume: { _, _ in true })
  }

  /// Whether a photograph's zooms are kept.
  func has(_ image: Int, scales: [Double]) -> Bool {
    scales.allSatisfy { FileManager.default.fileExists(atPath: path(image, $0)) }
  }

  private func keep(_ image: Int, from request: ZoomRequest, _ maker: StimulusMaker) throws {
    let photograph = request.photographs[image]
    for stimulus in try photograph.stimuli(by: maker, limits: request.limits) {
      let size = request.stimuli.size
      try Picture(width: size, height: size, pixels: stimulus.pixels)
        .writePNG(toFile: path(image, stimulus.scale))
    }
  }

  /// A photograph's zooms as kept, pictures of a side in pixels.
  func images(_ image: Int, scales: [Double], size: Int) throws -> [StimulusImage] {
    try scales.map { scale in
      let path = path(image, scale)
      let picture = try Picture(contentsOfFile: path)
      guard picture.width == size, picture.height == size else {
        throw ExperimentError.failure(
          "\(path): is \(picture.width) × \(picture.height) pixels, where the run's stimuli are"
            + " \(size) × \(size)")
      }
      return StimulusImage(
        scale: scale, width: picture.width, height: picture.height, rgb: picture.withoutAlpha.pixels
      )
    }
  }
}

extension StimulusSpecification {
  /// The same zooms without controls.
  func withoutControls() throws -> StimulusSpecification {
    try StimulusSpecification(
      protocol: `protocol`, scales: scales, size: size, crop: crop, controls: [], filter: filter,
      background: background, seed: seed)
  }
}
