import Foundation
import Wording

/// What is wrong with a JSON text that did not decode, in words that follow its name.
///
/// Decoders' own descriptions run over several lines, and tell of types that a user does not know.
package func jsonProblem(_ error: any Error) -> String {
  func path(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
    let keys = context.codingPath + [last].compactMap { $0 }
    return abbreviated(
      keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: "."))
  }
  switch error {
  case DecodingError.keyNotFound(let key, let context): return "'\(path(context, key))' is missing"
  case DecodingError.typeMismatch(_, let context) where !context.codingPath.isEmpty,
    DecodingError.valueNotFound(_, let context) where !context.codingPath.isEmpty:
    return "'\(path(context))' has a value of the wrong type"
  case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
    return "'\(path(context))' has a value that is not allowed"
  case is DecodingError: return "cannot be read as JSON"
  case let error as any CustomStringConvertible & LocalizedError:
    return abbreviated(error.description)
  default: return "cannot be read as JSON"
  }
}
