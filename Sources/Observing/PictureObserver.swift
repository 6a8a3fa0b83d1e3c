import Engine
import Networks
import Pictures
import Stimuli

/// One picture's way from its file to what the network makes of it: decode → stimuli → normalise → run →
/// check.
///
/// Made by each worker for itself: the runner belongs to its thread.
package final class PictureObserver {
  /// What all workers share.
  package struct Setting: Sendable {
    /// From file to input.
    package var input: PictureInput
    /// The network.
    package var plan: Plan

    package init(input: PictureInput, plan: Plan) {
      self.input = input
      self.plan = plan
    }
  }

  private let source: PictureInput
  /// Runs the network, and may be told to replace values.
  package let runner: Runner
  private var input: [Float]

  package init(_ setting: Setting) throws {
    source = setting.input
    runner = try Runner(setting.plan)
    input = [Float](repeating: 0, count: 3 * setting.plan.height * setting.plan.width)
  }

  /// A photograph's stimuli, of the bytes that were listed.
  package func stimuli(of photograph: ListedPhotograph) throws -> [Stimulus] {
    try source.stimuli(of: photograph)
  }

  /// Takes a stimulus for the input of the runs that follow.
  package func take(_ stimulus: Stimulus) { source.fill(&input, with: stimulus) }

  /// Takes a picture that is decoded already.
  package func take(_ picture: Picture, named name: String) throws {
    try source.stimuli(of: picture, named: name).first.map(take)
  }

  /// Runs the network, or another of the same input, on the stimulus that was taken.
  ///
  /// - Parameters:
  ///   - other: The other's runner; nil for the own.
  ///   - name: The photograph's, for errors.
  ///   - scale: The stimulus's; nil where there is only one.
  /// - Throws: `EngineError`; that values are not finite with the photograph's name, so that it fails and the others
  ///   go on.
  package func run(_ other: Runner? = nil, named name: String, at scale: Double? = nil) throws {
    do {
      try (other ?? runner).run(input)
    } catch let error as NonFiniteOutput {
      let place = scale.map { "\(name) at \($0)×" } ?? name
      throw UnusablePicture(reason: "\(place): \(error)", isNetworks: true)
    }
  }
}

/// How many classes score higher than one; among equals the earlier class comes first, and what is not a number
/// comes last.
package func rank(of index: Int, in logits: [Float]) -> Int {
  let own = logits[index]
  guard !own.isNaN else { return logits.count }
  return logits.indices.count { logits[$0] > own || (logits[$0] == own && $0 < index) }
}
