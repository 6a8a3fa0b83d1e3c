import Foundation

/// Why a network cannot be trained; one line of text.
public enum TrainingError: Error, Equatable, CustomStringConvertible, LocalizedError {
  /// The architecture or the batch's shape is not one that can be trained here.
  case network(String)
  /// Tensors that a state is made from are missing, left over, misshapen or not finite; a phrase each.
  case tensors([String])
  /// A batch's pixels, labels or count do not fit the network.
  case batch(String)
  /// A number became infinite or undefined.
  ///
  /// `step` counts optimiser steps from 1; `place` is the first layer where it shows, in the order in
  /// which it is computed.
  case diverged(step: Int, place: String)

  /// One line: what, where, expected, found.
  public var description: String {
    switch self {
    case .network(let problem): return "the network cannot be trained: " + problem
    case .tensors(let problems):
      let shown = problems.prefix(4).joined(separator: "; ")
      let rest = problems.count - 4
      return "the training state does not fit the network: " + shown
        + (rest > 0 ? "; and \(rest) more" : "")
    case .batch(let problem): return "the batch does not fit the network: " + problem
    case .diverged(let step, let place):
      return "training diverged at step \(step): \(place) is not finite; "
        + "try a lower learning rate or a longer warm-up"
    }
  }

  /// The same line, for Foundation.
  public var errorDescription: String? { description }
}
