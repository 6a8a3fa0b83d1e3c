import Engine
import Foundation
import Networks
import TestSupport
import Testing
import Training

/// Training's gradients, entry by entry, are those of a twin in double precision, and the twin's are the
/// differences of its own loss.
@Suite("Gradients")
struct GradientTests {
  private static let labels = [0, 1, 4, 0]
  private static let smoothing = 0.1

  private struct Point {
    var weights: [String: [Double]]
    var pixels: [Double]

    init(_ variant: Variant) {
      weights = Weights.formula(for: variant.architecture).tensors.mapValues {
        $0.values.map { Double($0) }
      }
      let name = "gradient input \(variant.seed)"
      pixels = variant.pixels(count: GradientTests.labels.count, named: name).map { Double($0) }
    }

    func twin(of variant: Variant) -> TrainingTwin {
      TrainingTwin(
        variant.architecture, weights, pixels: pixels, size: variant.size,
        labels: GradientTests.labels, smoothing: GradientTests.smoothing)
    }
  }

  /// Central differences of the loss along a direction in which every tensor's part counts as much as
  /// another's: noise over the length of its gradient.
  ///
  /// In double precision at steps of 1e-8 of that, rounding leaves 1e-7 of the slope and curvature less; a
  /// ReLU's kink between the two ends adds to that in proportion to the step.
  @Test("of the twin are the differences of its loss", arguments: Variant.all)
  func differences(_ variant: Variant) throws {
    let start = Point(variant)
    let twin = start.twin(of: variant)
    let step = 1e-9
    var gradients = twin.parameters.mapValues(\.gradient)
    gradients["pixels"] = twin.pixels.gradient
    var (slope, parts) = (0.0, 0)
    var ends = (start, start)
    for (name, gradient) in gradients {
      let length = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
      // A bias before a batch norm, or next to nothing: it would be moved too far.
      guard length > 1e-4 else { continue }
      parts += 1
      let noise = Formula.noise("direction/" + name, count: gradient.count).map { $0 / length }
      slope += zip(gradient, noise).reduce(0) { $0 + $1.0 * $1.1 }
      for (i, part) in noise.enumerated() {
        if name == "pixels" {
          ends.0.pixels[i] += step * part
          ends.1.pixels[i] -= step * part
        } else {
          ends.0.weights[name]?[i] += step * part
          ends.1.weights[name]?[i] -= step * part
        }
      }
    }
    let found = (ends.0.twin(of: variant).loss - ends.1.twin(of: variant).loss) / (2 * step)
    // Of the slope that so many parts of about 0.6 each make.
    let scale = 0.6 * Double(parts).squareRoot()
    #expect(abs(found - slope) < 1e-4 * scale, "\(found), \(slope), \(parts) parts")
  }

  @Test("of training are the twin's, entry by entry", arguments: Variant.all)
  func twins(_ variant: Variant) throws {
    let point = Point(variant)
    let twin = point.twin(of: variant)
    #expect(twin.margin > 1.2e-5)
    for set in InstructionSet.allCases where set <= .best {
      let state = try TrainingState(
        variant.architecture, weights: Weights.formula(for: variant.architecture))
      let network = try TrainingNetwork(
        state, batch: Self.labels.count, height: variant.size.height, width: variant.size.width,
        workers: 2, instructionSet: set)
      let result = try network.forwardBackward(
        pixels: point.pixels.map { Float($0) }, labels: Self.labels,
        labelSmoothing: Self.smoothing, computesInputGradient: true)
      #expect(abs(result.loss - twin.loss) < 1e-5 * twin.loss)
      let found = state.gradients
      for (name, node) in twin.parameters {
        let tensor = try #require(found[name])
        compare(tensor.values, node.gradient, "\(name), \(set)")
      }
      compare(try #require(result.inputGradient), twin.pixels.gradient, "pixels, \(set)")
    }
  }

  /// Float32 leaves 1e-5 of a tensor's largest entry in most and 1e-4 in nearly all.
  ///
  /// No ReLU is open here and closed in the twin: of the first hundred seeds, each variant has one that
  /// leaves its pictures a margin. What is 0 but for rounding, as a bias's before a batch norm, is below 3e-8.
  private func compare(_ found: [Float], _ expected: [Double], _ name: String) {
    #expect(found.count == expected.count, "\(name)")
    let largest = expected.reduce(0) { max($0, abs($1)) }
    let error = zip(found, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
    #expect(error < 1e-3 * largest + 1e-7, "\(name): \(error) of \(largest)")
  }
}
