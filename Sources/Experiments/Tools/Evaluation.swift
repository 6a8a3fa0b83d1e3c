import Analysis
import Checkpoints
import Engine
import Files
import Foundation
import Networks
import Observing
import Pictures
import Stimuli
import SystemPackage
import TrainingData
import Wording

/// Accuracy of a trained network over labelled photographs.
public struct Evaluation: Sendable {
  /// What `--json` prints.
  struct Report: Codable {
    var model: String
    var size: Int
    var preprocessing: Preprocessing
    var precision: String
    var images: Int
    var top1: Double
    var top5: Double
    var unlabelled: Int
    var failed: Int
  }

  private let report: Report
  /// Photographs that could not be used, a line each.
  public let failed: [String]

  /// Evaluates.
  ///
  /// - Parameters:
  ///   - name: A bundled model's name or a weight file.
  ///   - data: A folder of photographs whose classes `ClassLabels` can tell.
  ///   - input: What to do with pictures otherwise than the model's file says.
  ///   - precision: Arithmetic of the network.
  ///   - maximumMegapixels: Photographs with more pixels than this fail unread.
  ///   - workers: Threads; nil for one a core.
  ///   - progress: Told about every photograph.
  /// - Throws: `ExperimentError` if nothing in the folder has a class of the network.
  public init(
    model name: String, data: FilePath, input: InputChoice = InputChoice(),
    precision: ZoomExperiment.PrecisionChoice = .auto, maximumMegapixels: Double = 64,
    workers: Int? = nil,
    reporting progress: some RunProgress = NoProgress()
  ) throws {
    let model = try ModelSource.network(name, input: input)
    guard !model.isHeadless else {
      throw ExperimentError.failure("\(name): has no classifier, so that nothing can be right")
    }
    guard model.classes != nil else {
      throw ExperimentError.failure(
        "\(name): does not name its classes, and their order is not known")
    }
    let list = try ImageList([data])
    let classes = try ClassLabels(classes: model.classes, paths: list.paths)
    for note in [list.skipped.line, classes.line].compactMap({ $0 }) { progress.say(note) }
    let labelled = zip(list.paths, classes.labels).compactMap { path, label in
      label.map { ListedPhotograph(path: path, classIndex: $0.index) }
    }
    guard !labelled.isEmpty else {
      throw ExperimentError.failure("\(data.text): no photograph's class is one of \(model.name)'s")
    }
    let preprocessing = model.preprocessing
    let side = input.size ?? preprocessing.size
    if !model.isPreprocessingKnown || input.isGiven {
      progress.say(preprocessing.line(side: side, isKnown: model.isPreprocessingKnown))
    }
    let workers = try Machine.workers(workers)
    let setting = ZoomObserver.Setting(
      picture: PictureObserver.Setting(
        input: try PictureInput(
          judging: preprocessing, side: side,
          limits: DecodingLimits(maximumMegapixels: maximumMegapixels)),
        plan: try model.plan(
          side: side, precision: EngineChoice.precision(precision), workers: workers)),
      gate: nil, units: [], measure: BranchMeasure(branches: model.branches),
      keepsChannels: false)
    guard setting.picture.plan.inputChannels == 3 else {
      throw ExperimentError.failure("\(name): takes no colour pictures")
    }
    var ranks: [Int] = []
    var failed: [String] = []
    progress.began(done: 0, total: labelled.count)
    try mapInOrder(
      count: labelled.count, workers: workers,
      makeState: { try ZoomObserver(setting) },
      transform: { observer, item -> Result<Int, UnusablePicture> in
        try usingPicture { try observer.observe(labelled[item]).first?.rank ?? .max }
      },
      consume: { item, outcome in
        switch outcome {
        case .success(let rank): ranks.append(rank)
        case .failure(let error): failed.append("\(error)")
        }
        progress.advanced(done: item + 1, total: labelled.count)
        return true
      })
    self.failed = failed
    let count = Double(max(ranks.count, 1))
    report = Report(
      model: model.name, size: side, preprocessing: preprocessing,
      precision: setting.picture.plan.precision.rawValue,
      images: ranks.count, top1: Double(ranks.count { $0 < 1 }) / count,
      top5: Double(ranks.count { $0 < 5 }) / count, unlabelled: list.paths.count - labelled.count,
      failed: failed.count)
  }

  /// Two lines to print.
  public var text: String {
    var text = String(
      format: "%@ at %d px, %@: top-1 %.2f %%, top-5 %.2f %% of %@", visible(report.model),
      report.size, report.precision, 100 * report.top1, 100 * report.top5,
      counted(report.images, "photograph"))
    if report.unlabelled > 0 {
      text +=
        "\n\(counted(report.unlabelled, "photograph"))"
        + " without a class of the network left out"
    }
    return text
  }

  /// The same as JSON.
  public func json() throws -> String { try JSONText.of(report) }
}
