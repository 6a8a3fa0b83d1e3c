import CDNNL
import Foundation
import Memory
import Wording

/// Why a network cannot be compiled or run; one line of text.
public enum EngineError: Error, Equatable, CustomStringConvertible, LocalizedError {
  /// Tensors are missing, left over, misshapen or not finite; a phrase each.
  case weights([String])
  /// The architecture says something that the engine does not do or that contradicts itself.
  case architecture(String)
  /// The input has another number of values than `[3, height, width]`.
  case input(expected: Int, found: Int)
  /// A unit's attention cannot be replaced as was asked.
  case intervention(String)
  /// The processor lacks an instruction set that was asked for.
  case processor(String)
  /// There is too little memory for a graph.
  case memory(MemoryError)
  /// A oneDNN call failed.
  case library(call: String, status: Int)
  /// The system starts no more threads, with its reason.
  case threads(String)

  /// One line: what, where, expected, found.
  public var description: String {
    switch self {
    case .weights(let problems):
      let shown = problems.prefix(4).joined(separator: "; ")
      let rest = problems.count - 4
      return "the weights do not fit the network: " + shown
        + (rest > 0 ? "; and \(rest) more" : "")
    case .architecture(let problem):
      return "the network cannot be compiled: " + problem
    case .input(let expected, let found):
      return "the network's input has \(counted(expected, "value")), found \(found)"
    case .intervention(let problem):
      return "the attention cannot be replaced: " + problem
    case .processor(let missing):
      return missing
    case .memory(let error):
      return error.description
    case .library(let call, Int(dnnl_out_of_memory.rawValue)):
      return "oneDNN's \(call) found not enough memory"
    case .library(let call, let status):
      return "oneDNN's \(call) failed with status \(status)"
    case .threads(let reason):
      return "no thread can be started: \(reason); fewer --workers need fewer"
    }
  }

  /// The same line, for Foundation.
  public var errorDescription: String? { description }
}

/// Passes on that memory is refused, where only `EngineError` is thrown.
func takingMemory<Result>(
  _ body: () throws(MemoryError) -> Result
) throws(EngineError) -> Result {
  do throws(MemoryError) {
    return try body()
  } catch {
    throw .memory(error)
  }
}
