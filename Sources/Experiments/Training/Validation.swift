import Engine
import Foundation
import Networks
import Pictures
import Stimuli
import TrainingData

/// Judges weights by pictures that are prepared as every other command prepares them.
struct Validation: Sendable {
  let architecture: Architecture
  let preprocessing: Preprocessing
  let pictures: LabelledPictures
  let workers: Int

  private final class Judge {
    let maker: StimulusMaker
    let runner: Runner
    let normalization: InputNormalization
    var input: [Float]

    init(_ maker: StimulusMaker, _ plan: Plan, _ preprocessing: Preprocessing) throws {
      self.maker = maker
      runner = try Runner(plan)
      normalization = InputNormalization(preprocessing)
      input = [Float](repeating: 0, count: 3 * plan.height * plan.width)
    }

    /// Loss, and how many classes score higher.
    func judge(_ picture: Picture, named name: String, label: Int) throws -> (Double, Int) {
      let stimuli = try maker.stimuli(for: picture, name: name)
      normalization.fill(&input, with: stimuli[0].pixels)
      try runner.run(input)
      let logits = runner.logits
      let largest = Double(logits.max() ?? 0)
      let sum = logits.reduce(0) { $0 + exp(Double($1) - largest) }
      return (
        largest + log(sum) - Double(logits[label]), StimulusObserver.rank(of: label, in: logits)
      )
    }
  }

  /// Why a picture was not judged.
  private struct Failure: Error {
    var line: String
    /// Whether the network's values were not finite, rather than the file unusable.
    var isNetworks: Bool
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
    let specification = try StimulusSpecification(
      protocol: .crop, scales: [1], size: size, crop: preprocessing.crop, controls: [],
      filter: .init(preprocessing.interpolation), background: .gray, seed: 0)
    let maker = try StimulusMaker(specification)
    let plan = try Plan(
      architecture, weights: weights, height: size, width: size, workers: workers)
    var failed: [String] = []
    var accuracy = TrainingResults.Accuracy(loss: 0, top1: 0, top5: 0, images: 0)
    var finite = 0
    try mapInOrder(
      count: min(count ?? .max, pictures.count), workers: workers,
      makeState: { [preprocessing] in try Judge(maker, plan, preprocessing) },
      transform: { [pictures] judge, index -> Result<(Double, Int), Failure> in
        let item = pictures.items[index]
        do {
          return .success(
            try judge.judge(
              pictures.picture(index), named: item.name, label: item.classIndex))
        } catch let error as EngineError {
          throw error
        } catch let error as PictureError where error.isOfProcess {
          throw error
        } catch let error as NonFiniteOutput {
          return .failure(Failure(line: "\(item.name): \(error)", isNetworks: true))
        } catch {
          return .failure(Failure(line: "\(error)", isNetworks: false))
        }
      },
      consume: { _, outcome in
        switch outcome {
        case .success((let loss, let rank)):
          accuracy.loss += loss
          accuracy.top1 += rank < 1 ? 1 : 0
          accuracy.top5 += rank < 5 ? 1 : 0
          accuracy.images += 1
          finite += 1
        case .failure(let failure):
          failed.append(failure.line)
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
