import Engine
import Foundation
import Networks
import Observing
import Pictures
import Stimuli
import TrainingData

/// Judges weights by pictures that are prepared as every other command prepares them.
struct Validation: Sendable {
  let architecture: Architecture
  let preprocessing: Preprocessing
  let pictures: LabelledPictures
  let workers: Int

  /// Loss, and how many classes score higher.
  private static func judge(
    _ picture: Picture, named name: String, label: Int, by observer: PictureObserver
  ) throws -> (loss: Double, rank: Int) {
    try observer.take(picture, named: name)
    try observer.run(named: name)
    let logits = observer.runner.logits
    let largest = Double(logits.max() ?? 0)
    let sum = logits.reduce(0) { $0 + exp(Double($1) - largest) }
    return (largest + log(sum) - Double(logits[label]), rank(of: label, in: logits))
  }

  /// Judges.
  ///
  /// - Parameters:
  ///   - weights: Of the network.
  ///   - count: The first so many pictures; nil for all.
  /// - Returns: The judgement, nil if no picture could be judged, and a line for each picture that could
  ///   not be used. Where the network's values are not finite, it was wrong.
  /// - Throws: `EngineError`, or if the preprocessing makes no sense.
  func judge(
    _ weights: Weights, first count: Int? = nil
  ) throws -> (accuracy: TrainingResults.Accuracy?, failed: [String]) {
    let size = preprocessing.size
    let input = try PictureInput(judging: preprocessing, side: size)
    let plan = try Plan(
      architecture, weights: weights, height: size, width: size, workers: workers)
    var failed: [String] = []
    var accuracy = TrainingResults.Accuracy(loss: 0, top1: 0, top5: 0, images: 0)
    var finite = 0
    try mapInOrder(
      count: min(count ?? .max, pictures.count), workers: workers,
      makeState: { try PictureObserver(.init(input: input, plan: plan)) },
      transform: {
        [pictures] observer, index -> Result<(loss: Double, rank: Int), UnusablePicture> in
        let item = pictures.items[index]
        return try usingPicture {
          try Self.judge(
            pictures.picture(index), named: item.name, label: item.classIndex, by: observer)
        }
      },
      consume: { _, outcome in
        switch outcome {
        case .success(let (loss, rank)):
          accuracy.loss += loss
          accuracy.top1 += rank < 1 ? 1 : 0
          accuracy.top5 += rank < 5 ? 1 : 0
          accuracy.images += 1
          finite += 1
        case .failure(let failure):
          failed.append(failure.reason)
          accuracy.images += failure.isNetworks ? 1 : 0
        }
        return true
      })
    guard finite > 0 else { return (nil, failed) }
    let images = Double(accuracy.images)
    accuracy.loss /= Double(finite)
    accuracy.top1 /= images
    accuracy.top5 /= images
    return (accuracy, failed)
  }
}
