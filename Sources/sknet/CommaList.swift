import Experiments
import Foundation
import Observing

/// Lists as they are typed: words between commas.
enum CommaList {
  static func words(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }

  static func numbers(_ text: String, flag: String) throws -> [Double] {
    try words(text).map {
      guard let number = Double($0) else {
        throw ExperimentError.usage("\(flag): '\($0)' is not a number")
      }
      return number
    }
  }
}
