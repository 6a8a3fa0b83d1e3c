import Figures
import Foundation
import Observing

/// A training in words and as a figure.
enum TrainingReport {
  /// One line about an epoch.
  static func line(_ epoch: TrainingResults.Epoch, of epochs: Double) -> String {
    var text = String(
      format: "epoch %.4g of %.4g, %d px: loss %.3f, top-1 %.1f %%", epoch.epoch, epochs,
      epoch.size, epoch.loss, 100 * epoch.top1)
    if let validation = epoch.validation {
      text += String(
        format: "; validation: loss %.3f, top-1 %.2f %%, top-5 %.2f %%", validation.loss,
        100 * validation.top1, 100 * validation.top5)
    }
    return text
  }

  /// What a model's file says about how it came to be.
  static func note(
    _ epoch: TrainingResults.Epoch, of specification: TrainingSpecification
  ) -> String {
    let pictures = specification.pictures
    var text = String(
      format: "sknet %@: %.4g epochs of %d pictures (%@), seed %llu", ToolVersion.current,
      epoch.epoch, pictures.training, pictures.layout.rawValue, specification.seed)
    if let validation = epoch.validation {
      text += String(
        format: "; top-1 %.2f %%, top-5 %.2f %% of %d validation pictures",
        100 * validation.top1, 100 * validation.top5, validation.images)
    }
    return text
  }

  /// The figure of loss and accuracy.
  static func curve(
    _ specification: TrainingSpecification, _ record: TrainingRecord
  ) -> TrainingCurve {
    let epochs = record.history
    return TrainingCurve(
      model: specification.name, epochs: record.run.epochs,
      training: epochs.map { .init(epoch: $0.epoch, loss: $0.loss, top1: $0.top1) },
      validation: epochs.compactMap { epoch in
        epoch.validation.map { .init(epoch: epoch.epoch, loss: $0.loss, top1: $0.top1) }
      },
      phases: zip(
        specification.recipe.sizes.phases, specification.recipe.sizes.steps(of: record.run)
      ).map {
        .init(size: $0.size, epochs: Double($1) / Double(record.run.stepsPerEpoch))
      })
  }

  /// What is printed at the end.
  static func summary(_ results: TrainingResults) -> String {
    guard let last = results.epochs.last else { return "\(results.model): no epoch was finished" }
    var text = "\(results.model): " + line(last, of: last.epoch)
    if let best = results.best, best != last {
      text += String(
        format: "\nbest: top-1 %.2f %% after epoch %.4g", 100 * (best.validation?.top1 ?? 0),
        best.epoch)
    }
    return text + String(format: "\n%d steps in %.1f minutes", results.steps, results.minutes)
  }
}
