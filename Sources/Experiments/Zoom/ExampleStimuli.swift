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
    try keep(
      images, of: request.photographs, by: request.maker, request.stimuli, limits: request.limits,
      workers: request.workers, as: files)
  }

  /// Makes what is missing of photographs' zooms.
  ///
  /// - Parameters:
  ///   - images: Indices of the photographs.
  ///   - photographs: All of the run's.
  ///   - maker: Makes their stimuli.
  ///   - stimuli: What it makes.
  ///   - limits: What photographs may be decoded.
  ///   - workers: Threads.
  ///   - files: The run's files, which these become.
  /// - Throws: If a photograph cannot be used or the folder not be written.
  func keep(
    _ images: [Int], of photographs: [ListedPhotograph], by maker: StimulusMaker,
    _ stimuli: StimulusSpecification, limits: DecodingLimits, workers: Int, as files: RunFiles
  ) throws {
    try files.claim(
      images.flatMap { image in
        stimuli.scales.map { RunFiles.examples + "/" + Self.name(image, $0) }
      })
    let missing = images.filter { !has($0, scales: stimuli.scales) }
    guard !missing.isEmpty else { return }
    // Only the zooms are shown.
    let maker = maker.making(try stimuli.withoutControls())
    try mapInOrder(
      count: missing.count, workers: workers, makeState: {},
      transform: { _, item in
        let image = missing[item]
        for stimulus in try photographs[image].stimuli(by: maker, limits: limits) {
          try Picture(width: stimuli.size, height: stimuli.size, pixels: stimulus.pixels)
            .writePNG(toFile: path(image, stimulus.scale))
        }
      },
      consume: { _, _ in true })
  }

  /// Whether a photograph's zooms are kept.
  func has(_ image: Int, scales: [Double]) -> Bool {
    scales.allSatisfy { FileManager.default.fileExists(atPath: path(image, $0)) }
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
